"""Verify an audit bundle of Varsel: needs Python 3.9 or newer and `cryptography`, nothing else.

    python verify.py BUNDLE.zip [--key VKEY] [--witness CHECKPOINT ...]

Exit code 0: it holds. 1: it does not; each finding names its place. 2: it is no bundle.

This one file is what `varsel verify` runs, and it lies in every bundle. Whoever forges a bundle can
forge that copy as well: take this file, and the key, from somebody you trust. The format is
described byte by byte in docs/evidence.md. One file, though a long one: it has to stand alone.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "varsel.bundle/1"
FIRST = ("manifest.json", "manifest.note")  # the two that the list of files does not hold
NEEDED = ("checkpoint.txt", "events.jsonl", "feed.jsonl", "keys.txt")
ZEROS = "0" * 64
HEX = "0123456789abcdef"
KEY_BYTES = HASH_BYTES = 32
WITHHELD = ("actor", "command", "salt")  # of an envelope: its writer's alone
Files = Mapping[str, bytes]
Json = Any  # whatever a file holds until it was looked at


class NotABundle(Exception):
    """The file cannot be read as a bundle at all."""


class Finding(NamedTuple):
    """What does not hold, and where: a file, a line, a byte."""

    where: str
    what: str


class Event(NamedTuple):
    """A line of events.jsonl: its place, what it holds, and what is shown of the event in it."""

    where: str
    line: Mapping[str, Json]
    shown: Mapping[str, Json]

    @property
    def id(self) -> str:
        """The event's id."""
        return str(self.shown["envelope"]["id"])


class Checkpoint(NamedTuple):
    """The head of a log: how many leaves it has, and the hash over them all."""

    size: int
    root: bytes


class Key(NamedTuple):
    """A log's name and its public key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key (C2SP signed-note, Ed25519)."""
        return hashlib.sha256(self.name.encode() + b"\n\x01" + self.public).digest()[:4]


class Verdict(NamedTuple):
    """What holds, in sentences, and what does not: the bundle holds where nothing was found."""

    holds: list[str]
    findings: list[Finding]


def verify(raw: bytes, pinned: str | None = None, witnesses: Mapping[str, str] = {}) -> Verdict:
    """Check a bundle's bytes; NotABundle where there is nothing to check.

    `pinned` is the log's key (a vkey) as you got it elsewhere; `witnesses` are checkpoints that you
    kept, each by a name of yours.
    """
    files, findings = unpack(raw)
    if "manifest.json" not in files:
        raise NotABundle("there is no manifest.json in it")
    reading = _Reading(files, pinned, witnesses)
    holds: list[str] = []
    for where, check in CHECKS:
        reading.holds = []
        found = _findings(where, check, reading)
        findings += found
        holds += [] if found else reading.holds
    return Verdict(holds, list(dict.fromkeys(findings)))


def _findings(where: str, check: Check, reading: _Reading) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check(reading))
    except Unreadable as wrong:
        found.append(Finding(wrong.where, wrong.what))
    except Exception as wrong:  # noqa: BLE001 - whatever is wrong with a bundle, it does not hold
        found.append(Finding(where, f"cannot be read: {type(wrong).__name__}: {wrong}"))
    return found


