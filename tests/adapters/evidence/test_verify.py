"""What a verifier says to each kind of forgery: where it is, in words of its own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from adapters.evidence import verify
from adapters.evidence.checkpoint import Signer
from tests.adapters.evidence.forging import (
    Files,
    edited,
    edited_event,
    files_of,
    found,
    golden,
    key_of,
    lines,
    logged_again,
    manifest,
    put_lines,
    put_manifest,
    signed_again,
    signer_of,
)

OTHER = bytes(reversed(range(32)))
OWN = next(n for n, line in enumerate(lines(files_of(golden()), "events.jsonl")) if "own" in line)
STRANGER = Signer("varsel/stranger", OTHER)
Forgery = Callable[[Files], bytes]


def with_key(change: Callable[[Files], object]) -> Forgery:
    """Made by somebody who has the key."""

    def forge(files: Files) -> bytes:
        change(files)
        return signed_again(files)

    return forge


def without_key(change: Callable[[Files], object]) -> Forgery:
    """Made by somebody who has not."""

    def forge(files: Files) -> bytes:
        change(files)
        return verify.pack(files)

    return forge


def with_log(change: Callable[[Files], object]) -> Forgery:
    """Made by the keeper of the log, who may build it anew."""

    def forge(files: Files) -> bytes:
        change(files)
        return logged_again(files)

    return forge


def event(number: int, **more: object) -> Callable[[Files], None]:
    return lambda files: edited(files, "events.jsonl", lambda said: said[number].update(more))


def swapped(files: Files) -> None:
    def swap(said: list[dict[str, object]]) -> None:
        said[3], said[4] = said[4], said[3]

    edited(files, "events.jsonl", swap)


def with_the_proof_of_another(files: Files) -> None:
    said = lines(files, "events.jsonl")
    said[3]["index"], said[3]["proof"] = said[4]["index"] - 1, said[4]["proof"]
    put_lines(files, "events.jsonl", said)


def with_a_version_twice(files: Files) -> None:
    def repeat(said: list[dict[str, object]]) -> None:
        said.append({**said[-1], "position": said[-1]["position"] + 1})  # type: ignore[operator]

    edited(files, "events.jsonl", repeat)


def with_older_checkpoint(files: Files) -> None:
    """The checkpoint of a log that had a leaf less: what proofs say does not fit it."""
    head = verify.read_checkpoint(
        files["checkpoint.txt"].decode(), verify.read_key(key_of(files), "keys.txt"), ""
    )
    note = signer_of(files).sign(head.size - 1, head.root, None).note
    files["checkpoint.txt"] = note.encode()


def with_early_time(files: Files) -> None:
    note = files["checkpoint.txt"].decode()
    text = re.sub(r"recorded-at .*", "recorded-at 2020-01-01T00:00:00+00:00", note)
    files["checkpoint.txt"] = signer_of(files).note(text.rpartition("\n\n")[0] + "\n").encode()


def with_other_law(files: Files) -> None:
    name = f"law/{manifest(files)['law']['fingerprint']}.json"
    changed = files[name].replace(b"72", b"96", 1)
    assert changed != files[name]
    files[name] = changed


def with_other_key(files: Files) -> None:
    files["keys.txt"] = f"{STRANGER.verifier.vkey}\n".encode()


def with_a_gap(files: Files) -> None:
    edited(files, "feed.jsonl", lambda said: said.pop(5))


def without_its_end(files: Files) -> None:
    edited(files, "feed.jsonl", lambda said: said.pop())


def with_other_words(files: Files) -> None:
    """A message that tells something else, with its hash made to fit."""
    said = lines(files, "feed.jsonl")
    body = said[-1]["body"].replace('"by":"', '"by":"x')
    said[-1] |= {"body": body, "sha256": hashlib.sha256(body.encode()).hexdigest()}
    put_lines(files, "feed.jsonl", said)
    feed = {**manifest(files)["feed"], "head": said[-1]["sha256"]}
    put_manifest(files, feed=feed)


def with_longer_text(files: Files) -> None:
    said = json.loads(files["texts.json"])
    files["texts.json"] = json.dumps({name: f"{text}!" for name, text in said.items()}).encode()


def with_withheld(files: Files) -> None:
    """The hash of another command, beside an event whose writer is not the bundle's party."""
    event(5, withheld=hashlib.sha256(b"another command").hexdigest())(files)


def own_of(number: int, **more: object) -> Callable[[Files], None]:
    def change(said: list[dict[str, Any]]) -> None:
        said[number]["own"] = {**said[number].get("own", {}), **more}

    return lambda files: edited(files, "events.jsonl", change)


