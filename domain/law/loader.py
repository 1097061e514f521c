"""Reads packs from TOML: those that come with Varsel, and a user's own folder beside them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from domain.law.rules import Authorities, Authority, LawError, Pack, Rules
from domain.words import near

AUTHORITIES = "authorities.toml"

_Model = TypeVar("_Model", bound=BaseModel)
_TOML_LINE = re.compile(r"at line (\d+)")
_NEXT = "correct the file and load it again"


def load_packs(folder: Path | None = None, drafts: Iterable[str] = ()) -> Rules:
    """The packs of this package, and those of `folder` (every `*.toml` in it) if one is given.

    A pack of the folder may add a law or a version of one; an `authorities.toml` there adds
    places or replaces them, law by law. `drafts` names proposals to be shown beside the law.
    LawError names file, line where it can, and field, for a folder that is not one, a file that
    is not a pack, versions that are in force together, and a draft that is not known.
    """
    packs: dict[str, Pack] = {}
    proposed: list[Pack] = []
    authorities: tuple[Authority, ...] = ()
    for name, file in _sources(folder):
        text = _text(name, file)
        if file.name == AUTHORITIES:
            authorities = _replaced(authorities, _model(name, text, Authorities).entries)
            continue
        pack = _model(name, text, Pack)
        if pack.draft:
            proposed.append(pack)
        else:
            packs[name] = pack
    return Rules(packs, authorities, tuple(_drafts(drafts, proposed)))


def _replaced(listed: tuple[Authority, ...], newer: tuple[Authority, ...]) -> tuple[Authority, ...]:
    """The authorities, those of a place and law that are given anew replaced."""
    anew = {(one.country, law) for one in newer for law in one.laws}
    kept = (
        one.model_copy(update={"laws": laws})
        for one in listed
        if (laws := tuple(law for law in one.laws if (one.country, law) not in anew))
    )
    return (*kept, *newer)


def _drafts(wanted: Iterable[str], proposed: list[Pack]) -> Iterator[Pack]:
    known = {str(pack.draft): pack for pack in proposed}
    for name in dict.fromkeys(wanted):
        if name not in known:
            msg = "there is no such draft"
            raise LawError(
                msg,
                field="draft",
                got=name,
                expected="a draft that is known",
                next_step=near(name, sorted(known)),
            )
        yield known[name]


def _sources(folder: Path | None) -> Iterator[tuple[str, Traversable]]:
    shipped = files("domain.law") / "packs"
    for file in (*_toml_files(shipped), *_toml_files(shipped / "drafts")):
        yield file.name, file
    if folder is None:
        return
    if not folder.is_dir():
        msg = "the folder of law packs is not there"
        raise LawError(
            msg,
            got=str(folder),
            expected="a folder of *.toml files",
            next_step="create it, or leave VARSEL_LAW_DIR unset",
        )
    for file in _toml_files(folder):
        yield str(folder / file.name), file


def _toml_files(folder: Traversable) -> list[Traversable]:
    found = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    return sorted(found, key=lambda file: file.name)


def _text(name: str, file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        msg = f"{name}: cannot be read"
        raise LawError(
            msg, got=str(unreadable), expected="a TOML file in UTF-8", next_step=_NEXT
        ) from unreadable


def _model(name: str, text: str, model: type[_Model]) -> _Model:
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as broken:
        found = _TOML_LINE.search(str(broken))
        msg = f"{_place(name, int(found[1]) if found else None)}: not TOML"
        raise LawError(msg, got=str(broken), expected="a TOML file", next_step=_NEXT) from broken
    except ValidationError as refused:
        raise _explained(name, text, refused) from refused


def _explained(name: str, text: str, refused: ValidationError) -> LawError:
    """The first thing wrong, in the file's own words; the rest are counted."""
    first, *rest = refused.errors(include_url=False)
    where = first["loc"]
    more = f" (and {len(rest)} more)" if rest else ""
    return LawError(
        f"{_place(name, _line_of(text, where))}: refused{more}",
        field=_named(where),
        got="nothing" if first["type"] == "missing" else first["input"],
        expected=first["msg"].removeprefix("Value error, "),
        next_step=_NEXT,
    )


def _place(name: str, line: int | None) -> str:
    return name if line is None else f"{name}, line {line}"


def _named(where: tuple[Any, ...]) -> str:
    """`("duty", 1, "starts")` as people count: `duty 2, starts`."""
    parts = (f" {part + 1}" if isinstance(part, int) else f", {part}" for part in where)
    return "".join(parts).removeprefix(", ")


def _line_of(text: str, where: tuple[Any, ...]) -> int | None:
    """The line of a field, else of the table it is missing from, else None."""
    lines = text.splitlines()
    match where:
        case (str(table), int(nth), *inner):
            headers = _lines_like(lines, rf"\[\[\s*{re.escape(table)}\s*\]\]")
            if nth >= len(headers):
                return _first(_lines_like(lines, rf"{re.escape(table)}\s*="))
            key = _key(lines, headers[nth], str(inner[0])) if inner else None
            return key or headers[nth]
        case (str(field), *_):
            tables = _lines_like(lines, rf"\[+\s*{re.escape(field)}\s*\]+")
            return _key(lines, 0, field) or _first(tables)
        case _:
            return None


def _key(lines: list[str], header: int, field: str) -> int | None:
    """The line of `field =` between a table's header (0: the file's top) and the next header."""
    for number, line in enumerate(lines[header:], start=header + 1):
        if line.startswith("["):
            return None
        if re.match(rf"\s*{re.escape(field)}\s*=", line):
            return number
    return None


def _lines_like(lines: list[str], pattern: str) -> list[int]:
    return [number for number, line in enumerate(lines, start=1) if re.match(pattern, line)]


def _first(numbers: list[int]) -> int | None:
    return numbers[0] if numbers else None
