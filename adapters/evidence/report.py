"""The audit report: what one party knew, did and owed, gathered by the questions that it may ask.

`gather` asks, `report_words.told` says it in words, `report_html` and `report_pdf` set it. Free
text is fetched while it can be; where it was erased, that is what the report says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from domain.errors import Forbidden, Invalid, NotFound

Row = Mapping[str, Any]
Ask = Callable[[str, dict[str, Any]], Awaitable[Any]]  # a question, what it is about; its answer


@dataclass(frozen=True)
class Chapter:
    """One incident as far as the party knows it; `knowledge` of the party, and of others seen."""

    incident: str
    name: str
    facts: Row
    entries: Sequence[Row]
    obligations: Sequence[Row]
    contradictions: Sequence[Row]
    knowledge: Sequence[Row]
    breach: Row | None


@dataclass(frozen=True)
class Found:
    """All that a report is made of. `at` is the instant it looks at, `now` when it was made."""

    party: str
    asked_by: str
    zone: ZoneInfo
    at: datetime
    now: datetime
    chapters: Sequence[Chapter]
    texts: Mapping[str, str]
    checkpoint: str | None


async def gather(
    ask: Ask, party: str, incident: str | None, as_of: str | None, now: datetime
) -> Found:
    """Everything about a party as of an instant (None: now); raises `NotFound` if that is nothing.

    `ask` speaks for whoever wants the report: what that one may not see is not in it.
    """
    me = await ask("whoami", {})
    view: dict[str, Any] = {"party": party}
    if as_of is not None:
        view["as_of"] = as_of
    asked = view if incident is None else {**view, "incident": incident}
    entries = await ask("timeline", asked)
    incidents = dict.fromkeys(one["incident"] for one in entries if one["incident"])
    if not incidents:
        raise NotFound(
            "there is nothing to report on",
            field="party",
            got=party,
            expected="a party that has a part in an incident by then",
            next_step="see varsel timeline; or give a later --as-of",
        )
    register = await ask("register", view)
    chapters = [await _chapter(ask, view, one, entries, register) for one in incidents]
    return Found(
        party=party,
        asked_by=me["id"],
        zone=ZoneInfo(me["zone"]),
        at=datetime.fromisoformat(chapters[0].knowledge[0]["at"]),
        now=now,
        chapters=chapters,
        texts=await _texts(ask, [entries, *(one.contradictions for one in chapters)]),
        checkpoint=await _checkpoint(ask),
    )


async def _chapter(
    ask: Ask, view: Row, incident: str, entries: Sequence[Row], register: Sequence[Row]
) -> Chapter:
    asked = {**view, "incident": incident}
    facts = await ask("facts", asked)
    mine = [one for one in entries if one["incident"] == incident]
    slugs = (one["data"]["slug"] for one in mine if "slug" in one["data"])
    return Chapter(
        incident=incident,
        name=str(facts.get("slug") or next(slugs, "")),
        facts=facts,
        entries=mine,
        obligations=await ask("obligations", asked),
        contradictions=await ask("contradictions", asked),
        knowledge=await _knowledge(ask, view, incident, facts.get("vendor")),
        breach=next((one for one in register if one["incident"] == incident), None),
    )


async def _knowledge(ask: Ask, view: Row, incident: str, vendor: str | None) -> list[Row]:
    """What the party knew; and its vendor, for those who may see that side too."""
    at = {"at": view["as_of"]} if "as_of" in view else {}
    found = [await ask("knowledge", {"party": view["party"], "incident": incident, **at})]
    if vendor not in {None, view["party"]}:
        with suppress(Forbidden, NotFound):
            found.append(await ask("knowledge", {"party": vendor, "incident": incident, **at}))
    return found


async def _texts(ask: Ask, shown: Any) -> dict[str, str]:
    """Every text that is referred to, by reference; where it was erased, what is said of that."""
    found: dict[str, str] = {}
    for reference in dict.fromkeys(references(shown)):
        try:
            found[reference] = f"“{await ask('text', {'text': reference})}”"
        except NotFound as gone:
            if "erased" in gone.message:  # else there never was a text at this place
                found[reference] = f"[{gone.message}]"
    return found


def references(shown: Any) -> Iterator[str]:
    """References to free text in rows as the questions answer them."""
    if isinstance(shown, Mapping):
        parts = cast("Row", shown)
        if isinstance(parts.get("report"), str):  # what a notice lets its client read
            yield f"{parts['report']}/title"
            yield f"{parts['report']}/text"
        for name, part in parts.items():
            if name in {"text", "words"} and isinstance(part, str) and is_reference(part):
                yield part
            else:
                yield from references(part)
    elif isinstance(shown, list | tuple):
        for part in cast("Sequence[Any]", shown):
            yield from references(part)


def is_reference(said: str) -> bool:
    """Whether this is `<event id>/<path>` rather than a sentence."""
    event, _, path = said.partition("/")
    return (
        bool(path) and len(event) == len("01869a3f-2f00-7abc-8def-0123456789ab") and " " not in said
    )


async def _checkpoint(ask: Ask) -> str | None:
    """The transparency log's newest signed word on what it holds, where the platform keeps one."""
    try:
        answer = await ask("checkpoint", {})
    except (Invalid, NotFound, Forbidden):
        return None
    return answer if isinstance(answer, str) else answer.get("note")
