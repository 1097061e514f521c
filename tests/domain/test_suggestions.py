"""What a text seems to claim: found by phrases in four languages, marked, and never decided."""

from __future__ import annotations

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.phrases.book import shipped
from domain.suggestions import Suggestion, languages, suggest
from tests.domain.suggesting import JOKER, TOKMANNI, counted, listed, told, words

# --- the two seed texts ------------------------------------------------------------------------


def test_tokmannis_words_of_safety_are_found_beside_the_data_that_went_astray() -> None:
    found = told(TOKMANNI)
    assert ("personal_data_safe", "yes") in found
    assert words(TOKMANNI, "personal_data_safe") == ["henkilötietosi ovat turvassa"]
    assert ("possible", {"first_name", "email"}, set()) in listed(TOKMANNI)
    assert ("exfiltration", "possible") in found


def test_what_tokmanni_says_is_not_in_it_is_absent_and_what_stands_before_is_not() -> None:
    assert listed(TOKMANNI)[1:] == [
        ("yes", {"name", "email"}, set()),
        ("no", set(), {"street_address", "bank_account", "purchases"}),
    ]


def test_tokmannis_register_is_told_apart_from_its_customers_data() -> None:
    found = told(TOKMANNI)
    assert ("register_disclosed_as_a_whole", "no") in found
    assert ("register_intact", "yes") in found
    assert words(TOKMANNI, "register_safe") == ["Siellä asiakastiedot ovat turvassa"]


def test_tokmannis_number_counts_addresses_once_and_people_once() -> None:
    assert counted(TOKMANNI) == [{"about": 400_000, "unit": "records"}, {"about": 400_000}]


def test_that_it_should_not_happen_again_is_an_expectation_so_provisional() -> None:
    (one,) = (one for one in suggest(TOKMANNI) if one.about == "recurrence")
    assert (one.holds, one.value, one.provisional) == ("no", "not expected", True)
    assert one.words == "ei pitäisi toistua"
    assert ("cause_fixed", "yes") in told(TOKMANNI)
    assert ("other_clients_affected", "possible") in told(TOKMANNI)


def test_jokers_delivery_time_is_in_its_list_and_not_in_zoopits() -> None:
    assert listed(JOKER) == [
        ("possible", {"name", "address", "phone", "email", "delivery_time"}, set()),
        ("yes", {"name", "phone", "email", "delivery_address"}, set()),
        ("yes", {"driver_information", "timed_location"}, set()),
        ("no", set(), {"payment_card", "purchases", "other_personal"}),
        ("no", set(), {"payment_card", "identification", "order_content"}),
    ]


def test_no_sign_of_access_is_not_no_access_and_what_cannot_be_excluded_is_possible() -> None:
    found = told(JOKER)
    assert ("live_systems_accessed", "no_sign") in found
    (live,) = (one for one in suggest(JOKER) if one.about == "live_systems_accessed")
    assert live.provisional  # "foreløpig": so far
    assert ("misuse", "possible") in found
    assert ("sensitive_data", "no") in found
    assert ("contact_data_only", "possible") in found
    assert ("cause_fixed", "yes") in found


# --- each language -----------------------------------------------------------------------------

SAFE = [
    ("en", "Your personal data are safe."),
    ("no", "Dine personopplysninger er trygge."),
    ("fi", "Henkilötietosi ovat turvassa."),
    ("sv", "Dina personuppgifter är säkra."),
]


@pytest.mark.parametrize(("language", "text"), SAFE)
def test_safety_is_found_in_each_language_and_by_nobody_else(language: str, text: str) -> None:
    (one,) = suggest(text)
    assert (one.language, one.about, one.holds) == (language, "personal_data_safe", "yes")
    assert one.suggestion is True
    assert not suggest(text, [code for code in languages() if code != language])


@pytest.mark.parametrize(
    "text",
    [
        "Your personal data are not safe.",
        "Dine personopplysninger er ikke trygge.",
        "Henkilötietosi eivät ole turvassa.",
        "Dina personuppgifter är inte säkra.",
    ],
)
def test_a_not_inside_a_phrase_turns_it_round(text: str) -> None:
    assert told(text) == [("personal_data_safe", "no")]


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("No passwords or payment cards were exposed.", {"password", "payment_card"}),
        ("Det er ingen opplysninger om betalingskort.", {"payment_card"}),
        ("Ei katuosoite, tilitieto tai verkkokaupan ostotiedot.", None),
        ("Inga lösenord eller betalkort har läckt.", {"password", "payment_card"}),
        ("Passwords have not been exposed.", {"password"}),
    ],
)
def test_kinds_that_are_said_not_to_be_there_are_absent(text: str, absent: set[str] | None) -> None:
    expected = absent or {"street_address", "bank_account", "purchases"}
    assert listed(text) == [("no", set(), expected)]


