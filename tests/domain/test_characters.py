"""What a text may hold: any script, and nothing that shows something else than what is there."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.basics import LINE
from domain.characters import hides, misleads, one_spelling
from domain.values import STORED, Label, Text

TEXT = TypeAdapter(Text)
LABEL: TypeAdapter[str] = TypeAdapter(Label)
MISLEADING = [
    *("\x00", "\x07", "\x1b[31m", "\x7f", "\x9b"),
    *("\u202a", "\u202e", "\u2066", "\u2069"),  # embeddings, overrides, isolates of direction
    *("\u206a", "\u206f", "\ufff9"),  # deprecated format, annotation
    *("\ufeff", "\ufdd0", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff"),  # not characters
    *("\U000e0001", "\U000e0041", "\U000e007f", "\U000e0100"),  # tags, selectors beyond them
]
INVISIBLE = [
    *("\u00ad", "\u034f", "\u061c", "\u200b", "\u200e", "\u200f", "\u2060", "\u2064"),
    *("\u115f", "\u3164", "\uffa0", "\u17b4", "\u180e", "\ufe0f", "\U0001d173"),
    *("\ue000", "\uf8ff", "\U000f0000", "\U0010fffd"),  # private use
]


@pytest.mark.parametrize("character", MISLEADING, ids=ascii)
@pytest.mark.parametrize("kind", [TEXT, LABEL], ids=["text", "label"])
def test_control_direction_and_tag_characters_are_refused_everywhere(
    kind: TypeAdapter[Any], character: str
) -> None:
    with pytest.raises(ValidationError, match="control or text-direction characters"):
        kind.validate_python(f"a{character}b")


@pytest.mark.parametrize("kind", [TEXT, LABEL], ids=["text", "label"])
def test_half_a_letter_is_refused_everywhere(kind: TypeAdapter[Any]) -> None:
    with pytest.raises(ValidationError):
        kind.validate_python("a\ud83cb")
    assert misleads("\ud83c")


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_what_nobody_can_see_may_stand_in_a_text_but_not_in_a_label(character: str) -> None:
    assert TEXT.validate_python(f"a{character}b").plain == f"a{character}b"
    with pytest.raises(ValidationError, match="cannot be seen"):
        LABEL.validate_python(f"a{character}b")


def test_every_format_character_of_unicode_is_judged() -> None:
    seen_though_format = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    for number in range(0x110000):
        letter = chr(number)
        visible = number in seen_though_format or number in range(0x13430, 0x13460)
        if unicodedata.category(letter) in {"Cf", "Cc"} and not visible:
            allowed_in_text = letter in "\t\n\r" or not misleads(letter)
            assert misleads(letter) or hides(letter) or letter in "\t\n\r", hex(number)
            assert allowed_in_text == (TEXT_TAKES(letter)), hex(number)


def TEXT_TAKES(letter: str) -> bool:  # noqa: N802 - reads as the door it stands for
    try:
        TEXT.validate_python(f"a{letter}b")
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "label",
    [
        *("Blåbærsyltetøy", "Ωμέγα", "顧客", "مشتری", "ลูกค้า", "клиенты", "לקוחות"),
        "می\u200cخواهم",  # noqa: RUF001 - Persian: without its joiner another word
        "ක්\u200dෂ",  # Sinhala: a conjunct
    ],
    ids=ascii,
)
def test_a_label_may_be_in_any_script_with_the_joiners_it_is_spelt_with(label: str) -> None:
    assert LABEL.validate_python(label) == label


@pytest.mark.parametrize("label", ["pay\u200cpal", "\u200dمشتری", "مشتری\u200c", "a\u200d\u200db"])
def test_a_joiner_that_joins_nothing_is_refused_in_a_label(label: str) -> None:
    with pytest.raises(ValidationError, match="cannot be seen"):
        LABEL.validate_python(label)


@pytest.mark.parametrize("written", ["cafe\u0301", "caf\u00e9", " café "], ids=ascii)
def test_two_spellings_of_a_label_are_one(written: str) -> None:
    assert LABEL.validate_python(written) == "café"


def test_spaces_of_any_kind_and_number_are_one_space() -> None:
    assert LABEL.validate_python("web\u00a0 \u2003shop\u3000users") == "web shop users"


def test_a_text_is_kept_as_it_is_written() -> None:
    assert TEXT.validate_python("cafe\u0301  \u00a0x").plain == "cafe\u0301  \u00a0x"


def test_a_label_is_measured_as_it_is_kept() -> None:
    two_in_one = "\u0958"  # composed form excluded by Unicode: NFC takes it apart
    assert LABEL.validate_python(two_in_one * (LINE // 2))
    with pytest.raises(ValidationError, match=r"is 122 characters .* expected 1 to 120"):
        LABEL.validate_python(two_in_one * (LINE // 2 + 1))
    with pytest.raises(ValidationError):
        LABEL.validate_python("   ")


def test_what_was_stored_is_read_whatever_the_rules_are_today() -> None:
    odd = "a\u200bb\u202ec"
    assert LABEL.validate_python(odd, context=STORED) == odd
    assert Text.model_validate({"plain": odd}, context=STORED).plain == odd


@given(st.text(max_size=150))
def test_a_label_that_is_taken_is_taken_again_unchanged(text: str) -> None:
    try:
        label = LABEL.validate_python(text)
    except ValidationError:
        return
    assert LABEL.validate_python(label) == label
    assert one_spelling(label) == label
