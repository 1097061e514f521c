"""JSON from outside, read strictly: what could be read in two ways, or without end, is refused.

RFC 8259 leaves repeated names (section 4), the size of numbers (section 6) and the depth of
nesting (section 9) to each reader; two readers that differ see two commands in one text.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any, Final, Never, cast

from domain.errors import Invalid

LIMIT: Final = 4 * 1024 * 1024  # bytes: what a NATS account may send, and no other door takes more
DEPTH: Final = 32  # levels of lists and mappings; the deepest command has ten
DIGITS: Final = 40  # characters of one number
BRACKETS: Final = 250_000  # lists and mappings; naming 50 000 clients in full takes 200 000

# To the end of the text where it is left open: tried once, not from every quote in it again.
_STRING: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_ENDLESS: Final = re.compile(rf"[-+.0-9eE]{{{DIGITS + 1},}}")
_NO_BRACKET: Final = re.compile(r"[^][{}]+")
_ALIKE: Final = str.maketrans("{}", "[]")


def decode(data: bytes, name: str = "the request") -> dict[str, Any]:
    """The JSON object in a request's body; an empty body is an empty object.

    UTF-8, `LIMIT` bytes at most. Raises `Invalid` for anything else than one object.
    """
    if len(data) > LIMIT:
        raise too_large(name, f"{len(data)} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise _not_json(name, f"byte {wrong.start} is not UTF-8") from None
    body: object = loads(text or "{}", name)
    if not isinstance(body, dict):
        raise Invalid(
            f"{name} is not a JSON object",
            got=body,
            expected="an object",
            next_step="send {} where there is nothing to say",
        )
    return cast("dict[str, Any]", body)


def loads(text: str, name: str) -> Any:
    """The value in a JSON text; raises `Invalid` that says what is wrong with `name`."""
    bare = _STRING.sub("", text)
    _require_measure(bare, name)
    reader = _Reader(name)
    try:
        found: object = json.loads(
            text,
            object_pairs_hook=reader.mapping,
            parse_float=reader.real,
            parse_constant=reader.constant,
        )
        if "\\ud" in text.lower():  # half a surrogate pair is a letter that cannot be written
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _not_json(name, "it holds half a letter (a lone surrogate)") from None
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as wrong:
        raise _not_json(name, str(wrong)) from None
    if _deeper_than(DEPTH, bare):
        raise _too_deep(name)
    return found


def too_large(name: str, got: str) -> Invalid:
    """The refusal of what no door takes."""
    return Invalid(
        f"{name} is too large",
        got=got,
        expected=f"at most {LIMIT} bytes",
        next_step="split it",
    )


class _Reader:
    """What `json` asks about while it reads."""

    def __init__(self, name: str) -> None:
        self._name = name

    def mapping(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = Counter(name for name, _ in pairs)
            twice = next(name for name in names if names[name] > 1)
            raise Invalid(
                f"{self._name}: {twice} is given twice",
                field=twice,
                expected="each field once",
                next_step="take one of them out",
            )
        return found

    def real(self, digits: str) -> float:
        number = float(digits)
        if math.isfinite(number):
            return number
        raise Invalid(
            f"{self._name} holds a number beyond all measure",
            got=digits,
            expected="a finite number",
            next_step="correct the number, or write unknown",
        )

    def constant(self, said: str) -> Never:
        msg = f"{said} is no JSON number"
        raise ValueError(msg)


def _require_measure(bare: str, name: str) -> None:
    """Refuse what would take long to read; `bare` is a text without its strings."""
    if bare.count("[") + bare.count("{") > BRACKETS:
        raise Invalid(
            f"{name} holds too many lists and mappings",
            expected=f"at most {BRACKETS}",
            next_step="split it",
        )
    if endless := _ENDLESS.search(bare):
        raise Invalid(
            f"{name} holds an endless number",
            got=endless.group(),
            expected=f"at most {DIGITS} characters",
            next_step="correct the number",
        )


def _deeper_than(levels: int, bare: str) -> bool:
    """Whether sound JSON is nested deeper: each round takes the innermost brackets away."""
    brackets = _NO_BRACKET.sub("", bare).translate(_ALIKE)
    for _ in range(levels):
        brackets = brackets.replace("[]", "")
    return bool(brackets)


def _not_json(name: str, why: str) -> Invalid:
    return Invalid(
        f"{name} is not JSON: {why}",
        expected="a JSON document in UTF-8",
        next_step="correct that place",
    )


def _too_deep(name: str) -> Invalid:
    return Invalid(
        f"{name} is nested too deeply",
        expected=f"at most {DEPTH} levels",
        next_step="take the surplus brackets away; no command is nested so far",
    )
