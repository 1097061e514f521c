"""Bodies that nobody would send, made from the schemas of those that people send.

A `Fuzz` is a seed: the same seed makes the same bodies, and a failing test names it. Every run has
the same; `VARSEL_EXPLORE=1` looks for others.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from domain.commands import VERBS

Schema = Mapping[str, Any]

REFERENCES: Mapping[str, list[Any]] = {
    "incident": ["leak", "nowhere", "00000000-0000-0000-0000-000000000000"],
    "client": ["joker", "kiwi", "nobody"],
    "clients": ["all", ["joker"], ["kiwi", "joker"], ["joker", "joker"]],
    "vendor": ["zoopit", "nobody"],
    "party": ["joker", "zoopit", "nobody"],
    "controllers": [["joker"]],
    "authority": ["NO/datatilsynet"],
    "duty": ["gdpr.33-1", "gdpr.34-1"],
}
"""What fields may point to in the world of these tests."""

CHARACTERS = [
    *("", " ", "\x00", "\x1b[2J", "\n", "\u202e", "\u2028", "\ufeff", "\ud83c", "\udc00"),
    *("\u200b", "\u0301" * 50, "é", "😀", "\U000e0041", "\uffff", "\u0958" * 100),
    *("unknown", "all", "none", "null", "NO", "true", "NaN", "1e999", "-0", "9" * 4000),
    *("2023-02-30", "9999-12-31T23:59:59+14:00", "0001-01-01", "2023-02-28T12:00", "٢٠٢٣-٠٢"),
    *("2023-W09-2T10:00Z", "2023-02-28T12:00:00.123456789+00:00:30.5", "24:00"),
    *("PT0H", "P9999999D", "../../etc/passwd", "Europe", "x" * 121, "x" * 20_000, "a/b.c*>"),
]
NUMBERS = [0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63) - 1, 10**39, 0.1, -0.0, 1e300]
SHAPES: list[Any] = [None, True, False, [], {}, [[]], [None], {"": None}, {"from": None}]
SHAPES.append([{}] * 1000)


SEED = 2794615630007537507  # its questions ask for pages of 10**39 lines


class Fuzz:
    """Makes bodies from a seed."""

    def __init__(self, seed: int | None = None) -> None:
        ours = secrets.randbits(64) if os.environ.get("VARSEL_EXPLORE") else SEED
        self.seed = ours if seed is None else seed
        self.random = Random(self.seed)  # noqa: S311 - repeatable, not secret

    def __repr__(self) -> str:
        return f"Fuzz({self.seed})"

    def command(self, verb: str) -> dict[str, Any]:
        """A request for a verb: mostly nearly right, sometimes nothing of the kind."""
        schema = SCHEMAS[verb]
        body: dict[str, Any] = {"with": self.like(schema, schema)}
        if self.once_in(4):
            body["command"] = self.pick([f"c-{self.random.randrange(50)}", self.junk()])
        if self.once_in(8):
            body["happened"] = self.pick(["2023-02-27", self.junk()])
        if self.once_in(8):
            body["actor"] = self.pick([{"user": "a-7"}, {"user": self.junk()}, self.junk()])
        for _ in range(self.random.randrange(3)):
            body["with"] = self.spoilt(body["with"])
        return self.spoilt(body) if self.once_in(20) else body

    def question(self, fields: Mapping[str, list[Any]]) -> dict[str, Any]:
        """A request for a question that takes these fields."""
        asked = {
            name: self.junk() if self.once_in(3) else self.pick(values)
            for name, values in fields.items()
            if self.once_in(2)
        }
        body: dict[str, Any] = {"with": self.spoilt(asked) if self.once_in(5) else asked}
        return self.spoilt(body) if self.once_in(20) else body

    def data(self, body: Any) -> bytes:
        """A body as bytes, some of them turned, lost, doubled or in another encoding."""
        data = json.dumps(body, ensure_ascii=self.once_in(2)).encode(errors="surrogatepass")
        if self.once_in(2):
            return data
        at = self.random.randrange(len(data) + 1)
        junk = self.random.randbytes(self.random.randrange(1, 5))
        changes: list[Callable[[], bytes]] = [
            lambda: data[:at],
            lambda: data[:at] + junk + data[at:],
            lambda: data[:at] + junk + data[at + len(junk) :],
            lambda: data + data,
            lambda: data.decode(errors="replace").encode("utf-16"),
            lambda: b"[" * self.pick([40, 5000]) + data,
            lambda: b'{"with": ' * self.pick([40, 5000]) + data,
            lambda: data.replace(b"{", b'{"with": {}, ', 1),
            lambda: data.replace(b":", b": NaN //", 1),
            lambda: data.replace(b"\\u", b"\\x"),
            lambda: junk * 200,
            lambda: b"",
        ]
        changed: bytes = self.pick(changes)()
        return changed

    # --- parts ---

    def like(self, schema: Schema, whole: Schema, name: str = "") -> Any:
        """A value that a schema takes; references name what is there."""
        if name in REFERENCES and not self.once_in(5):
            return self.pick(REFERENCES[name])
        if "$ref" in schema:
            return self.like(whole["$defs"][schema["$ref"].rsplit("/", 1)[1]], whole, name)
        if "anyOf" in schema:
            return self.like(self.pick(schema["anyOf"]), whole, name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.pick(schema["enum"])
        return self._of_type(schema, whole)

    def _of_type(self, schema: Schema, whole: Schema) -> Any:
        match schema.get("type"):
            case "object":
                needed = schema.get("required", ())
                return {
                    name: self.like(part, whole, name)
                    for name, part in schema.get("properties", {}).items()
                    if name in needed or self.once_in(3)
                }
            case "array":
                one = schema.get("items") or self.pick(schema["prefixItems"])
                return [self.like(one, whole) for _ in range(self.pick([0, 1, 1, 2]))]
            case "integer" | "number":
                return self.pick([0, 1, 1200, 400_000])
            case "boolean":
                return self.pick([True, False])
            case "null":
                return None
            case _:
                return self.pick(["customers", "name", "leak", "2023-02-27", "cause", "web", "yes"])

    def junk(self) -> Any:
        """A value that hardly anything takes."""
        kind = self.random.randrange(4)
        if kind == 0:
            return self.pick(NUMBERS)
        if kind == 1:
            return self.pick(SHAPES)
        if kind == 2:
            return self.pick(CHARACTERS) + self.pick(CHARACTERS)
        deep: Any = self.pick(CHARACTERS)
        for _ in range(self.pick([1, 8, 24])):
            deep = [deep] if self.once_in(2) else {"data": deep}
        return deep

    def spoilt(self, value: Any) -> Any:
        """The value with one part of it missing, doubled, misnamed or replaced by junk."""
        if isinstance(value, dict) and value and not self.once_in(10):
            name = self.pick([*value])
            rest = {key: part for key, part in value.items() if key != name}
            match self.random.randrange(5):
                case 0:
                    return rest
                case 1:
                    return {**value, self.pick([*CHARACTERS, name + "s"]): value[name]}
                case _:
                    return {**value, name: self.spoilt(value[name])}
        if isinstance(value, list) and value and not self.once_in(10):
            at = self.random.randrange(len(value))
            return [*value[:at], self.spoilt(value[at]), *value[at : at + self.pick([0, 1, 1000])]]
        if isinstance(value, str) and self.once_in(2):
            return value + self.pick(CHARACTERS)
        return self.junk()

    def pick(self, among: list[Any]) -> Any:
        return self.random.choice(among)

    def once_in(self, times: int) -> bool:
        return not self.random.randrange(times)


SCHEMAS = {verb: command.model_json_schema() for verb, command in VERBS.items()}
