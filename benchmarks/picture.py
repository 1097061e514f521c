"""A run as a picture: each figure's bar starts at its target, to the right where it is better.

The scale is logarithmic: twice as good and half as good are bars of the same length. Colours are
the picture's own, for a light and for a dark page, and none of them says what words do not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from benchmarks.running import Line

WIDTH: Final = 760
ROW: Final = 20
TOP: Final = 64
BOTTOM: Final = 40
LEFT: Final = 300  # for the names
RIGHT: Final = 70  # for what a bar that reaches the edge comes to
TICKS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
ROLE: Final = ' role="img" aria-labelledby="title desc"'
STYLE: Final = """
svg { color-scheme: light dark }
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.page { fill: #ffffff } .grid { stroke: #d1d9e0 } .target { stroke: #1f2328; stroke-width: 2 }
.head { font-weight: 600; font-size: 15px } .met { fill: #2a78b8 } .missed { fill: #c2560c }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .page { fill: #0d1117 } .grid { stroke: #3d444d }
.target { stroke: #e6edf3 } .met { fill: #58a6e8 } .missed { fill: #f0883e }
}
"""


def drawn(lines: Sequence[Line]) -> str:
    """An SVG of all figures that were measured."""
    shown = [line for line in lines if line["margin"]]
    met = sum(bool(line["met"]) for line in shown)
    scale = _Scale([float(line["margin"]) for line in shown])
    height = TOP + ROW * len(shown) + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"{ROLE}>',
        '<title id="title">Varsel\'s speed against its targets</title>',
        f'<desc id="desc">{met} of {len(shown)} targets met. {escape(_said(shown))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}"/>',
        '<text class="head" x="16" y="26">Each figure against its target</text>',
        '<text x="16" y="46">How many times better than the target: right of 1 it is met.</text>',
        *_grid(scale, height - BOTTOM + 4),
        *(part for row, line in enumerate(shown) for part in _bar(scale, row, line)),
        *_target(scale, height - BOTTOM + 4),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Scale:
    """Where on the picture a margin stands; it reaches from the worst to the best of them."""

    def __init__(self, margins: Sequence[float]) -> None:
        self.low = max((one for one in TICKS if one <= min(margins, default=1)), default=TICKS[0])
        self.low = min(self.low, 0.5)
        high = min((one for one in TICKS if one >= max(margins, default=1)), default=TICKS[-1])
        self.high = max(high, 2)

    def x(self, margin: float) -> float:
        """Pixels from the left; what lies beyond the scale stands at its end."""
        inside = min(max(margin, self.low), self.high)
        share = math.log(inside / self.low) / math.log(self.high / self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def _grid(scale: _Scale, end: int) -> Iterator[str]:
    for tick in TICKS:
        if scale.low <= tick <= scale.high:
            x = f"{scale.x(tick):.1f}"
            yield f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP - 6}" y2="{end}"/>'
            yield f'<text x="{x}" y="{end + 18}" text-anchor="middle">{tick:g}</text>'


def _target(scale: _Scale, end: int) -> Iterator[str]:
    x = f"{scale.x(1):.1f}"
    yield f'<line class="target" x1="{x}" x2="{x}" y1="{TOP - 6}" y2="{end}"/>'


def _bar(scale: _Scale, row: int, line: Line) -> Iterator[str]:
    margin, y = float(line["margin"]), TOP + ROW * row
    start, end = sorted((scale.x(1), scale.x(margin)))
    name = escape(str(line["figure"]).replace("_", " "))
    kind = "met" if line["met"] else "missed"
    yield f'<text x="{LEFT - 14}" y="{y + 12}" text-anchor="end">{name}</text>'
    yield (
        f'<rect class="{kind}" x="{start:.1f}" y="{y + 2}" width="{max(end - start, 1):.1f}"'
        f' height="{ROW - 8}" rx="2"/>'
    )
    beside = scale.x(1) if kind == "missed" else end
    yield f'<text x="{beside + 6:.1f}" y="{y + 12}">{_beside(line)}</text>'


def _beside(line: Line) -> str:
    margin = f"{line['margin']:.2g}"
    return margin if line["met"] else f"{margin}, missed"


def _said(lines: Sequence[Line]) -> str:
    """The same in words, for whoever does not see the picture."""
    return "; ".join(f"{line['figure'].replace('_', ' ')} {_beside(line)}" for line in lines) + "."