@pytest.mark.parametrize(
    ("text", "holds", "present", "absent"),
    [
        ("Names and passwords may have leaked.", "possible", {"name", "password"}, set[str]()),
        ("We cannot rule out that names and emails leaked.", "possible", {"name", "email"}, set()),
        ("There is no sign that names and emails leaked.", "no_sign", set(), {"name", "email"}),
        ("Not only names and emails were leaked.", "yes", {"name", "email"}, set()),
        ("Passwords leaked.", "yes", {"password"}, set()),
        ("Namn, adress och e-post kan ha läckt.", "possible", {"name", "address", "email"}, set()),
    ],
)
def test_the_words_beside_a_list_say_whether_it_is_so(
    text: str, holds: str, present: set[str], absent: set[str]
) -> None:
    assert listed(text) == [(holds, present, absent)]


def test_a_but_ends_what_a_not_denies() -> None:
    assert listed("No passwords or cookies, but names and emails were leaked.", "en") == [
        ("no", set(), {"password"}),
        ("yes", {"name", "email"}, set()),
    ]


def test_what_goes_on_after_and_speaks_of_something_else() -> None:
    assert told("The error has been fixed and should not happen again.") == [
        ("cause_fixed", "yes"),
        ("recurrence", "no"),
    ]


def test_not_sensitive_is_found_as_such() -> None:
    for text in ("The data are not sensitive.", "Tiedot eivät ole arkaluontoisia."):
        assert told(text) == [("sensitive_data", "no")]


def test_a_kind_alone_with_nothing_said_of_it_is_no_list() -> None:
    assert not suggest("Please write to our e-mail address.")
    assert not suggest("Vi ber om at e-poster og SMS som ikke er ventet slettes.")


def test_a_heading_gives_way_to_what_it_heads() -> None:
    assert listed("Contact details (name, phone) leaked.") == [("yes", {"name", "phone"}, set())]
    assert listed("Contact details and passwords leaked.") == [
        ("yes", {"contact_details", "password"}, set())
    ]


def test_kinds_that_stand_apart_are_two_lists() -> None:
    assert listed("Names were leaked, passwords were leaked.") == [
        ("yes", {"name"}, set()),
        ("yes", {"password"}, set()),
    ]
    assert len(listed("Leaked: names, the really quite long passwords were leaked.")) == 2


def test_nothing_found_is_silence_and_nothing_else() -> None:
    assert suggest("") == ()
    assert suggest("Good morning to all of you!") == ()


# --- how it is written -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "HENKILÖTIETOSI OVAT TURVASSA",
        "henkilo\N{COMBINING DIAERESIS}tietosi ovat turvassa",
        "henkilö\N{SOFT HYPHEN}tietosi\N{NO-BREAK SPACE}ovat\n  turvassa",
    ],
)
def test_case_composition_and_spaces_do_not_matter(text: str) -> None:
    (one,) = suggest(f"“{text}”, he said")
    assert one.about == "personal_data_safe"
    assert one.words == text


@pytest.mark.parametrize("text", [TOKMANNI, JOKER])
def test_offsets_give_back_the_words_exactly(text: str) -> None:
    found = suggest(text)
    assert all(text[one.start : one.end] == one.words for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)


def test_a_claim_carries_the_words_on_one_line_and_not_without_end() -> None:
    claim = suggest("henkilötietosi\n   ovat turvassa")[0].claim("safe")
    assert claim.words
    assert (claim.id, claim.words.plain) == ("safe", "henkilötietosi ovat turvassa")
    long = suggest("names,,,,,,,,,, emails,,,,,,,,,, " * 100)[0].claim("long").words
    assert long
    assert len(long.plain or "") == 2000


def test_a_claim_made_twice_is_suggested_once_with_its_first_words() -> None:
    (one,) = suggest("Your data are safe. Again: your data are safe.")
    assert one.start == 0


def test_a_text_without_full_stops_is_read_in_pieces() -> None:
    assert told("name and " * 600 + "your data are safe") == [("personal_data_safe", "yes")]


def test_an_unknown_language_is_named_and_the_known_ones_too() -> None:
    with pytest.raises(Invalid, match="language") as refused:
        suggest("Tekst", ["no", "da"])
    assert refused.value.got == "da"
    assert "fi" in str(refused.value.expected)


def test_languages_have_names() -> None:
    assert dict(languages()) == {
        "en": "English",
        "fi": "Finnish",
        "no": "Norwegian",
        "sv": "Swedish",
    }


# --- whatever is written -----------------------------------------------------------------------

SNIPPETS = st.sampled_from(
    [one for text in (TOKMANNI, JOKER) for one in text.split()]
    + ["not", "may", "names,", "passwords", "and", "5", "million", "between", "-", "\x00", "\u2028"]
)
TEXTS = st.one_of(
    st.text(st.characters()), st.lists(SNIPPETS, max_size=40).map(" ".join), st.text("0123., -½²")
)


@forall(TEXTS)
def test_any_text_is_read_alike_each_time_with_places_inside_it(text: str) -> None:
    found = suggest(text)
    assert found == suggest(text)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.words
        assert isinstance(one, Suggestion)
        assert one.claim("c").about == one.about


def test_the_words_beside_each_phrase_are_reviewable_and_nobody_has_reviewed_them() -> None:
    books = shipped()
    assert set(books) == {"en", "fi", "no", "sv"}
    for book in books.values():
        assert not book.reviewed
        assert all(phrase.note and not phrase.reviewed for phrase in book.phrases)
