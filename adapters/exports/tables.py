"""Timeline, duties and register as files: CSV (RFC 4180) for spreadsheets, JSON for the rest."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from domain.errors import Invalid
from domain.words import near
from projections.rows import Row

CSV_TYPE: Final = "text/csv; charset=utf-8; header=present"

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "timeline": (
        "recorded_at",
        "type",
        "by",
        "source",
        "happened",
        "incident",
        "data",
        "event",
        "corrects",
        "superseded_by",
    ),
    "obligations": (
        "duty",
        "status",
        "due",
        "started_at",
        "met_at",
        "why",
        "incident",
        "debtor",
        "owed_to",
        "authority",
        "country",
        "stage",
        "citation",
        "law_version",
        "started_by",
        "met_by",
        "id",
    ),
    "register": (
        "incident",
        "vendor",
        "first_known_at",
        "facts",
        "effects",
        "remedial_action",
        "notifications",
        "people_told",
        "waivers",
        "closed",
    ),
}
"""What can be exported, and the fields of a row in the order that people read them."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width forms, which spreadsheets take for the narrow ones


def as_csv(table: str, rows: Iterable[Row]) -> bytes:
    """A table with a header, in UTF-8; a cell of several values holds them as JSON.

    A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV
    injection); what must come back exactly is exported as JSON. `Invalid` for another table.
    """
    columns = _columns(table)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue().encode()


def as_json(table: str, rows: Iterable[Row]) -> bytes:
    """The rows as the question of that name answers them. `Invalid` for another table."""
    _columns(table)
    return json.dumps({table: [*rows]}, ensure_ascii=False, indent=2).encode() + b"\n"


def _columns(table: str) -> tuple[str, ...]:
    if table not in COLUMNS:
        raise Invalid(
            "there is no such table",
            field="table",
            got=table,
            expected=near(table, [*COLUMNS]),
            next_step="ask for one of these",
        )
    return COLUMNS[table]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text
