"""No client learns who else an incident touches, nor how many: two worlds look the same to it.

In the one the incident touches Sesam alone, in the other twenty more, who acknowledge, ask, are
updated, cleared and filed for. All that Sesam can get hold of is compared, byte for byte, but for
random ids, times, hashes of both, and what counts or signs the whole platform.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from adapters.nats.follower import FeedMessage
from domain import streams
from domain.errors import VarselError
from tests.adapters.nats.lab import TOLERATED
from tests.adapters.running import Up, up
from tests.builders import Step, a_claim, a_total, people, step

pytestmark = TOLERATED

SESAM = "sesambutikk"
OTHERS = tuple(f"nabobutikk-{number}" for number in range(20))
INCIDENT = str(streams.incident_id("zoopit", "leak"))
LEAK = {"incident": INCIDENT}


def name_of(other: str) -> str:
    return f"Nabolaget {other.rpartition('-')[2]} Handel AS"


# --- the two worlds ------------------------------------------------------------------------------


def story(others: Sequence[str]) -> Iterator[Step]:
    """What happens; `others` are touched as well."""
    everybody = [SESAM, *others]
    yield _report(others)
    named = [{"client": one, "sure": "confirmed", "count": 7} for one in everybody]
    yield step("zoopit", "name_clients", **LEAK, clients=named)
    yield step("zoopit", "notify_clients", **LEAK, clients=everybody, channel="platform")
    for client in everybody:
        yield step(client, "grant_mandate", vendor="zoopit", scope="full").under(
            f"mandate-{client}"
        )
        yield step(client, "acknowledge", **LEAK).under(f"read-{client}")
        yield step(client, "ask", **LEAK, question="q", text="What?").under(f"asked-{client}")
    for client in everybody:
        answer = {"client": client, "question": "q", "text": "That."}
        yield step("zoopit", "answer", **LEAK, **answer)
    yield from _news(others)
    filing = {"authority": "NO/datatilsynet", "stage": "new", "capacity": "for_controllers"}
    yield step("zoopit", "notify_regulator", **LEAK, **filing, controllers=everybody)
    for client in everybody:
        yield step(client, "close_case", **LEAK).under(f"closed-{client}")
    yield step("zoopit", "close_incident", **LEAK)


def _report(others: Sequence[str]) -> Step:
    return step(
        "zoopit",
        "report_leak",
        incident="leak",
        nature=["confidentiality"],
        title="A copy",
        text="A copy was taken.",
        systems=[{"name": "archive", "owner": one, "affected": "yes"} for one in others],
        people=[people(), *(people(f"customers of {one}") for one in others)],
        totals=[a_total(7, client=SESAM), *(a_total(9, client=one) for one in others)],
        claims=[
            a_claim("plain"),
            *(a_claim(f"of-{one}", source=one) for one in others[:5]),
            *(a_claim(f"n-{n}", scope=name_of(one)) for n, one in enumerate(others[5:])),
        ],
    )


def _news(others: Sequence[str]) -> Iterator[Step]:
    fields = {"reason": "new_knowledge"}
    about_others = [a_claim(f"of-{one}", scope=one) for one in others]
    yield step("zoopit", "revise_facts", **LEAK, **fields, claims=[a_claim("more"), *about_others])
    if others:
        yield step("zoopit", "revise_facts", **LEAK, **fields, claims=about_others)
        told = [a_claim("told", scope=name_of(others[0]))]
        yield step("zoopit", "revise_facts", **LEAK, **fields, claims=told)
        yield step("zoopit", "clear_client", **LEAK, client=others[0], reason="not its data")
        yield step("zoopit", "notify_clients", **LEAK, clients=[others[0]], channel="phone")
    for one in others:
        yield step("zoopit", "update_client", **LEAK, client=one, count=8, reason="counted")
        yield step("zoopit", "inform_others", **LEAK, who=name_of(one), visibility="shared")
        yield step("zoopit", "inform_others", **LEAK, who=one, visibility="shared")
    said = {"id": "said", "channel": "interview", "visibility": "shared"}
    audience = ["press", *others, *map(name_of, others)]
    yield step("zoopit", "make_statement", **LEAK, **said, audience=audience).under("said")
    yield step("zoopit", "correct", event="said", why="not so")


# --- what one client gets hold of ----------------------------------------------------------------


async def all_that_sesam_has(folder: Path, others: Sequence[str]) -> list[Any]:
    async with up(folder, rate="off", log_level="ERROR") as platform:
        await platform.add("zoopit", "vendor", name="Zoopit AS")
        await platform.add(SESAM, "client", name="Sesam Butikk AS")
        for one in OTHERS:
            await platform.add(one, "client", name=name_of(one))
        steps = list(story(others))
        receipts = await platform.take(*steps)
        await platform.settled()
        own = [got for act, got in zip(steps, receipts, strict=True) if act.by == SESAM]
        await until_reopened(platform)
        messages = [_message(one) for one in await _followed(platform)]
        texts = [one for message in messages for one in message["body"]["data"]["texts"]]
        return [own, messages, await _answers(platform, texts)]


async def until_reopened(platform: Up) -> None:
    """The platform opens Sesam's case again, since its vendor spoke after it was closed."""
    async with asyncio.timeout(20):
        while "CaseReopened" not in str(await platform.ask(SESAM, "timeline")):
            await platform.settled()
    await platform.settled()


