"""How the door behaves: who is let in, which addresses it knows, what its answers carry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.http import serving
from adapters.http.problems import MEDIA_TYPE
from tests.adapters.http.lab import OPS, Door, open_door, problem, tell
from tests.adapters.http.test_commands import play
from tests.adapters.nats.lab import TOLERATED, until
from tests.builders import a_leak, a_notice

pytestmark = TOLERATED


@asynccontextmanager
async def connected(
    door: Door,
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection, of which an answer is expected soon."""
    host, _, port = door.house.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(20):
            yield reader, writer
    finally:
        writer.transport.abort()


def test_unknown_expired_and_revoked_keys_are_turned_away_alike(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        revoked, operator = door.key("kiwi"), door.platform.operator
        await operator.call("party_revoke", {"with": {"id": "kiwi"}})
        soon = (door.house.clock() + timedelta(seconds=3)).isoformat(timespec="seconds")
        more = {"with": {"id": "joker", "only": "api-key", "expires": soon}}
        expired = (await operator.call("party_issue", more))["api_key"]
        await until(lambda: door.house.clock().isoformat() > soon)
        said = []
        for key in (None, "varsel_unknown", "", revoked, expired, revoked + "x"):
            answer = await (await door.client(key)).get("/v1/whoami")
            assert answer.headers["www-authenticate"] == 'Bearer realm="varsel"'
            said.append(problem(answer))
        assert said[0]["status"] == 401
        assert said == [said[0]] * len(said)

    play(tmp_path, story)


def test_who_fails_too_often_waits_and_who_holds_a_key_does_not(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        nobody, joker = await door.client("varsel_wrong"), await door.by("joker")
        statuses = [(await nobody.get("/v1/whoami")).status_code for _ in range(31)]
        assert statuses == [401] * 30 + [429]
        refused = await nobody.get("/v1/whoami")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert problem(refused)["type"] == "urn:varsel:error:too-many"
        assert (await joker.get("/v1/whoami")).status_code == 200

    play(tmp_path, story)


def test_a_party_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_door(tmp_path, rate="5/minute") as door:
            joker = await door.by("joker")
            statuses = [(await joker.get("/v1/whoami")).status_code for _ in range(6)]
            assert statuses == [200] * 5 + [429]
            refused = await joker.get("/v1/whoami")
            assert int(refused.headers["retry-after"]) == problem(refused)["retry_after"]

    asyncio.run(story())


def test_an_answer_that_one_has_already_is_not_sent_again(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        joker = await door.by("joker")
        first = await joker.get("/v1/timeline")
        same = await joker.get("/v1/timeline", headers={"If-None-Match": first.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"
        await door.say(joker, "take_measure", incident="leak", kind="review", status="planned")
        new = await joker.get("/v1/timeline", headers={"If-None-Match": first.headers["etag"]})
        assert new.status_code == 200

    play(tmp_path, story)


def test_pages_hold_every_row_once_while_new_ones_arrive(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        joker = await door.by("joker")
        before = (await joker.get("/v1/timeline")).json()["timeline"]
        found, after = [], None
        while True:
            asked = {"limit": 2, **({"after": after} if after else {})}
            page = (await joker.get("/v1/timeline", params=asked)).json()
            found += [one["event"] for one in page["timeline"]]
            if len(found) <= len(before):
                said = {"incident": "leak", "kind": "review", "status": "planned"}
                await door.say(joker, "take_measure", **said)
            after = page["next"]
            if after is None:
                break
        whole = [one["event"] for one in (await joker.get("/v1/timeline")).json()["timeline"]]
        assert found == whole
        assert len(whole) > len(before) > 4

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("by", "path", "rows", "key"),
    [
        ("zoopit", "/v1/incidents/leak/board", "clients", "client"),
        (OPS, "/v1/parties", "parties", "id"),
    ],
)
def test_clients_and_parties_are_read_from_where_the_page_before_ended(
    by: str, path: str, rows: str, key: str, tmp_path: Path
) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        await door.platform.take(a_notice("kiwi"))
        asking = await door.by(by)

        async def page(**asked: Any) -> dict[str, Any]:
            answer = (await asking.get(path, params=asked)).json()
            return dict(answer.get("board", answer))

        whole = [one[key] for one in (await page())[rows]]
        found, after = [], None
        while True:
            part = await page(limit=1, **({"after": after} if after else {}))
            found += [one[key] for one in part[rows]]
            after = part["next"]
            if after is None:
                break
        assert found == whole
        assert len(whole) > 1
        other = (await (await door.by("joker")).get("/v1/timeline", params={"limit": 1})).json()
        refused = await asking.get(path, params={"after": other["next"]})
        assert (refused.status_code, problem(refused)["field"]) == (422, "after")

    play(tmp_path, story)


@pytest.mark.parametrize("cursor", ["nonsense", "%%%", "dGltZWxpbmUKbm93aGVyZQ"])
def test_a_cursor_that_leads_nowhere_is_refused(cursor: str, tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        said = problem(await joker.get("/v1/timeline", params={"after": cursor}))
        assert (said["status"], said["field"], said["got"]) == (422, "after", cursor)

    play(tmp_path, story)


def test_a_cursor_of_another_question_is_refused(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        joker = await door.by("joker")
        cursor = (await joker.get("/v1/timeline", params={"limit": 1})).json()["next"]
        said = problem(await joker.get("/v1/obligations", params={"after": cursor}))
        assert said["title"] == "this is no cursor of this list"

    play(tmp_path, story)


def test_a_question_is_answered_as_of_an_instant(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        joker = await door.by("joker")
        whole = (await joker.get("/v1/timeline")).json()["timeline"]
        at = {"as_of": whole[1]["recorded_at"]}
        then = (await joker.get("/v1/timeline", params=at)).json()["timeline"]
        assert 1 < len(then) < len(whole)
        assert [one["event"] for one in then] == [one["event"] for one in whole[: len(then)]]
        wrong = problem(await joker.get("/v1/timeline", params={"as_of": "yesterday"}))
        assert wrong["field"] == "as_of"

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/v1/timeline?as-of=2024", "as-of"),
        ("/v1/timeline?limit=1&limit=2", "limit"),
        ("/v1/timeline?limit=0", "limit"),
        ("/v1/whoami?x", "x"),
        ("/healthz?x=1", "x"),
    ],
)
def test_a_parameter_that_is_not_known_is_named(address: str, field: str, tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        said = problem(await (await door.by("joker")).get(address))
        assert (said["status"], said["field"]) == (422, field)

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("OPTIONS", "/v1/timeline", "GET"),
        ("DELETE", "/v1/commands/ask", "POST"),
        ("GET", "/v1/calendar", "POST, DELETE"),
        ("PUT", "/v1/incidents/leak/severity", "GET, POST"),
    ],
)
def test_a_method_that_is_not_taken_is_answered_with_those_that_are(
    method: str, address: str, allowed: str, tmp_path: Path
) -> None:
    async def story(door: Door) -> None:
        answer = await (await door.by("joker")).request(method, address)
        assert problem(answer)["status"] == 405
        assert answer.headers["allow"] == allowed
        assert "access-control-allow-origin" not in answer.headers

    play(tmp_path, story)


def test_an_address_that_is_not_there_is_a_problem_document(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        for address in ("/v1/nothing", "/v1/timeline/", "/v1//timeline", "/v2/timeline"):
            assert problem(await joker.get(address))["status"] == 404
        assert (await joker.head("/v1/timeline")).status_code == 405

    play(tmp_path, story)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::1", ""])
def test_another_host_than_ours_is_refused(host: str, tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        answer = await (await door.by("joker")).get("/v1/whoami", headers={"Host": host})
        assert problem(answer)["field"] == "Host"
        assert answer.status_code == 400

    play(tmp_path, story)


def test_every_answer_keeps_browsers_safe_and_says_nothing_of_the_server(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        for address in ("/v1/whoami", "/v1/nothing", "/healthz"):
            answer = await joker.get(address)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert "server" not in answer.headers

    play(tmp_path, story)


def test_probes_need_no_key_and_tell_nothing(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        nobody = await door.client(None)
        for address in ("/healthz", "/readyz"):
            answer = await nobody.get(address)
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    play(tmp_path, story)


def test_a_door_whose_views_stand_still_stays_open_for_commands(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        parts = door.platform.running.parts

        def poisoned() -> int:
            raise ValueError("poison")

        parts.views.advance = poisoned  # type: ignore[method-assign]  # a batch that cannot be taken
        zoopit, nobody = await door.by("zoopit"), await door.client(None)
        await door.platform.take(a_leak())
        await until(lambda: parts.projector.trouble is not None)
        assert (await nobody.get("/readyz")).json() == {"status": "ok"}
        said = await door.say(zoopit, "report_leak", **a_leak("another").fields)
        assert said.is_success, "what it says is so"

    play(tmp_path, story)


def test_a_door_whose_ledger_takes_nothing_sends_proxies_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(door: Door) -> None:
        nobody, recorder = await door.client(None), door.platform.running.parts.ledger._recorder
        monkeypatch.setattr(recorder, "takes_writes", lambda: False)
        answer = await nobody.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "unready"})
        assert (await nobody.get("/healthz")).status_code == 200, "a new start helps nobody"

    play(tmp_path, story)


def test_what_travels_is_described_for_anybody(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        nobody = await door.client(None)
        index = (await nobody.get("/schemas/index.json")).json()
        for one in index["schemas"]:
            found = await nobody.get(one["href"])
            assert found.json()["$id"] == one["href"]
        yaml = await nobody.get("/schemas/asyncapi.yaml")
        assert yaml.headers["content-type"].startswith("application/yaml")
        assert problem(await nobody.get("/schemas/../secret"))["status"] == 404

    play(tmp_path, story)


def test_a_head_that_never_ends_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD", 0.3)

    async def story(door: Door) -> None:
        async with connected(door) as (reader, writer):
            writer.write(b"GET /v1/whoami HTTP/1.1\r\nHost: 127")
            assert await reader.read() == b""

    play(tmp_path, story)


def test_a_head_that_is_too_long_is_refused(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        async with connected(door) as (reader, writer):
            writer.write(b"GET /v1/whoami HTTP/1.1\r\nX-Long: " + b"x" * 70_000)
            assert (await reader.readline()).startswith(b"HTTP/1.1 400")

    play(tmp_path, story)


def test_a_failure_that_nobody_thought_of_is_told_without_its_words(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        async def broken(*_: object) -> dict[str, object]:
            raise RuntimeError("a secret")

        object.__setattr__(door.house, "handle", broken)
        answer = await (await door.by(OPS)).get("/v1/health")
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert answer.json()["title"] == "the platform failed: RuntimeError"
        assert "secret" not in answer.text

    play(tmp_path, story)