def with_a_field_shown(name: str) -> Callable[[Files], None]:
    def show(shown: dict[str, Any]) -> None:
        shown["envelope"][name] = "tell-joker-and-kiwi"

    return lambda files: edited_event(files, 5, show)


def with_spaces(files: Files) -> None:
    def spread(said: list[dict[str, Any]]) -> None:
        said[5]["shown"] = json.dumps(json.loads(said[5]["shown"]))

    edited(files, "events.jsonl", spread)


def early(files: Files) -> None:
    """Recorded years before what stands in front of it."""
    edited_event(
        files, -1, lambda stored: stored["envelope"].update(recorded_at="2020-01-01T00:00:00Z")
    )


FORGERIES: dict[str, tuple[Forgery, str, str]] = {
    "an event's byte": (
        with_key(lambda it: edited_event(it, 3, lambda said: said.update(v=2))),
        "events.jsonl, line 4",
        "is not in the log at index",
    ),
    "withheld changed": (
        with_key(with_withheld),
        "events.jsonl, line 6",
        "is not in the log at index",
    ),
    "withheld no hash": (
        with_log(event(5, withheld="00" * 31)),
        "events.jsonl, line 6",
        "withheld is no hash of 32 bytes",
    ),
    "a field added to shown": (
        with_key(with_a_field_shown("note")),
        "events.jsonl, line 6",
        "is not in the log at index",
    ),
    "a command shown": (
        with_log(with_a_field_shown("command")),
        "events.jsonl, line 6",
        "shows what is to be withheld: command",
    ),
    "shown written in another way": (
        with_log(with_spaces),
        "events.jsonl, line 6",
        "is not written in the one way that events are stored",
    ),
    "own changed": (
        with_key(own_of(OWN, command="another command")),
        f"events.jsonl, line {OWN + 1}",
        "own is not what withheld is the hash of",
    ),
    "own with more": (
        with_key(own_of(OWN, more="than three")),
        f"events.jsonl, line {OWN + 1}",
        "own is not what withheld is the hash of",
    ),
    "own beside what another wrote": (
        with_key(own_of(5, actor=None, command="c-1", salt="00" * 16)),
        "events.jsonl, line 6",
        "has own beside an event that joker did not write",
    ),
    "an event removed": (
        with_key(lambda it: edited(it, "events.jsonl", lambda said: said.pop(3))),
        "events.jsonl",
        "is to be whole, but version",
    ),
    "two events swapped": (
        with_key(swapped),
        "events.jsonl, line 5",
        "stands behind an event that the log has after it",
    ),
    "an event back-dated": (with_log(early), "events.jsonl, line 17", "it is back-dated"),
    "an event twice": (with_log(with_a_version_twice), "events.jsonl, line 18", "a second time"),
    "another position": (
        with_key(event(3, position=1000)),
        "events.jsonl, line 4",
        "not in the log",
    ),
    "a proof of another index": (
        with_key(with_the_proof_of_another),
        "events.jsonl, line 4",
        "is not in the log at index",
    ),
    "an older checkpoint": (
        with_key(with_older_checkpoint),
        "checkpoint.txt",
        "is not the checkpoint that the manifest names",
    ),
    "a checkpoint from before its events": (
        with_key(with_early_time),
        "checkpoint.txt",
        "is older than an event that it is to prove",
    ),
    "another key": (without_key(with_other_key), "manifest.note", "bears no signature of"),
    "signed by another": (
        lambda it: signed_again(it, OTHER),
        "manifest.note",
        "was signed with another key",
    ),
    "another law": (
        with_key(with_other_law),
        "law/",
        "is not the law that the obligations were computed with",
    ),
    "obligations edited": (
        without_key(lambda it: it.update({"obligations.json": b"[]\n"})),
        "obligations.json",
        "is not the file that the manifest names",
    ),
    "the report edited": (
        without_key(lambda it: it.update({"report.html": b"<p>All was well.</p>"})),
        "report.html",
        "is not the file that the manifest names",
    ),
    "the manifest edited": (
        without_key(lambda it: put_manifest(it, by="somebody")),
        "manifest.json",
        "is not the manifest that was signed",
    ),
    "another format": (
        with_key(lambda it: put_manifest(it, format="varsel.bundle/9")),
        "manifest.json",
        "format is varsel.bundle/9",
    ),
    "a file added": (
        without_key(lambda it: it.update({"more.txt": b"and"})),
        "more.txt",
        "is in the bundle, but not in its manifest",
    ),
    "a file taken out": (
        without_key(lambda it: it.pop("timeline.json")),
        "timeline.json",
        "is in the manifest, but not in the bundle",
    ),
    "a gap in the feed": (with_key(with_a_gap), "feed.jsonl, line 6", "where 6 has to stand"),
    "the feed's end taken off": (
        with_key(without_its_end),
        "feed.jsonl",
        "does not end with message",
    ),
    "a message that says something else": (
        with_key(with_other_words),
        "feed.jsonl, line 16",
        "tells something else than its event",
    ),
    "free text made longer": (
        with_key(with_longer_text),
        "texts.json",
        "is longer or shorter than what was sealed",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused_in_words_of_its_own_that_say_where(name: str) -> None:
    forge, where, what = FORGERIES[name]
    files = files_of(golden("joker-with-texts"))
    findings = found(forge(files))
    assert [one for one in findings if one.where.startswith(where) and what in one.what], findings


def test_what_a_forgery_did_not_touch_still_holds() -> None:
    files = files_of(golden())
    files["report.html"] = b"<p>All was well.</p>"
    verdict = verify.verify(verify.pack(files))
    assert [one.where for one in verdict.findings] == ["report.html"]
    assert any("events stand in the log" in one for one in verdict.holds)


def test_a_bundle_of_another_log_is_not_that_of_the_key_that_you_have() -> None:
    raw, files = golden(), files_of(golden())
    assert not found(raw, key_of(files))
    [first, *_] = found(raw, STRANGER.verifier.vkey)
    assert first.where == "keys.txt"
    assert "is not the one that you gave" in first.what


def test_without_a_key_of_yours_it_says_that_the_key_is_the_bundles_own() -> None:
    assert "the bundle's own" in verify.verify(golden()).holds[0]
    assert "that you gave" in verify.verify(golden(), key_of(files_of(golden()))).holds[0]


def test_a_key_that_is_none_is_a_finding() -> None:
    assert found(golden(), "varsel/x+00000000+AAAA") == [
        verify.Finding("--key", "this is no Ed25519 key as C2SP signed-note writes one")
    ]


# --- witnesses ---


def test_a_checkpoint_that_you_kept_is_held_against_the_bundles_log() -> None:
    files = files_of(golden("joker-with-witness"))
    kept = files["witnesses/1.txt"].decode()
    verdict = verify.verify(golden("joker-with-witness"), None, {"mine": kept})
    assert not verdict.findings
    assert verdict.holds[-1] == "the log is the one that your mine was signed for"


def test_a_log_that_was_forked_does_not_begin_with_what_you_kept() -> None:
    files = files_of(golden("joker-with-witness"))
    old = verify.read_checkpoint(
        files["witnesses/1.txt"].decode(), verify.read_key(key_of(files), ""), ""
    )
    other = signer_of(files).sign(old.size, bytes(32), None).note
    [forked] = found(golden("joker-with-witness"), None, {"mine": other})
    assert forked == verify.Finding(
        "mine", f"its {old.size} events are not those of this log: it was forked"
    )
    files["witnesses/1.txt"] = other.encode()
    [inside] = found(signed_again(files))
    assert "does not begin with what this checkpoint was signed for" in inside.what


def test_a_checkpoint_without_a_proof_in_the_bundle_is_said_to_have_none() -> None:
    kept = files_of(golden("joker-with-witness"))["witnesses/1.txt"].decode()
    [lacking] = found(golden(), None, {"mine": kept})
    assert lacking.where == "mine"
    assert "export it with --witness" in lacking.what


# --- the container ---


@pytest.mark.parametrize(
    ("forge", "where"),
    [
        (lambda raw: raw + b"\0", "byte {end}"),
        (lambda raw: raw[:-2] + b"\x01\x00!", "byte {comment}"),
        (lambda raw: raw[:-1], "byte {last}"),
    ],
    ids=["trailing byte", "comment", "cut short"],
)
def test_bytes_that_no_file_accounts_for_are_found(
    forge: Callable[[bytes], bytes], where: str
) -> None:
    raw = golden()
    places = {"end": len(raw), "comment": len(raw) - 2, "last": len(raw) - 1}
    assert [one.where for one in found(forge(raw))] == [where.format(**places)]


def test_a_file_twice_in_the_zip_is_found() -> None:
    raw, files = golden(), files_of(golden())
    name, body = "README.txt", files["README.txt"]
    alone = verify.pack({name: body})
    entry = alone[: alone.index(b"PK\x01\x02")]
    at = raw.index(b"PK\x01\x02")
    findings = found(raw[:at] + entry + raw[at:])
    assert verify.Finding(name, "is in the zip twice") in findings


def test_a_zip_that_begins_with_something_else_is_no_bundle() -> None:
    with pytest.raises(verify.NotABundle, match="at byte 0 no file begins"):
        verify.verify(b"#!/bin/sh\n" + golden())


def test_a_zip_without_a_manifest_is_no_bundle() -> None:
    with pytest.raises(verify.NotABundle, match=r"no manifest\.json"):
        verify.verify(verify.pack({"readme": b"Hello."}))
