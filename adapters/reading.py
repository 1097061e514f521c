"""Files that people write: YAML or JSON, every YAML scalar a string, each value with its line."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from domain.errors import Invalid

LIMIT = 4 * 1024 * 1024  # bytes: what a NATS account may send
DEPTH = 50
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
    text = _text(path)
    if path.endswith(".json"):
        try:
            return Document(json.loads(text))
        except ValueError as wrong:
            raise Invalid(f"{path} is not JSON: {wrong}", expected="a JSON document") from None
    return parse(text, path)


def mapping(path: str) -> dict[str, Any]:
    """A file that holds one mapping."""
    content = read(path).content
    if not isinstance(content, dict):
        raise Invalid(
            f"{path} holds no mapping",
            got=content,
            expected="lines of the form field: value",
            next_step="see varsel template VERB",
        )
    found: dict[str, Any] = content
    return found


def parse(text: str, name: str) -> Document:
    """YAML as a document."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as wrong:
        raise Invalid(f"{name} is not YAML: {_where(wrong)}", expected="YAML") from None
    lines: dict[Where, int] = {}
    return Document(_value(node, (), lines, name) if node else None, lines)


class _Loader(yaml.SafeLoader):
    """Composes nodes; anchors are refused, since a small file of them can grow without end."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """One node; see the class."""
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.MarkedYAMLError(problem="aliases are not read here", problem_mark=mark)
        return super().compose_node(parent, index)


def _value(node: yaml.Node, where: Where, lines: dict[Where, int], name: str) -> Any:
    lines[where] = node.start_mark.line + 1
    if len(where) > DEPTH:
        raise Invalid(f"{name} is nested too deeply", expected=f"at most {DEPTH} levels")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, where, lines, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*where, n), lines, name) for n, one in enumerate(node.value)]
    return _scalar(node)


def _mapping(
    node: yaml.MappingNode, where: Where, lines: dict[Where, int], name: str
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in found:
            line = key_node.start_mark.line + 1
            raise Invalid(
                f"{name}, line {line}: {key} is given twice", field=key, expected="each field once"
            )
        found[key] = _value(value_node, (*where, key), lines, name)
    return found


def _scalar(node: yaml.Node) -> str | None:
    """Text as written: NO stays a country, 12:30 a time; only a bare null or ~ is nothing."""
    text = str(node.value)
    bare = getattr(node, "style", None) is None
    return None if bare and text in {"", "~", "null"} else text


def _text(path: str) -> str:
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(LIMIT + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(LIMIT + 1)
    except OSError as wrong:
        raise Invalid(f"{path} cannot be read: {wrong.strerror}", expected="a file") from None
    if len(raw) > LIMIT:
        raise Invalid(
            f"{path} is too large",
            got=f"more than {LIMIT} bytes",
            expected=f"at most {LIMIT}",
            next_step="split it",
        )
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not text", expected="UTF-8") from None


def _where(wrong: yaml.YAMLError) -> str:
    mark = getattr(wrong, "problem_mark", None)
    problem = getattr(wrong, "problem", None) or "it cannot be read"
    return f"{problem}, line {mark.line + 1}" if mark else str(problem)
