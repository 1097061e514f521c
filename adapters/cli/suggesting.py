"""varsel suggest: what does this text seem to claim?"""

from __future__ import annotations

import json as json_text
from collections.abc import Iterator
from typing import Annotated, Any, cast

import typer

from adapters.cli.common import Json, put_json
from adapters.cli.phrases import mapping

SHOWN = 70  # characters of the words that a comment repeats
HEAD = """\
# Suggestions: nobody has said that these claims are made. Take out what is wrong, add what
# is missing and who says it (source:), and paste the rest into a statement file.
"""
NOTHING = "# No phrase found. That is no statement: the text may claim something all the same.\n"


def suggest(
    file: Annotated[str, typer.Argument(metavar="FILE", help="plain text; - reads standard input")],
    language: Annotated[
        list[str] | None, typer.Option("--language", help="only this one: en, fi, no or sv")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Claims that a statement's text seems to make, for you to judge. Needs no platform."""
    from adapters.reading import text  # noqa: PLC0415 - a fast --help
    from domain.suggestions import suggest as suggested  # noqa: PLC0415

    found = suggested(text(file), language)
    if json:
        return put_json([one.model_dump(mode="json", exclude_none=True) for one in found])
    return typer.echo("".join(_block(found)), nl=False)


def _block(found: tuple[Any, ...]) -> Iterator[str]:
    from domain.suggestions import languages  # noqa: PLC0415 - a fast --help

    if not found:
        yield f"{NOTHING}claims: []\n"
        return
    names = languages()
    yield f"{HEAD}claims:\n"
    for number, one in enumerate(found, start=1):
        claim = one.claim(f"suggested-{number}").model_dump(
            mode="json", exclude_defaults=True, exclude_none=True
        )
        words = claim.pop("words")["plain"]
        short = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
        yield f"  # suggestion {number}: {_quoted(short)}\n"
        yield f"  # ({names[one.language]}, characters {one.start} to {one.end}; {one.note})\n"
        fields = [f"{name}: {_flow(value)}" for name, value in claim.items()]
        yield "  - " + "\n    ".join([*fields, f"words: {_quoted(words)}"]) + "\n"


def _quoted(text: str) -> str:
    return json_text.dumps(text, ensure_ascii=False)


def _flow(value: Any) -> str:
    """A value on one line: known words and numbers plain, labels in quotes."""
    parts = mapping(value)
    if parts is not None:
        return "{" + ", ".join(f"{name}: {_flow(part)}" for name, part in parts.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, cast("list[Any]", value))) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    plain = text.replace("-", "").replace("_", "").isalnum()
    return text if plain else _quoted(text)
