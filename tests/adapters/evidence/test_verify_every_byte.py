"""One byte changed anywhere in a bundle: never an ok, and the verdict says where."""

from __future__ import annotations

import hashlib
import json

from adapters.evidence import verify
from tests.adapters.evidence.forging import (
    Files,
    edited_event,
    files_of,
    golden,
    lines,
    logged_again,
    manifest,
    put_lines,
    put_manifest,
)

BULKY = ("schemas/", "law/", "verify.py", "timeline", "register", "report")
FIRST_HEADER = 30 + len("manifest.json")  # without it there is no bundle to speak of
STEP = 97  # bytes between those that are tried in a bundle of usual size


def small() -> bytes:
    """A bundle with one of every kind of file, of a size at which every byte can be tried."""
    files = files_of(golden("joker-with-texts"))
    law = manifest(files)["law"]["event"]
    feed = lines(files, "feed.jsonl")[:3]
    told = {law, *(json.loads(line["body"])["data"]["event"] for line in feed)}
    events = [
        line
        for line in lines(files, "events.jsonl")
        if json.loads(line["shown"])["envelope"]["id"] in told
    ]
    kept = {name: body for name, body in files.items() if not name.startswith(BULKY)}
    put_lines(kept, "events.jsonl", events)
    put_lines(kept, "feed.jsonl", feed)
    _give_law(kept, b"{}", [_id(line) for line in events].index(law))
    head = {"party": "joker", "last": len(feed), "head": feed[-1]["sha256"]}
    put_manifest(kept, feed=head, streams={})
    raw = logged_again(kept)
    assert not verify.verify(raw).findings
    return raw


def _id(line: dict[str, str]) -> str:
    return str(json.loads(line["shown"])["envelope"]["id"])


def _give_law(files: Files, law: bytes, number: int) -> None:
    fingerprint = hashlib.sha256(law).hexdigest()
    files[f"law/{fingerprint}.json"] = law
    put_manifest(files, law={**manifest(files)["law"], "fingerprint": fingerprint})
    edited_event(files, number, lambda said: said["event"].update(fingerprint=fingerprint))


def places(raw: bytes) -> list[str]:
    """For every byte: the file it belongs to, or nothing where it is the zip's own."""
    files = files_of(raw)
    found: list[str] = []
    for label, chunk in verify._layout(files):
        found += [label if label in files else ""] * len(chunk)
    return found


def found_in(raw: bytes) -> set[str]:
    """The files and bytes that a verdict names; "no bundle" where there is nothing to verify."""
    try:
        findings = verify.verify(raw).findings
    except verify.NotABundle:
        return {"no bundle"}
    return {one.where.partition(",")[0] for one in findings}


def require_found(raw: bytes, at: int, mask: int, place: str) -> None:
    changed = bytearray(raw)
    changed[at] ^= mask
    named = found_in(bytes(changed))
    if at < FIRST_HEADER and named == {"no bundle"}:
        return
    right = place in named if place else any(name.startswith("byte ") for name in named)
    assert right, f"byte {at} of {place or 'the zip'} changed by {mask}: {named or 'ok'}"


def test_no_byte_of_a_bundle_can_be_changed_unseen() -> None:
    raw = small()
    for at, place in enumerate(places(raw)):
        require_found(raw, at, 1 << at % 8, place)


def test_nor_one_of_a_bundle_of_usual_size() -> None:
    raw = golden("zoopit-incident")
    found = places(raw)
    for at in range(0, len(raw), STEP):
        require_found(raw, at, 0xFF, found[at])


def test_no_bundle_that_is_cut_short_is_ok() -> None:
    raw = small()
    for end in range(0, len(raw), 7):
        assert found_in(raw[:end]), end