class Unreadable(Exception):
    """A part that is not of the form it has to have."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


# --- the container: one way only to write a zip, so that every byte of it is accounted for -------

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_HEADER = (20, 0x0800, 0, 0, 0x21)  # version, names in UTF-8, stored, 00:00:00, 1980-01-01


def pack(files: Files) -> bytes:
    """The zip of these files: the manifest and its signature, then by name; stored, no clock."""
    return b"".join(chunk for _, chunk in _layout(files))


def _layout(files: Files) -> Iterator[tuple[str, bytes]]:
    names = sorted(files, key=lambda name: (name not in FIRST, name.encode()))
    listed, offset = b"", 0
    for name in names:
        label, body = name.encode(), files[name]
        sizes = (zlib.crc32(body), len(body), len(body), len(label))
        header = _LOCAL.pack(b"PK\x03\x04", *_HEADER, *sizes, 0) + label
        entry = (20, *_HEADER, *sizes, 0, 0, 0, 0, 0, offset)
        listed += _CENTRAL.pack(b"PK\x01\x02", *entry) + label
        yield f"the header of {name}", header
        yield name, body
        offset += len(header) + len(body)
    yield "the list of files at the end", listed
    count = len(names)
    yield "the last 22 bytes", _END.pack(b"PK\x05\x06", 0, 0, count, count, len(listed), offset, 0)


def unpack(raw: bytes) -> tuple[dict[str, bytes], list[Finding]]:
    """The files of a bundle, and whatever of its bytes is not as `pack` writes them."""
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    at = 0
    while raw[at : at + 4] == b"PK\x03\x04" and at + _LOCAL.size <= len(raw):
        *_, size, length, _extra = _LOCAL.unpack_from(raw, at)
        begin = at + _LOCAL.size + length
        name = raw[at + _LOCAL.size : begin].decode("utf-8", "replace")
        if name in files:
            findings.append(Finding(name, "is in the zip twice"))
        if begin + size > len(raw):
            findings.append(Finding(f"byte {at}", f"{name} is cut short, or longer than it says"))
            break
        files[name] = raw[begin : begin + size]
        at = begin + size
    if not files:
        raise NotABundle(f"at byte {at} no file begins, as a bundle's zip must begin with one")
    try:
        return files, findings + _odd_bytes(raw, files)
    except (struct.error, UnicodeEncodeError) as wrong:
        raise NotABundle(f"its zip cannot be written again: {wrong}") from wrong


def _odd_bytes(raw: bytes, files: Files) -> list[Finding]:
    """The first byte that differs from the same files packed anew."""
    at = 0
    for label, chunk in _layout(files):
        there = raw[at : at + len(chunk)]
        if there != chunk:
            pairs = enumerate(chunk)
            off = next((n for n, byte in pairs if there[n : n + 1] != bytes([byte])))
            what = f"is not what a bundle has there: it belongs to {label}"
            return [Finding(f"byte {at + off}", what)]
        at += len(chunk)
    if at < len(raw):
        return [Finding(f"byte {at}", f"{len(raw) - at} bytes follow where the zip ends")]
    return []


# --- RFC 9162: the tree --------------------------------------------------------------------------


def leaf_hash(event: Mapping[str, Json]) -> bytes:
    """The leaf of a line of events.jsonl: every part of fixed width, or its length before it."""
    parts = (
        b"varsel-leaf/1\n",
        struct.pack(">Q16sQ", event["position"], UUID(event["stream"]).bytes, event["version"]),
        _sized(event["topic"].encode()),
        _sized(event["shown"].encode()),
        bytes.fromhex(event["withheld"]),
    )
    return hashlib.sha256(b"\x00" + b"".join(parts)).digest()


def canonical(value: Json) -> str:
    """JSON in the one way that events are stored: keys sorted, no spaces, letters as themselves."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _sized(part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + part


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, index: int, head: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Whether the leaf stands at this index of the log (section 2.1.3.2)."""
    if not 0 <= index < head.size:
        return False
    here, last, found = index, head.size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = _node(part, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = _node(found, part)
        here, last = here >> 1, last >> 1
    return last == 0 and found == head.root


def consistent(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Whether the newer log begins with the older one, whole and unchanged (section 2.1.4.2)."""
    if old.size in {0, new.size} or old.size > new.size:
        empty = old.size == 0 and old.root == hashlib.sha256(b"").digest()
        return not proof and (empty or old == new)
    path = [*([old.root] if old.size & (old.size - 1) == 0 else []), *proof]
    if not path:
        return False
    here, last = old.size - 1, new.size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            before, after = _node(part, before), _node(part, after)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = _node(after, part)
        here, last = here >> 1, last >> 1
    return last == 0 and before == old.root and after == new.root


