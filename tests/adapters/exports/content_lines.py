"""Reads iCalendar by RFC 5545 section 3.1 alone, so that its writer is not its own judge."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 75  # octets, without the line break
_PARAMETER = r';[A-Za-z0-9-]+=(?:"[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*)'
_LINE = re.compile(
    rf"(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:{_PARAMETER})*):(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)"
)
_ESCAPED = re.compile(r"\\([nN,;\\])")


@dataclass
class Component:
    """A component: its properties as written, and the components within it."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    inner: list[Component] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A property of type TEXT (section 3.3.11)."""
        return _ESCAPED.sub(
            lambda found: "\n" if found[1] in "nN" else found[1], self.properties[name]
        )

    def within(self, name: str) -> list[Component]:
        return [one for one in self.inner if one.name == name]


def read(body: bytes) -> Component:
    """The one component that a text holds; AssertionError for what is not iCalendar."""
    assert body.endswith(b"\r\n")
    folded = body.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= LONGEST for line in folded), "a line is too long"
    assert not any(b"\r" in line or b"\n" in line for line in folded), "a bare line break"
    top = Component("")
    open_ones = [top]
    for line in body.removesuffix(b"\r\n").replace(b"\r\n ", b"").decode().split("\r\n"):
        found = _LINE.fullmatch(line)
        assert found, f"no content line: {line!r}"
        _take(found, open_ones)
    assert open_ones == [top], "a component was not ended"
    [whole] = top.inner
    return whole


def _take(found: re.Match[str], open_ones: list[Component]) -> None:
    name, value = found["name"].upper(), found["value"]
    if name == "BEGIN":
        begun = Component(value)
        open_ones[-1].inner.append(begun)
        open_ones.append(begun)
    elif name == "END":
        assert open_ones.pop().name == value, f"{value} was not begun"
    else:
        assert name not in open_ones[-1].properties, f"{name} is there twice"
        open_ones[-1].properties[name] = value
        open_ones[-1].parameters[name] = found["parameters"]
