"""Free text lies in the ledger sealed, bound to its place, and can be erased for good."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.store.ledger import EventLedger
from adapters.store.sealing import Sealer
from adapters.store.vault import MemoryVault
from domain import events as e
from domain import streams
from domain.envelope import Recorded
from domain.errors import NotFound, Unavailable
from domain.values import Claim, Facts, Text
from tests.adapters.store.lab import (
    INCIDENT,
    NOTICE,
    NOW,
    a_draft,
    a_question,
    changes,
    open_ledger,
    several,
    shut,
    signed,
    whole,
    words,
)

TOKMANNI = streams.incident_id("tokmanni-mail", "newsletters")


class Lingering(MemoryVault):
    """It can forget only at the second time of asking."""

    lingers = False

    def destroy(self, name: str) -> bool:
        gone = super().destroy(name)
        self.lingers = gone
        if gone:
            raise Unavailable("somebody reads the log")
        return gone


def ask(ledger: EventLedger, text: str, number: int, incident: object = INCIDENT) -> Recorded:
    about = a_draft(a_question(text), INCIDENT if incident is INCIDENT else TOKMANNI)
    more = changes(about, stream=streams.case_id(INCIDENT, f"question-{number}"))
    ledger.append(more, signed(f"ask-{number}", "joker"), NOW)
    return whole(ledger)[-1]


def erase(ledger: EventLedger) -> bool:
    """Joker's texts about the incident lose their key."""
    key = ledger.seal("joker", INCIDENT)
    return key is not None and ledger.sealer.erase("joker", str(INCIDENT), key)


def sealed(recorded: Recorded) -> str:
    event = recorded.event
    assert isinstance(event, e.QuestionAsked)
    assert event.text.sealed is not None
    return event.text.sealed


def with_text(recorded: Recorded, text: str) -> Recorded:
    """The row as somebody with the database in hand would alter it."""
    event = recorded.event.model_copy(update={"text": Text.model_construct(sealed=text)})
    return replace(recorded, event=event)


def everything_on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


@pytest.fixture
def two_questions(ledger: EventLedger) -> tuple[Recorded, Recorded]:
    return ask(ledger, "Which data?", 1), ask(ledger, "Since when?", 2)


def test_sealed_text_opens_again(ledger: EventLedger) -> None:
    asked = ask(ledger, "Hvilke data? 数据 😀", 1)
    assert ledger.sealer.open(asked, "text") == "Hvilke data? 数据 😀"


def test_text_deep_in_a_report_opens_by_its_path(ledger: EventLedger) -> None:
    claims = tuple(Claim(id=f"c{n}", about="cause", words=words(f"claim {n}")) for n in range(3))
    report = e.VendorReportedLeak(slug="z", title=words("A hole"), facts=Facts(claims=claims))
    ledger.append(changes(a_draft(report)), signed(), NOW)
    [read] = whole(ledger)
    assert ledger.sealer.open(read, "title") == "A hole"
    assert ledger.sealer.open(read, "facts/claims/2/words") == "claim 2"


def test_an_event_read_back_holds_no_plain_text(ledger: EventLedger) -> None:
    asked = ask(ledger, "Which data?", 1)
    assert isinstance(asked.event, e.QuestionAsked)
    assert asked.event.text.plain is None
    assert "Which data?" not in repr(asked)


