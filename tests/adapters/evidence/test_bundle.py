"""What a platform puts into a bundle, for whom, and that it holds."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.evidence import leaf, verify
from domain.errors import Forbidden, Invalid, NotFound, Refused, VarselError
from domain.events import LawPackLoaded
from tests.adapters.evidence.forging import Files, files_of, key_of, lines, manifest
from tests.adapters.running import raised
from tests.adapters.test_platform import Desk, play
from tests.builders import a_leak, a_notice, a_question, a_revision, an_acknowledgement, step, told

TEXT = "A backup lay open for a night."
LEAK = (a_leak(text=TEXT), *told("joker", "tokmanni")[1:], an_acknowledgement("joker"))


async def bundle(made: Desk, by: str, **asked: Any) -> bytes:
    return base64.b64decode((await made.ask(by, "export", **asked))["export"]["data"])


async def files(made: Desk, by: str, **asked: Any) -> Files:
    """What lies in a bundle that holds."""
    raw = await bundle(made, by, **asked)
    assert verify.verify(raw).findings == []
    return files_of(raw)


async def refused(made: Desk, by: str, **asked: Any) -> VarselError:
    wrong = await raised(made.ask(by, "export", **asked))
    assert isinstance(wrong, VarselError)
    return wrong


def topics(found: Files) -> list[str]:
    return [line["topic"].removeprefix("varsel.") for line in lines(found, "events.jsonl")]


def told_of(found: Files) -> list[dict[str, Any]]:
    return [line for line in lines(found, "feed.jsonl") if "body" in line]


def test_a_party_takes_its_whole_feed_along_with_proofs(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        found = await files(made, "joker")
        log = made.parts.ledger.since(0, 1000)
        mine = {x.position for x in log if "joker" in x.envelope.visibility}
        law = {x.position for x in log if isinstance(x.event, LawPackLoaded)}
        assert {line["position"] for line in lines(found, "events.jsonl")} == mine | law
        assert len(told_of(found)) == len(mine)
        rows = {row.position: row.state for row in made.parts.ledger.rows_since(0, 999)}
        for line in lines(found, "events.jsonl"):
            kept = leaf.parts(rows[line["position"]])
            assert line["shown"].encode() == kept.shown
            assert bytes.fromhex(line["withheld"]) == kept.withheld

    play(tmp_path, story, *LEAK)


def test_of_others_there_is_nothing_but_hashes(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        for name, body in (await files(made, "joker")).items():
            assert b"tokmanni" not in body.lower() or name.startswith("law/"), name

    play(tmp_path, story, *LEAK, a_question("tokmanni"))


def test_what_is_computed_is_what_the_questions_answer(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        found = await files(made, "joker")
        for name in ("obligations", "timeline", "register"):
            assert json.loads(found[f"{name}.json"]) == (await made.ask("joker", name))[name]

    play(tmp_path, story, *LEAK)


def test_the_same_question_at_the_same_instant_gives_the_same_bytes(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        assert await bundle(made, "joker") == await bundle(made, "joker")

    play(tmp_path, story, *LEAK)


def test_one_incident_leaves_the_rest_of_the_feed_as_hashes(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        whole, part = await files(made, "zoopit"), await files(made, "zoopit", incident="leak")
        assert "PartyRegistered" in topics(whole)
        assert "PartyRegistered" not in topics(part)
        assert len(lines(whole, "feed.jsonl")) == len(lines(part, "feed.jsonl"))
        assert len(told_of(part)) < len(told_of(whole))

    play(tmp_path, story, *LEAK)


def test_a_period_takes_what_was_recorded_within_it(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        between = made.now.isoformat()
        await made.take(a_revision())
        later = await files(made, "zoopit", **{"from": made.now.isoformat()})
        assert "FactsRevised" in topics(later)
        assert "VendorReportedLeak" not in topics(later)
        earlier = await files(made, "zoopit", until=between)
        assert "FactsRevised" not in topics(earlier)
        assert "VendorReportedLeak" in topics(earlier)

    play(tmp_path, story, *LEAK)


def test_as_of_an_instant_the_feed_ends_there(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        then = made.now.isoformat()
        before = len(lines(await files(made, "joker"), "feed.jsonl"))
        await made.take(a_question("joker"))
        assert len(lines(await files(made, "joker", as_of=then), "feed.jsonl")) == before
        assert len(lines(await files(made, "joker"), "feed.jsonl")) == before + 1

    play(tmp_path, story, *LEAK)


def test_a_period_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        wrong = await refused(made, "joker", until="2020-01-01", **{"from": "2021-01-01"})
        assert (type(wrong), wrong.field) == (Invalid, "until")
        wrong = await refused(made, "joker", **{"from": "soon"})
        assert (type(wrong), wrong.field) == (Invalid, "from")

    play(tmp_path, story)


def test_an_auditor_takes_what_is_in_its_scope_and_nothing_else(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        said = manifest(await files(made, "auditor", party="joker"))
        assert (said["by"], said["asked"]["party"]) == ("auditor", "joker")
        assert isinstance(await refused(made, "auditor", party="tokmanni"), Forbidden)

    play(tmp_path, story, *LEAK)


# --- what is its writer's alone ---

COMMAND = "tell-joker-and-tokmanni"
ACTOR = {"user": "u-4711", "role": "tokmanni-desk", "on_behalf_of": "u-4712"}
ASKED = a_question("joker").under("joker-asks-1").through({"user": "j-1"})


async def telling(made: Desk) -> list[str]:
    """Two clients are told by one command whose id names both; the salts of what Joker may see."""
    notice = a_notice("joker", "tokmanni").under(COMMAND).through(ACTOR)
    for said in (a_leak().under("c-1"), notice, ASKED):
        body = {"with": dict(said.fields), "command": said.command, "actor": said.actor}
        await made.platform.handle(said.by, said.do, body)
    log = made.parts.ledger.since(0, 1000)
    seen = [x.envelope for x in log if "joker" in x.envelope.visibility]
    assert COMMAND in {one.command for one in seen}  # so there is something to withhold
    return [one.salt for one in seen if one.party != "joker"]


@pytest.mark.parametrize(
    ("by", "asked"),
    [("joker", {}), ("auditor", {"party": "joker"}), ("operator", {"party": "joker"})],
)
def test_who_sent_an_event_by_which_command_under_which_salt_only_its_writer_is_shown(
    tmp_path: Path, by: str, asked: dict[str, Any]
) -> None:
    async def story(made: Desk) -> None:
        salts = await telling(made)
        assert salts
        whole = b"".join((await files(made, by, **asked)).values()).decode()
        for withheld in (COMMAND, *ACTOR.values(), *salts):
            assert withheld not in whole

    play(tmp_path, story)


def test_a_party_shows_the_commands_of_what_it_wrote_itself(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await telling(made)
        found = lines(await files(made, "joker"), "events.jsonl")
        own = [line for line in found if "own" in line]
        assert {json.loads(line["shown"])["envelope"]["party"] for line in own} == {"joker"}
        assert [line["own"]["command"] for line in own] == ["joker-asks-1"]
        assert [line["own"]["actor"]["user"] for line in own] == ["j-1"]
        theirs = lines(await files(made, "zoopit"), "events.jsonl")
        assert COMMAND in {line["own"]["command"] for line in theirs if "own" in line}

    play(tmp_path, story)


def test_whoever_takes_the_feed_of_another_is_not_shown_that_ones_commands(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await telling(made)
        found = await files(made, "auditor", party="joker")
        assert not [line for line in lines(found, "events.jsonl") if "own" in line]
        assert b"joker-asks-1" not in b"".join(found.values())

    play(tmp_path, story)


# --- free text ---


def test_free_text_comes_along_only_when_asked_for(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        without = await files(made, "zoopit")
        assert "texts.json" not in without
        assert TEXT.encode() not in b"".join(without.values())
        texts = json.loads((await files(made, "joker", with_texts=True))["texts.json"])
        assert TEXT in texts.values()

    play(tmp_path, story, *LEAK)


def test_the_operator_may_not_read_texts_so_it_cannot_take_them_along(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await files(made, "operator", party="joker")
        wrong = await refused(made, "operator", party="joker", with_texts=True)
        assert isinstance(wrong, Forbidden)

    play(tmp_path, story, *LEAK)


def test_after_an_erasure_old_and_new_bundles_hold_and_the_new_one_has_no_text(
    tmp_path: Path,
) -> None:
    async def story(made: Desk) -> None:
        old = await bundle(made, "zoopit", with_texts=True)
        await made.take(step("zoopit", "erase", incident="leak", why="retention"))
        new = await bundle(made, "zoopit", with_texts=True)
        assert verify.verify(old).findings == []
        assert verify.verify(new).findings == []
        assert TEXT.encode() in old
        assert TEXT.encode() not in new
        assert json.loads(files_of(new)["texts.json"]) == {}

    play(tmp_path, story, *LEAK)


# --- witnesses ---


def test_a_checkpoint_that_one_kept_is_proven_to_be_the_logs_beginning(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        kept = (await files(made, "joker"))["checkpoint.txt"].decode()
        await made.take(a_question("joker"))
        found = await files(made, "joker", witnesses=[kept])
        assert found["witnesses/1.txt"].decode() == kept
        raw = verify.pack(found)
        assert verify.verify(raw, key_of(found), {"mine": kept}).findings == []

    play(tmp_path, story, *LEAK)


def test_a_checkpoint_of_another_log_is_no_witness(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        for given in (["hello"], "hello", [1], ["x"] * 101):
            assert isinstance(await refused(made, "joker", witnesses=given), Invalid)

    play(tmp_path, story, *LEAK)


def test_a_checkpoint_ahead_of_the_log_says_that_the_log_was_cut(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        ahead = made.parts.evidence.log._signer.sign(1000, bytes(32), None).note
        wrong = await refused(made, "joker", witnesses=[ahead])
        assert isinstance(wrong, Refused)
        assert "cut short" in wrong.message

    play(tmp_path, story, *LEAK)


def test_a_part_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        first = (await made.ask("joker", "export"))["export"]
        again = (await made.ask("joker", "export", bundle=first["bundle"]))["export"]
        assert again == first
        for by, part in (("joker", 1), ("zoopit", 0)):
            wrong = await refused(made, by, bundle=first["bundle"], part=part)
            assert isinstance(wrong, NotFound)

    play(tmp_path, story, *LEAK)


def test_the_logs_key_signs_a_manifest_but_no_checkpoint_that_is_none(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        log = made.parts.evidence.log
        name = log.verifier_key.partition("+")[0]
        key = verify.read_key(log.verifier_key, "")
        assert verify.read_note(log.attest("something\n"), key, "") == "something\n"
        with pytest.raises(Invalid, match="would be a checkpoint"):
            log.attest(f"{name}\n1\nAAAA\n")

    play(tmp_path, story)