# --- C2SP: keys, signed notes, checkpoints -------------------------------------------------------


def read_key(vkey: str, where: str) -> Key:
    """The key that a vkey (`<name>+<id>+<base64>`) writes."""
    name, _, rest = vkey.strip().partition("+")
    written, _, text = rest.partition("+")
    public = _base64(text, where)
    key = Key(name, public[1:])
    if public[:1] != b"\x01" or len(key.public) != KEY_BYTES or key.id.hex() != written:
        raise Unreadable(where, "this is no Ed25519 key as C2SP signed-note writes one")
    return key


def read_note(note: str, key: Key, where: str) -> str:
    """The text of a signed note; Unreadable unless this key signed it."""
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not note.endswith("\n"):
        raise Unreadable(where, "this is no signed note: text, an empty line, signatures")
    text += "\n"
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, blob = rest.partition(" ")
        if dash != "\u2014" or name != key.name:
            continue
        signed = _base64(blob, where)
        if signed[:4] != key.id:
            raise Unreadable(where, f"it was signed with another key than {key.name}'s")
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signed[4:], text.encode())
        except InvalidSignature:
            raise Unreadable(where, "the signature does not fit what is signed") from None
        return text
    raise Unreadable(where, f"it bears no signature of {key.name}")


def read_checkpoint(note: str, key: Key, where: str) -> Checkpoint:
    """A log's head, as its key signed it."""
    lines = [*read_note(note, key, where).split("\n"), "", ""]
    name, size, root = lines[:3]
    if name != key.name or not size.isdecimal() or str(int(size)) != size:
        raise Unreadable(where, f"this is no checkpoint of {key.name}")
    return Checkpoint(int(size), _base64(root, where))


