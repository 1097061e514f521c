"""Files that people write: YAML or JSON, every YAML scalar a string, each value with its line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from adapters.decoding import DEPTH, LIMIT, loads, too_large
from domain.errors import Invalid

STDIN = "-"
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where PyYAML has it
Where = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A file's content, and on which line each part of it begins."""

    content: Any
    lines: dict[Where, int] = field(default_factory=dict[Where, int])

    def line(self, where: Where) -> int | None:
        """The line of a part, or of the nearest part around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where)


def read(path: str) -> Document:
    """The document in a file, `-` being standard input; raises `Invalid` that says where and why.

    A name ending in .json is read as JSON, everything else as YAML.
    """
    name = called(path)
    text = _text(path, name)
    if path.lower().endswith(".json"):
        return Document(_json(text, name))
    return parse(text, name)


def text(path: str) -> str:
    """The plain text in a file, `-` being standard input; raises `Invalid` that says why."""
    return _text(path, called(path))


def called(path: str) -> str:
    """What messages call a file."""
    return "standard input" if path == STDIN else path


def mapping(path: str) -> dict[str, Any]:
    """A file that holds one mapping."""
    content: object = read(path).content
    if not isinstance(content, dict):
        raise Invalid(
            f"{called(path)} holds no mapping",
            got="nothing" if content is None else content,
            expected="lines of the form field: value",
            next_step="varsel template VERB prints one to fill in",
        )
    return cast("dict[str, Any]", content)


def parse(text: str, name: str) -> Document:
    """YAML as a document."""
    return _Builder(text, name).document()


class _Builder:
    """Builds a document from YAML's events, so that nothing grows before it is judged."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._lines: dict[Where, int] = {}
        self._events: Iterator[Any] = iter(())

    def document(self) -> Document:
        """The one document; an empty file holds None."""
        try:
            self._events = yaml.parse(self._text, Loader=LOADER)
            content, documents = None, 0
            for event in self._events:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        raise self._refusal(event, "a second document begins", "one document")
                    content = self._value(next(self._events), ())
        except yaml.YAMLError as wrong:
            raise Invalid(
                f"{self._name} is not YAML: {self._why(wrong)}",
                expected="YAML",
                next_step="look at that line and the one before it: indentation, colons, quotes",
            ) from None
        return Document(content, self._lines)

    def _value(self, event: Any, where: Where) -> Any:
        self._judge(event, where)
        self._lines[where] = _line(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(where)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(where)
        return _scalar(event)

    def _judge(self, event: Any, where: Where) -> None:
        """Refuse what can grow without end, or mean something else than what is written."""
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._refusal(event, "anchors and aliases are not read here", "the value itself")
        if event.tag:
            raise self._refusal(event, "tags are not read here", "the value alone", got=event.tag)
        if len(where) > DEPTH:
            raise self._refusal(event, "is nested too deeply", f"at most {DEPTH} levels")

    def _mapping(self, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, where)
            if key in found:
                raise self._refusal(event, f"{key} is given twice", "each field once", field=key)
            found[key] = self._value(next(self._events), (*where, key))
        return found

    def _key(self, event: Any, where: Where) -> str:
        self._judge(event, where)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refusal(event, "a list or mapping stands for a field", "field: value")
        return str(event.value)

    def _sequence(self, where: Where) -> list[Any]:
        found: list[Any] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self._value(event, (*where, len(found))))
        return found

    def _refusal(self, event: Any, what: str, expected: str, **more: Any) -> Invalid:
        return Invalid(
            f"{self._name}, line {_line(event)}: {what}",
            expected=expected,
            next_step="correct that line",
            **more,
        )

    def _why(self, wrong: yaml.YAMLError) -> str:
        if isinstance(wrong, yaml.reader.ReaderError):
            line = self._text.encode()[: wrong.position].count(b"\n") + 1
            return f"{wrong.reason}, line {line}"
        problem = getattr(wrong, "problem", None) or "it cannot be read"
        begun, mark = getattr(wrong, "context_mark", None), getattr(wrong, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        since = f" ({getattr(wrong, 'context', None)} since line {begun.line + 1})" if begun else ""
        return f"{problem}{where}{since}"


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Any) -> str | None:
    """Text as written: NO stays a country, 12:30 a time; only a bare null or ~ is nothing."""
    text = str(event.value)
    return None if event.implicit[0] and text in {"", "~", "null"} else text


def _json(text: str, name: str) -> Any:
    try:
        return loads(text, name)
    except Invalid as wrong:
        wrong.next_step = f"{wrong.next_step}, or write YAML (a name that does not end in .json)"
        raise


def _text(path: str, name: str) -> str:
    try:
        if path == STDIN:
            raw = sys.stdin.buffer.read(LIMIT + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(LIMIT + 1)
    except OSError as wrong:
        raise Invalid(
            f"{name} cannot be read: {wrong.strerror}",
            expected="a file, or - for standard input",
            next_step="check the path",
        ) from None
    if len(raw) > LIMIT:
        raise too_large(name, f"more than {LIMIT} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise Invalid(
            f"{name} is not text, line {line}",
            got=f"the byte 0x{raw[wrong.start]:02x}",
            expected="UTF-8",
            next_step="save it as UTF-8",
        ) from None
