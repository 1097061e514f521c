"""Time stamps: what holds is kept and shown, nothing else is, and nobody waits for one."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from adapters import logs
from adapters.cli import witnessing
from adapters.evidence import stamp, timestamp
from adapters.evidence.log import TransparencyLog
from adapters.evidence.timestamp import Timestamps
from adapters.evidence.tsa import LARGEST, Tsa
from adapters.nats.server import free_port
from domain.errors import Invalid, Unavailable
from tests.adapters.evidence.authority import (
    BROKEN,
    OK,
    Answer,
    Authority,
    Desk,
    authority,
    serving,
    slowly,
)
from tests.adapters.evidence.lab import fill, follow, opened
from tests.adapters.nats.lab import TOLERATED, until
from tests.adapters.running import up_with

pytestmark = TOLERATED
TEXT = b"varsel/test\n1\nwhat was signed\n"
DIGEST = hashlib.sha256(TEXT).digest()
SEVENTH = datetime(2026, 11, 7, 12, tzinfo=UTC)


@pytest.fixture
def tsa(tmp_path: Path) -> Authority:
    return authority(tmp_path / "tsa")


def honest(tsa: Authority) -> Answer:
    return lambda query: (OK, tsa.reply(query))


def broken(_: bytes) -> tuple[int, bytes]:
    return BROKEN, b"out of order"


def asked(desk: Desk, tsa: Authority, patience: float = 10.0) -> bytes:
    return asyncio.run(Tsa(desk.url, [tsa.root], patience).stamp(TEXT))


# --- what an authority answers -----------------------------------------------------------------


def test_a_token_that_holds_is_over_the_text_and_says_when(tsa: Authority) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    with serving(honest(tsa)) as desk:
        token = asked(desk, tsa)
    said = stamp.read(token)
    assert said.imprint == DIGEST
    assert before < said.at < datetime.now(UTC) + timedelta(seconds=2)


def test_openssl_finds_that_it_holds_and_that_another_text_does_not(tsa: Authority) -> None:
    with serving(honest(tsa)) as desk:
        token = asked(desk, tsa)
    assert tsa.vouches_for(token, TEXT)
    assert not tsa.vouches_for(token, TEXT + b"more")


def of_another_hash(tsa: Authority, query: bytes) -> bytes:
    return tsa.reply(query.replace(DIGEST, hashlib.sha256(b"another").digest()))


def of_another_question(tsa: Authority, query: bytes) -> bytes:
    return tsa.reply(tsa.another_query(query, DIGEST))


def over_a_sha512(tsa: Authority, query: bytes) -> bytes:
    """The same text and number, by another hash."""
    number = query[query.index(DIGEST) + len(DIGEST) :]  # what follows it: nonce and certReq
    while True:
        asks = TimestampRequestBuilder(data=TEXT, hash_algorithm=HashAlgorithm.SHA512).build()
        other = asks.as_bytes()
        at = other.index(hashlib.sha512(TEXT).digest()) + 64
        if len(other) - at == len(number):
            return tsa.reply(other[:at] + number)


def of_a_stranger(tsa: Authority, query: bytes) -> bytes:
    return authority(tsa.folder / "stranger").reply(query)


def with_another_time(tsa: Authority, query: bytes) -> bytes:
    good = tsa.reply(query)
    year = datetime.now(UTC).strftime("%Y").encode()
    at = good.index(year, good.index(DIGEST))
    return good[:at] + b"1999" + good[at + 4 :]


def refusal(tsa: Authority, query: bytes) -> bytes:
    return tsa.reply(query, digests="sha512")


BAD: dict[str, Callable[[Authority, bytes], bytes]] = {
    "of another hash": of_another_hash,
    "of another question": of_another_question,
    "over a SHA-512": over_a_sha512,
    "of a stranger": of_a_stranger,
    "with another time": with_another_time,
    "a refusal": refusal,
    "cut short": lambda tsa, query: tsa.reply(query)[:-1],
    "with more behind": lambda tsa, query: tsa.reply(query) + b"\0",
    "no answer at all": lambda _tsa, _query: b"",
    "a web page": lambda _tsa, _query: b"<html>Log in first</html>",
    "without end": lambda _tsa, _query: bytes(LARGEST + 1),
}


@pytest.mark.parametrize("kind", BAD)
def test_an_answer_that_does_not_hold_is_no_time_stamp(tsa: Authority, kind: str) -> None:
    with serving(lambda query: (OK, BAD[kind](tsa, query))) as desk:
        with pytest.raises(Unavailable, match="gave no time stamp that holds"):
            asked(desk, tsa)
        assert len(desk.asked) == 1


@pytest.mark.parametrize("status", [204, 302, 404, 500])
def test_only_a_plain_yes_counts_and_nobody_is_sent_elsewhere(tsa: Authority, status: int) -> None:
    with serving(lambda query: (status, tsa.reply(query))) as desk:
        with pytest.raises(Unavailable, match=f"HTTP status {status}"):
            asked(desk, tsa)
        assert len(desk.asked) == 1


def test_an_authority_that_takes_too_long_is_given_up(tsa: Authority) -> None:
    with serving(slowly) as desk, pytest.raises(Unavailable, match=r"no answer within 0\.2 s"):
        asked(desk, tsa, patience=0.2)


def test_an_authority_that_is_not_there_is_given_up(tsa: Authority) -> None:
    nowhere = Desk(f"http://127.0.0.1:{free_port('127.0.0.1')}", broken)
    with pytest.raises(Unavailable, match="no answer: ConnectError"):
        asked(nowhere, tsa)


def test_no_changed_byte_of_a_token_reads_as_another_error_than_ours(tsa: Authority) -> None:
    with serving(honest(tsa)) as desk:
        token = asked(desk, tsa)
    for at in range(len(token)):
        with pytest.raises(Invalid):
            stamp.read(token[:at])
        try:
            read = stamp.read(token[:at] + bytes([token[at] ^ 0x81]) + token[at + 1 :])
        except Invalid:
            continue
        assert len(read.imprint) == len(DIGEST)


# --- what becomes of it --------------------------------------------------------------------------


@dataclass
class Kept:
    """A log of two checkpoints, and whoever has it time-stamped."""

    log: TransparencyLog
    stamps: Timestamps
    add: Callable[[], None]

    def shown(self) -> dict[str, Any] | None:
        return timestamp.newest(self.log)


@asynccontextmanager
async def stamping(
    folder: Path, desk: Desk, tsa: Authority, seconds: float, clock: datetime = SEVENTH
) -> AsyncGenerator[Kept]:
    logs.configure("ERROR")
    with opened(folder) as (ledger, log):

        def add() -> None:
            fill(ledger, 1, log.size())
            follow(log)

        if not log.size():
            add()
            add()
        made = Timestamps(Tsa(desk.url, [tsa.root], 0.5), log, seconds, lambda: clock, logs.get())
        made.start()
        try:
            yield Kept(log, made, add)
        finally:
            await made.stop()


def test_the_newest_checkpoint_is_time_stamped_and_shown(tmp_path: Path, tsa: Authority) -> None:
    async def scenario() -> None:
        with serving(honest(tsa)) as desk:
            async with stamping(tmp_path, desk, tsa, 3600) as kept:
                await until(lambda: kept.shown() is not None)
                shown, newest = kept.shown(), kept.log.checkpoint()
                assert shown is not None
                assert newest is not None
                assert (shown["size"], shown["checkpoint"]) == (2, newest.note)
                token = base64.b64decode(shown["token"])
                assert tsa.vouches_for(token, newest.text().encode())
                assert shown["at"] == stamp.read(token).at.isoformat()
                assert kept.stamps.trouble is None

    asyncio.run(scenario())


BAD_DAYS: dict[str, Callable[[Authority], Answer]] = {
    "broken": lambda _: broken,
    "slow": lambda _: slowly,
    "garbage": lambda _: lambda _query: (OK, b"garbage"),
    "untrusted": lambda tsa: lambda query: (OK, of_a_stranger_again(tsa, query)),
}


def of_a_stranger_again(tsa: Authority, query: bytes) -> bytes:
    known = tsa.folder / "stranger"
    return Authority(known, tsa.root, tsa.roots).reply(query) if known.exists() else (
        of_a_stranger(tsa, query)
    )  # fmt: skip


@pytest.mark.parametrize("day", BAD_DAYS)
def test_what_does_not_hold_is_not_kept_but_told_and_asked_again(
    tmp_path: Path, tsa: Authority, day: str
) -> None:
    async def scenario() -> None:
        with serving(BAD_DAYS[day](tsa)) as desk:
            async with stamping(tmp_path, desk, tsa, 0.05) as kept:
                await until(lambda: len(desk.asked) >= 2 and kept.stamps.trouble is not None)
                assert "time-stamping authority" in str(kept.stamps.trouble)
                assert kept.log.stamped() is None
                desk.answer = honest(tsa)
                await until(lambda: kept.stamps.trouble is None)
                assert kept.shown() is not None

    asyncio.run(scenario())


def test_a_checkpoint_is_time_stamped_once_and_the_next_one_too(
    tmp_path: Path, tsa: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    plain = TransparencyLog.checkpoint

    def counted(log: TransparencyLog) -> object:
        looked.append(log)
        return plain(log)

    async def scenario() -> None:
        with serving(honest(tsa)) as desk:
            async with stamping(tmp_path, desk, tsa, 0.05) as kept:
                await until(lambda: kept.shown() is not None)
                monkeypatch.setattr(TransparencyLog, "checkpoint", counted)
                await until(lambda: len(looked) >= 3)  # nothing new: nothing asked
                assert len(desk.asked) == 1
                kept.add()
                await until(lambda: (kept.shown() or {})["size"] == 3)
                first = kept.log.stamped(2)
                assert first is not None
                assert first[0].size == 2
                assert kept.log.stamped(1) is None

    asyncio.run(scenario())


def test_the_pause_goes_on_over_a_restart(tmp_path: Path, tsa: Authority) -> None:
    async def scenario() -> None:
        with serving(honest(tsa)) as desk:
            async with stamping(tmp_path, desk, tsa, 3600) as kept:
                await until(lambda: kept.shown() is not None)
            now = datetime.now(UTC)
            for hours, left in ((0.5, 1800), (2, 0), (-48, 3600)):
                then = now + timedelta(hours=hours)
                async with stamping(tmp_path, desk, tsa, 3600, then) as kept:
                    assert kept.stamps._rest() == pytest.approx(left, abs=20)
            assert len(desk.asked) == 1

    asyncio.run(scenario())


def test_a_token_of_another_checkpoint_is_not_shown(tmp_path: Path, tsa: Authority) -> None:
    async def scenario() -> None:
        with serving(honest(tsa)) as desk:
            async with stamping(tmp_path, desk, tsa, 3600) as kept:
                await until(lambda: kept.shown() is not None)
                stamped = kept.log.stamped()
                assert stamped is not None
                kept.add()
                kept.log.keep_token(3, stamped[1])
                assert kept.shown() is None
                kept.log.keep_token(3, b"spoilt")
                assert kept.shown() is None

    asyncio.run(scenario())


# --- on a platform -------------------------------------------------------------------------------


def test_a_platform_shows_the_newest_time_stamp_to_those_who_ask(
    tmp_path: Path, tsa: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> dict[str, Any]:
        with serving(honest(tsa)) as desk:
            more = {"tsa_url": desk.url, "tsa_roots": tsa.roots, "tsa_seconds": 0.05}
            async with up_with(tmp_path / "data", log_level="ERROR", **more) as platform:
                await until(
                    lambda: timestamp.newest(platform.running.parts.evidence.log) is not None
                )
                answer = await platform.callers["joker"].call("checkpoint", {})
                assert answer["timestamp"]["size"] <= answer["size"]
                creds = tmp_path / "joker.creds"
                creds.write_text(platform.given["joker"]["creds"])
                await asyncio.to_thread(
                    witnessing.checkpoint, creds=creds, url=platform.running.url, json=True
                )
                await asyncio.to_thread(
                    witnessing.checkpoint, creds=creds, url=platform.running.url
                )
                desk.answer = broken
                await platform.add("meny", "client")
                health = platform.running.platform.health
                await until(lambda: bool(health()["troubles"]))
                assert "HTTP status 500" in health()["troubles"][0]
                desk.answer = honest(tsa)
                await until(lambda: bool(health()["ok"]))
        return dict(answer)

    answer = asyncio.run(scenario())
    token = base64.b64decode(answer["timestamp"]["token"])
    text = answer["timestamp"]["checkpoint"].rpartition("\n\n")[0] + "\n"
    assert tsa.vouches_for(token, text.encode())
    said = capsys.readouterr()
    shown, _ = json.JSONDecoder().raw_decode(said.out)
    assert shown["timestamp"].keys() == answer["timestamp"].keys()
    assert "\ntime-stamped: " in said.err


def test_nobody_is_asked_unless_an_authority_is_named(tmp_path: Path, tsa: Authority) -> None:
    async def scenario() -> None:
        data = tmp_path / "data"
        async with up_with(data, log_level="ERROR", tsa_roots=tsa.roots) as platform:
            answer = await platform.callers["joker"].call("checkpoint", {})
            assert answer["timestamp"] is None
            assert platform.running.parts.evidence.timestamps is None
            assert "timestamps" not in {task.get_name() for task in asyncio.all_tasks()}

    asyncio.run(scenario())


# --- what can be set -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["http://tsa.example/", "ftp://127.0.0.1/", "tsa.example", "https://", "http://[::1"]
)
def test_an_authority_is_asked_over_tls_or_on_this_machine(tsa: Authority, url: str) -> None:
    with pytest.raises(Invalid, match="VARSEL_TSA_URL"):
        timestamp.authority(url, tsa.roots)


@pytest.mark.parametrize(
    "url", ["https://tsa.example/tsr", "http://127.0.0.1:3161", "http://[::1]", "http://localhost"]
)
def test_these_addresses_are_taken(tsa: Authority, url: str) -> None:
    assert timestamp.authority(url, tsa.roots) is not None


def test_whom_to_believe_has_to_be_said(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for roots in (None, tmp_path / "missing", tmp_path / "empty"):
        with pytest.raises(Invalid, match="VARSEL_TSA_ROOTS"):
            timestamp.authority("https://tsa.example", roots)


def test_without_the_extra_the_start_says_how_to_get_it(
    tsa: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timestamp, "find_spec", lambda _: None)
    with pytest.raises(Unavailable, match=r"pip install varsel\[tsa\]"):
        timestamp.authority("https://tsa.example", tsa.roots)
