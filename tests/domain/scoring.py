"""Worksheets that state only what matters, and a plain reckoning to hold the scores against."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from domain import severity_tables as tables
from domain.severity import Severity, Worksheet, score

WHY = "because of who holds the data"
HARMLESS = dict.fromkeys(("confidentiality", "integrity", "availability"), "none") | {
    "malicious": "no"
}
PLAIN = {"name": "name", "situation": "with_birth_date_and_email"}  # EI 1


def category(name: str | None, *points: int, **more: Any) -> dict[str, Any]:
    """A category with these adjustments possible; without any, it is not judged."""
    adjusted = [{"points": one, "reason": WHY} for one in points]
    return {"name": name, "adjusted": adjusted or None, **more}


def worksheet(*categories: dict[str, Any], **more: Any) -> Worksheet:
    """A worksheet on which all is known, and harmless, but what is told."""
    how = HARMLESS | more.pop("circumstances", {})
    usual = {"identifiers": [PLAIN], "complete": True}
    given = {"categories": list(categories), "circumstances": how, **usual, **more}
    return Worksheet.model_validate(given)


def scored(*categories: dict[str, Any], **more: Any) -> Severity:
    return score(worksheet(*categories, **more))


def span(severity: Severity) -> tuple[float, float]:
    return severity.low, severity.high


def explained(severity: Severity, part: str) -> list[str]:
    return [step.words for step in severity.steps if step.part == part]


# --- any worksheet -----------------------------------------------------------------------------


def some_of(words: Any) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(sorted(words)), min_size=1, max_size=2, unique=True)


CATEGORIES = st.sampled_from(sorted(tables.BASE)).flatmap(
    lambda name: some_of(tables.ADJUSTMENTS[name]).map(lambda points: category(name, *points))
)
IDENTIFIERS = st.sampled_from(sorted(tables.SITUATIONS)).flatmap(
    lambda name: some_of(tables.SITUATIONS[name]).map(lambda s: {"name": name, "situation": s})
)
JUDGED: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "categories": st.lists(CATEGORIES, min_size=1, max_size=2),
        "identifiers": st.lists(IDENTIFIERS, min_size=1, max_size=2),
        "complete": st.just(True),
        "circumstances": st.fixed_dictionaries(
            {name: some_of(table) for name, table in tables.CIRCUMSTANCES.items()}
        ),
        "people": st.integers(0, 250),
        "unintelligible": st.sampled_from(["yes", "no"]),
    }
)


def settled(raw: dict[str, Any]) -> dict[str, Any]:
    """The same breach, of which all is known: each first possibility holds."""
    return {
        **raw,
        "categories": [{**c, "adjusted": c["adjusted"][:1]} for c in raw["categories"]],
        "identifiers": [{**i, "situation": i["situation"][:1]} for i in raw["identifiers"]],
        "circumstances": {name: words[:1] for name, words in raw["circumstances"].items()},
    }


def less_known(draw: Any, raw: dict[str, Any]) -> dict[str, Any]:
    """The same breach, of which less is known: here and there, or not at all."""
    complete = raw["complete"] and draw(st.booleans())
    people = draw(st.sampled_from([raw["people"], _about(raw["people"]), "unknown"]))
    return {
        "categories": _some(draw, [_vaguer(draw, c) for c in raw["categories"]], whole=complete),
        "identifiers": _some(
            draw,
            [
                {**i, "situation": _more(draw, i["situation"], tables.SITUATIONS[i["name"]])}
                for i in raw["identifiers"]
            ],
            whole=complete,
        ),
        "complete": complete or None,
        "circumstances": {
            name: _more(draw, words, tables.CIRCUMSTANCES[name])
            for name, words in raw["circumstances"].items()
        },
        "people": people,
        "unintelligible": draw(st.sampled_from([raw["unintelligible"], "unknown"])),
    }


def _about(people: Any) -> Any:
    return {"between": [people // 2, people * 2]} if isinstance(people, int) else people


def _some(draw: Any, listed: list[Any], *, whole: bool) -> list[Any]:
    return [one for one in listed if whole or draw(st.booleans())]


def _more(draw: Any, words: Any, table: Any) -> Any:
    if words is None or draw(st.integers(0, 3)) == 0:
        return None
    return list(
        dict.fromkeys([*words, *draw(st.lists(st.sampled_from(sorted(table)), max_size=1))])
    )


def _vaguer(draw: Any, one: dict[str, Any]) -> dict[str, Any]:
    if one["name"] is None or draw(st.integers(0, 3)) == 0:
        return {"name": None, "adjusted": None}
    points = one["adjusted"] and [a["points"] for a in one["adjusted"]]
    return category(one["name"], *(_more(draw, points, tables.ADJUSTMENTS[one["name"]]) or ()))