def test_no_plain_text_is_anywhere_on_disk(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ask(ledger, "a whisper in the archive", 1)
    assert b"a whisper" not in everything_on_disk(tmp_path)
    shut(ledger)
    assert b"a whisper" not in everything_on_disk(tmp_path)


def test_the_same_words_are_sealed_differently_each_time(ledger: EventLedger) -> None:
    assert sealed(ask(ledger, "Why?", 1)) != sealed(ask(ledger, "Why?", 2))


# --- bound to its place ------------------------------------------------------------------------


def test_texts_swapped_between_rows_do_not_open(
    ledger: EventLedger, two_questions: tuple[Recorded, Recorded]
) -> None:
    first, second = two_questions
    for row, text in ((first, sealed(second)), (second, sealed(first))):
        with pytest.raises(NotFound, match="does not open"):
            ledger.sealer.open(with_text(row, text), "text")


def test_texts_swapped_between_fields_do_not_open(ledger: EventLedger) -> None:
    report = e.VendorReportedLeak(
        slug="z", title=words("A hole"), text=words("It was closed."), facts=Facts()
    )
    ledger.append(changes(a_draft(report)), signed(), NOW)
    [read] = whole(ledger)
    assert isinstance(read.event, e.VendorReportedLeak)
    swap = {"title": read.event.text, "text": read.event.title}
    swapped = replace(read, event=read.event.model_copy(update=swap))
    for path in ("title", "text"):
        with pytest.raises(NotFound, match="does not open"):
            ledger.sealer.open(swapped, path)


@pytest.mark.parametrize(
    "altered", ["", "AAAA", "not base64!", "A", base64.b64encode(bytes(60)).decode(), "é"]
)
def test_altered_text_does_not_open(ledger: EventLedger, altered: str) -> None:
    asked = ask(ledger, "Which data?", 1)
    with pytest.raises(NotFound, match="does not open"):
        ledger.sealer.open(with_text(asked, altered), "text")


def test_a_field_without_text_says_so(ledger: EventLedger) -> None:
    asked = ask(ledger, "Which data?", 1)
    for path in ("title", "question", ""):
        with pytest.raises(NotFound, match="there is no text here"):
            ledger.sealer.open(asked, path)


# --- keys and erasure --------------------------------------------------------------------------


def test_there_is_one_key_per_party_and_incident(filed: EventLedger) -> None:
    ask(filed, "Which data?", 1)
    ask(filed, "Since when?", 2)
    ask(filed, "And the newsletters?", 3, TOKMANNI)
    answered = e.QuestionAnswered(question="which-data", text=words("Names."))
    filed.append(changes(a_draft(answered), stream=NOTICE), signed("answer", "zoopit"), NOW)
    assert filed.sealer._vault.names("text/") == sorted(
        [f"text/joker/{INCIDENT}", f"text/joker/{TOKMANNI}", f"text/zoopit/{INCIDENT}"]
    )


def test_erased_text_cannot_be_opened(
    ledger: EventLedger, two_questions: tuple[Recorded, Recorded]
) -> None:
    assert erase(ledger)
    for asked in two_questions:
        with pytest.raises(NotFound, match="this text was erased"):
            ledger.sealer.open(asked, "text")


def test_an_erased_event_still_loads(ledger: EventLedger) -> None:
    asked = ask(ledger, "Which data?", 1)
    erase(ledger)
    assert whole(ledger) == [asked]


def test_erasing_touches_nobody_elses_text(ledger: EventLedger) -> None:
    ask(ledger, "Which data?", 1)
    other = ask(ledger, "And the newsletters?", 2, TOKMANNI)
    erase(ledger)
    assert ledger.sealer.open(other, "text") == "And the newsletters?"


def test_erasing_twice_says_that_nothing_was_left(ledger: EventLedger) -> None:
    ask(ledger, "Which data?", 1)
    assert erase(ledger)
    assert not erase(ledger)


def test_an_erasure_asked_again_has_the_vault_forget_what_it_could_not_the_first_time() -> None:
    vault = Lingering()
    vault.put("text/joker/1", b"k" * 32)
    sealer = Sealer(vault)
    key = sealer.name_of_key("joker", "1")
    assert key is not None
    with pytest.raises(Unavailable):
        sealer.erase("joker", "1", key)
    assert vault.lingers
    assert not sealer.erase("joker", "1", key)
    assert not vault.lingers


def test_text_written_after_an_erasure_opens_and_the_old_does_not(ledger: EventLedger) -> None:
    old = ask(ledger, "Which data?", 1)
    erase(ledger)
    new = ask(ledger, "Since when?", 2)
    assert ledger.sealer.open(new, "text") == "Since when?"
    with pytest.raises(NotFound, match="erased"):
        ledger.sealer.open(old, "text")


def test_erasure_survives_re_opening(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    asked = ask(ledger, "Which data?", 1)
    erase(ledger)
    shut(ledger)
    again = open_ledger(tmp_path)
    assert whole(again) == [asked]
    with pytest.raises(NotFound, match="this text was erased"):
        again.sealer.open(asked, "text")
    shut(again)


def test_an_event_without_text_makes_no_key(filed: EventLedger) -> None:
    filed.append(several({INCIDENT: (0, [a_draft()])}), signed(), NOW)
    assert filed.sealer._vault.names("") == []


def test_the_sealer_leaves_the_writers_event_as_it_was(ledger: EventLedger) -> None:
    question = a_question("Which data?")
    ledger.append(changes(a_draft(question)), signed(), NOW)
    assert question.text.plain == "Which data?"


def test_a_ledger_given_another_vault_opens_nothing(ledger: EventLedger) -> None:
    asked = ask(ledger, "Which data?", 1)
    with pytest.raises(NotFound, match="erased"):
        Sealer(MemoryVault()).open(asked, "text")