async def _followed(platform: Up) -> list[FeedMessage]:
    wanted = len(await platform.ask(SESAM, "feed"))
    found: list[FeedMessage] = []
    async for message in (await platform.follow(SESAM)).messages():
        found.append(message)
        if len(found) == wanted:
            return found
    raise AssertionError("the feed ended early")


def _message(message: FeedMessage) -> dict[str, Any]:
    return {"body": json.loads(message.body), "headers": dict(message.headers)}


async def _answers(platform: Up, texts: list[str]) -> list[Any]:
    views = ("timeline", "obligations", "register", "contradictions", "feed", "whoami")
    found: list[Any] = [await platform.ask(SESAM, question) for question in views]
    for question in ("facts", "severity", "timeline", "obligations"):
        found.append(await platform.ask(SESAM, question, incident="leak"))
        found.append(await platform.ask(SESAM, question, incident="leak", as_of="2100-01-01"))
    found += [await platform.ask(SESAM, "text", text=one) for one in texts]
    for operation, fields in REFUSED:
        try:
            await platform.callers[SESAM].call(operation, {"with": fields})
        except VarselError as refused:
            found.append(refused.problem())
    return found


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("board", {"incident": INCIDENT}),
    ("acknowledge", {"incident": "leak"}),
    ("ask", {"incident": "leak", "question": "q", "text": "Again?"}),
    ("answer", {"incident": "leak", "client": OTHERS[0], "question": "q", "text": "x"}),
    ("correct", {"event": f"read-{OTHERS[0]}", "why": "x"}),
    ("correct", {"event": "said", "why": "x"}),
    ("timeline", {"party": OTHERS[0]}),
    ("facts", {"party": OTHERS[1], "incident": INCIDENT}),
    ("notify_customers", {"incident": "leak", "audience": "x", "channel": "x", "count": 1,
                          "statement": "none"}),
]  # fmt: skip


# --- what may differ -----------------------------------------------------------------------------

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[0-9:.]*(?:Z|[+-]\d\d:\d\d)")
KEY = re.compile(r"\bU[A-Z2-7]{55}\b")
HASH = re.compile(r"\b[0-9a-f]{64}\b")
CHECKPOINT = re.compile(r'"Varsel-Checkpoint": "[^"]+"')  # of the whole platform, like its size
OF_THE_PLATFORM = re.compile(
    r'"(position|number|Nats-Expected-Last-Sequence)": "?\d+"?'  # counts every party's events
)


def alike(found: list[Any]) -> str:
    """All of it as text: ids by their first appearance, times and hashes without their values."""
    text = json.dumps(found, indent=1, ensure_ascii=False)
    seen: dict[str, str] = {}
    text = ID.sub(lambda match: seen.setdefault(match[0], f"<id {len(seen)}>"), text)
    for pattern, name in (
        (TIME, "<time>"),
        (CHECKPOINT, "<checkpoint>"),
        (KEY, "<key>"),
        (HASH, "<hash>"),
        (OF_THE_PLATFORM, r'"\1": <number>'),
    ):
        text = pattern.sub(name, text)
    return text


def test_a_client_cannot_tell_whether_it_is_alone_in_an_incident(tmp_path: Path) -> None:
    async def worlds() -> tuple[list[Any], list[Any]]:
        alone = await all_that_sesam_has(tmp_path / "alone", ())
        return alone, await all_that_sesam_has(tmp_path / "not-alone", OTHERS)

    alone, not_alone = asyncio.run(worlds())
    assert len(alone[1]) > 8
    assert "nabo" not in json.dumps(not_alone[:2]).casefold()
    assert alike(not_alone).splitlines() == alike(alone).splitlines()