def _base64(text: str, where: str) -> bytes:
    """Decoded, where it is written in the one way that it can be."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if not raw or base64.b64encode(raw).decode() != text:
        raise Unreadable(where, "there is something else than base64 in it")
    return raw


# --- the bundle ----------------------------------------------------------------------------------


class _Reading:
    """A bundle's files as they are asked for, and what was seen to hold."""

    def __init__(self, files: Files, pinned: str | None, witnesses: Mapping[str, str]) -> None:
        self.files = files
        self.pinned = pinned
        self.witnesses = witnesses
        self.holds: list[str] = []

    def text(self, name: str) -> str:
        if name not in self.files:
            raise Unreadable(name, "is not in the bundle")
        try:
            return self.files[name].decode()
        except UnicodeDecodeError as wrong:
            raise Unreadable(f"{name}, byte {wrong.start}", "is not UTF-8") from None

    def json(self, name: str) -> Json:
        try:
            return json.loads(self.text(name))
        except ValueError as wrong:
            raise Unreadable(name, f"is not JSON: {wrong}") from None

    def lines(self, name: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
        """Each line's place and what it holds."""
        body = self.text(name)
        if body and not body.endswith("\n"):
            raise Unreadable(name, "its last line is not whole")
        for number, line in enumerate(body.split("\n")[:-1], start=1):
            try:
                found = json.loads(line)
            except ValueError as wrong:
                raise Unreadable(f"{name}, line {number}", f"is not JSON: {wrong}") from None
            yield f"{name}, line {number}", found

    @cached_property
    def manifest(self) -> Mapping[str, Json]:
        found: Mapping[str, Json] = self.json("manifest.json")
        return found

    @cached_property
    def key(self) -> Key:
        """The pinned key; without one, the bundle's own."""
        if self.pinned is not None:
            return read_key(self.pinned, "--key")
        return read_key(self.text("keys.txt"), "keys.txt")

    @cached_property
    def head(self) -> Checkpoint:
        return read_checkpoint(self.text("checkpoint.txt"), self.key, "checkpoint.txt")

    @cached_property
    def events(self) -> Sequence[Event]:
        found: list[Event] = []
        for where, line in self.lines("events.jsonl"):
            try:
                found.append(Event(where, line, json.loads(line["shown"])))
            except (ValueError, LookupError, TypeError) as wrong:
                raise Unreadable(where, f"shows no event: {wrong!r}") from None
        return found


Check = Callable[[_Reading], Iterator[Finding]]


def _form(it: _Reading) -> Iterator[Finding]:
    """The bundle says of itself what it is, and has the files that this takes."""
    if it.manifest["format"] != FORMAT:
        yield Finding("manifest.json", f"format is {it.manifest['format']}; known here: {FORMAT}")
    for name in NEEDED:
        if name not in it.files:
            yield Finding(name, "is not in the bundle")


def _keys(it: _Reading) -> Iterator[Finding]:
    """One key, everywhere: the one that you gave, if you gave one."""
    own = read_key(it.text("keys.txt"), "keys.txt")
    if it.text("keys.txt") != it.text("keys.txt").strip() + "\n":
        yield Finding("keys.txt", "holds something else beside the key")
    if it.manifest["origin"] != own.name:
        yield Finding(
            "manifest.json", f"origin is {it.manifest['origin']}, the key is {own.name}'s"
        )
    if it.pinned is None:
        it.holds.append(f"the key of {own.name} is the bundle's own: compare it, or give --key")
    elif it.key == own:
        it.holds.append(f"the key of {own.name} is the one that you gave")
    else:
        yield Finding("keys.txt", f"the key is not the one that you gave, {it.key.name}'s")


def _signature(it: _Reading) -> Iterator[Finding]:
    """The platform signed this manifest, which names every other file by its hash."""
    note, where = it.text("manifest.note"), "manifest.note"
    text = read_note(note, it.key, where)
    signature = note[len(text) + 1 :]
    if signature.count("\n") != 1:
        yield Finding(where, "bears more than one signature")
    said = hashlib.sha256(it.files["manifest.json"]).hexdigest()
    if text != f"{FORMAT}\n{it.key.name}\n{said}\n":
        yield Finding("manifest.json", "is not the manifest that was signed")
    else:
        it.holds.append(f"{it.key.name} signed for every file in it as it is here")


def _listed(it: _Reading) -> Iterator[Finding]:
    """Every file is in the manifest, and is what it was."""
    listed = it.manifest["files"]
    for name in sorted({*it.files, *listed} - {*FIRST}):
        if name not in listed:
            yield Finding(name, "is in the bundle, but not in its manifest")
        elif name not in it.files:
            yield Finding(name, "is in the manifest, but not in the bundle")
        elif hashlib.sha256(it.files[name]).hexdigest() != listed[name]:
            yield Finding(name, "is not the file that the manifest names: its SHA-256 is another")


def _included(it: _Reading) -> Iterator[Finding]:
    """Each event stands in the log, at its index."""
    head = it.head
    stated = {"size": head.size, "root": base64.b64encode(head.root).decode()}
    if it.manifest["checkpoint"] != stated:
        yield Finding("checkpoint.txt", "is not the checkpoint that the manifest names")
    for where, line, _ in it.events:
        if not _is_hash(line["withheld"]):
            raise Unreadable(where, f"withheld is no hash of {HASH_BYTES} bytes in hex")
        proof = [_base64(part, where) for part in line["proof"]]
        if not included(leaf_hash(line), line["index"], head, proof):
            yield Finding(where, f"is not in the log at index {line['index']} as it is here")
    count = len(it.events)
    it.holds.append(f"{count} events stand in the log of {it.key.name}, among its {head.size}")


def _is_hash(text: Json) -> bool:
    return isinstance(text, str) and len(text) == 2 * HASH_BYTES and not {*text} - {*HEX}


def _withheld(it: _Reading) -> Iterator[Finding]:
    """Of an event, what is its writer's alone is a hash; the writer itself may show what of."""
    party, own = it.manifest["feed"]["party"], 0
    for where, line, shown in it.events:
        if canonical(shown) != line["shown"]:
            yield Finding(where, "is not written in the one way that events are stored")
        more = {*WITHHELD} & {*shown["envelope"]}
        if more:
            yield Finding(where, f"shows what is to be withheld: {', '.join(sorted(more))}")
        if "own" not in line:
            continue
        own += 1
        if shown["envelope"]["party"] != party:
            yield Finding(where, f"has own beside an event that {party} did not write")
        if {*line["own"]} != {*WITHHELD} or _sha256(canonical(line["own"])) != line["withheld"]:
            yield Finding(where, "own is not what withheld is the hash of")
    if own:
        it.holds.append(f"the commands that own names are those of {own} events by {party}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _ordered(it: _Reading) -> Iterator[Finding]:
    """The log's order is one: index, position and time go up together, to the checkpoint's."""
    index, position, at = -1, 0, ""
    for where, line, shown in it.events:
        recorded = _time(shown["envelope"]["recorded_at"])
        if line["index"] <= index or line["position"] <= position:
            yield Finding(where, "stands behind an event that the log has after it")
        if recorded < at:
            yield Finding(where, "was recorded before the event in front of it: it is back-dated")
        index, position, at = line["index"], line["position"], recorded
    prefix = "recorded-at "
    said = [line for line in it.text("checkpoint.txt").split("\n") if line.startswith(prefix)]
    if said and at > _time(said[0][len(prefix) :]):
        yield Finding("checkpoint.txt", "is older than an event that it is to prove")


def _time(text: str) -> str:
    """An instant in UTC, in text whose order is that of time."""
    at = datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith("Z") else text)
    zone = at.utcoffset()
    if zone is None:
        raise ValueError(f"{text} names no zone")
    return (at - zone).replace(tzinfo=None).isoformat(timespec="microseconds")


def _streams(it: _Reading) -> Iterator[Finding]:
    """No event twice; of a stream that is whole, every version from 1 on."""
    versions: dict[str, list[int]] = {}
    for where, line, _ in it.events:
        seen = versions.setdefault(line["stream"], [])
        if line["version"] in seen:
            yield Finding(where, f"is version {line['version']} of its stream a second time")
        seen.append(line["version"])
    for stream, last in it.manifest["streams"].items():
        gone = {*range(1, last + 1)} - {*versions.get(stream, [])}
        if gone:
            what = f"stream {stream} is to be whole, but version {min(gone)} is missing"
            yield Finding("events.jsonl", what)


def _feed(it: _Reading) -> Iterator[Finding]:
    """The party's feed has no gap, each message the hash of the one before it."""
    stated, sequence, last = it.manifest["feed"], 0, ZEROS
    for where, line in it.lines("feed.jsonl"):
        sequence += 1
        if line["sequence"] != sequence:
            yield Finding(where, f"is message {line['sequence']}, where {sequence} has to stand")
            sequence = line["sequence"]
        if "body" in line:
            body = json.loads(line["body"])
            if hashlib.sha256(line["body"].encode()).hexdigest() != line["sha256"]:
                yield Finding(where, "is not the message whose hash it bears")
            if (body["feed"], body["sequence"]) != (stated["party"], str(line["sequence"])):
                yield Finding(where, f"is not message {sequence} of {stated['party']}'s feed")
            if body["previoushash"] != last:
                yield Finding(where, "does not follow the message in front of it")
        last = line["sha256"]
    if (sequence, last) != (stated["last"], stated["head"]):
        yield Finding("feed.jsonl", f"does not end with message {stated['last']} of the manifest")
    it.holds.append(f"the feed of {stated['party']} has no gap from 1 to {sequence}")


def _told(it: _Reading) -> Iterator[Finding]:
    """What a message tells is what its event says; each event was told, in the log's order."""
    events, told, position = {event.id: event for event in it.events}, {_law_event(it)}, 0
    for where, line in it.lines("feed.jsonl"):
        if "body" not in line:
            continue
        body = json.loads(line["body"])
        event = events.get(body["data"]["event"])
        if event is None:
            yield Finding(where, f"tells of event {body['data']['event']}, which is not here")
            continue
        told.add(event.id)
        if not _same(body, event):
            yield Finding(where, f"tells something else than its event {event.id} says")
        if event.line["position"] <= position:
            yield Finding(where, "tells of an event that the log has before the one told last")
        position = event.line["position"]
    for event in events.values():
        if event.id not in told:
            yield Finding(event.where, f"event {event.id} is not in the feed")


def _same(body: Json, event: Event) -> bool:
    """Whether a feed message says what the stored event says, to somebody who may see it."""
    envelope, data, topic = event.shown["envelope"], body["data"], event.line["topic"]
    same: bool = (
        _time(body["time"]) == _time(envelope["recorded_at"])
        and body["feed"] in envelope["visibility"]
        and data["by"] == envelope["party"]
        and data["incident"] == envelope["about"]["incident"]
        and data["corrects"] == envelope["corrects"]
        and data["happened"] == (envelope["happened"] or data["happened"])
        and data["type"] == topic.rpartition(".")[2]
    )
    if body["type"] != f"{topic}.v{event.shown['v']}":  # told as a later version tells it
        return same and str(body["type"]).startswith(f"{topic}.v")
    return same and bool(data["with"] == _in_message(event.shown["event"], event.id))


def _in_message(value: Json, path: str) -> Json:
    """Stored data as messages have it: nothing for null, a reference for each sealed text."""
    if _is_text(value):
        return {"text": path}
    if not isinstance(value, (dict, list)):
        return value
    parts = {name: _in_message(part, f"{path}/{name}") for name, part in _items(value)}
    if isinstance(value, list):
        return list(parts.values())
    return {name: part for name, part in parts.items() if part is not None}


def _is_text(value: Json) -> bool:
    keys: set[str] = {*value} if isinstance(value, dict) else set()
    return bool(keys) and keys <= {"plain", "sealed"}


def _items(value: Json) -> Iterator[tuple[Json, Json]]:
    """The parts of an object or a list, each with its name or place."""
    yield from value.items() if isinstance(value, dict) else enumerate(value)


def _law_event(it: _Reading) -> str:
    return str(it.manifest["law"]["event"])


def _law(it: _Reading) -> Iterator[Finding]:
    """The law is the one whose fingerprint the log holds."""
    fingerprint = it.manifest["law"]["fingerprint"]
    name = f"law/{fingerprint}.json"
    if hashlib.sha256(it.files.get(name, b"")).hexdigest() != fingerprint:
        yield Finding(name, "is not the law that the obligations were computed with")
    named = [event for event in it.events if event.id == _law_event(it)]
    if not named:
        yield Finding("events.jsonl", f"event {_law_event(it)}, which names the law, is missing")
    elif named[0].shown["event"].get("fingerprint") != fingerprint:
        yield Finding(named[0].where, "names another law than the one that is here")
    else:
        it.holds.append(f"the law is the one that the log holds as {fingerprint[:16]}...")


def _texts(it: _Reading) -> Iterator[Finding]:
    """Free text is as long as what was sealed, which is all that can be seen from outside."""
    if "texts.json" not in it.files:
        return
    sealed = dict(text for event in it.events for text in _sealed(event.shown["event"], event.id))
    for name, plain in it.json("texts.json").items():
        if name in sealed and sealed[name] != len(plain.encode()):
            yield Finding("texts.json", f"{name} is longer or shorter than what was sealed")


def _sealed(value: Json, path: str) -> Iterator[tuple[str, int]]:
    """Each sealed text by its reference, and how many bytes it has."""
    if _is_text(value):
        sealed = str(value.get("sealed") or "")
        if sealed:
            yield path, len(base64.b64decode(sealed)) - 28  # nonce and tag
    elif isinstance(value, (dict, list)):
        for name, part in _items(value):
            yield from _sealed(part, f"{path}/{name}")


def _witnesses(it: _Reading) -> Iterator[Finding]:
    """The log begins with what earlier checkpoints of it were signed for."""
    head, key = it.head, it.key
    proofs: dict[Checkpoint, tuple[bytes, ...]] = {}
    for name, given in it.manifest["witnesses"].items():
        old = read_checkpoint(it.text(name), key, name)
        proofs[old] = tuple(_base64(part, "manifest.json") for part in given)
        if not consistent(old, head, proofs[old]):
            yield Finding(name, "the log does not begin with what this checkpoint was signed for")
        else:
            it.holds.append(f"the log begins with the {old.size} events that {name} was signed for")
    for name, note in it.witnesses.items():
        old = read_checkpoint(note, key, name)
        alike = [one for one in (head, *proofs) if one.size == old.size]
        if not alike:
            what = f"the bundle has no proof from {old.size} on: export it with --witness {name}"
            yield Finding(name, what)
        elif old not in alike:
            yield Finding(name, f"its {old.size} events are not those of this log: it was forked")
        else:
            it.holds.append(f"the log is the one that your {name} was signed for")


CHECKS: tuple[tuple[str, Check], ...] = (
    ("manifest.json", _form),
    ("keys.txt", _keys),
    ("manifest.note", _signature),
    ("manifest.json", _listed),
    ("events.jsonl", _included),
    ("events.jsonl", _withheld),
    ("events.jsonl", _ordered),
    ("events.jsonl", _streams),
    ("feed.jsonl", _feed),
    ("feed.jsonl", _told),
    ("law", _law),
    ("texts.json", _texts),
    ("manifest.json", _witnesses),
)
NOT_PROVEN = (
    "that what was said is true; it is what was said, and when it was recorded",
    "what the platform computed from it (obligations, timeline, register, report): it signed them",
    "free text (texts.json): the platform gives it on its word, the log holds its sealed form",
    "that the platform told nobody else anything else: compare checkpoints with others",
)


# --- the command line ----------------------------------------------------------------------------


def say(verdict: Verdict) -> str:
    """The verdict for people."""
    lines = [f"holds: {one}" for one in verdict.holds]
    lines += [f"DOES NOT HOLD: {where}: {what}" for where, what in verdict.findings]
    lines += [f"not proven: {one}" for one in NOT_PROVEN] if not verdict.findings else []
    found = len(verdict.findings)
    lines.append(f"{found} findings: do not rely on this bundle" if found else "ok")
    return "\n".join(lines) + "\n"


def run(bundle: Path, key: str | None, witnesses: Sequence[Path], *, as_json: bool) -> int:
    """Verify a file, say what came of it on stdout, and give the exit code."""
    try:
        notes = {path.name: path.read_text("utf-8") for path in witnesses}
        verdict = verify(bundle.read_bytes(), key, notes)
    except (NotABundle, OSError, UnicodeDecodeError) as wrong:
        said = json.dumps({"ok": False, "error": str(wrong)}) + "\n"
        sys.stdout.write(said if as_json else f"{bundle} is not a bundle: {wrong}\n")
        return 2
    if as_json:
        findings = [finding._asdict() for finding in verdict.findings]
        found = {"ok": not findings, "holds": verdict.holds, "findings": findings}
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(say(verdict))
    return 1 if verdict.findings else 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Verify an audit bundle of Varsel.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", help="the log's key (vkey), as you got it elsewhere")
    parser.add_argument("--witness", type=Path, action="append", default=[], metavar="CHECKPOINT")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    return run(asked.bundle, asked.key, asked.witness, as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
