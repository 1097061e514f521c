"""Pages of a long list: a cursor is the key of the last row seen, so new rows shift nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from domain.errors import Invalid

Key = Callable[[Any], str]


def behind(cursor: str | None, of: str) -> str | None:
    """The key of the last row seen, which a cursor of this list holds; None without one."""
    if cursor is None:
        return None
    name, wanted = _read(cursor)
    if name != of:
        raise _nowhere("this is no cursor of this list", cursor)
    return wanted


def cursor(key: str | None, of: str) -> str | None:
    """The cursor behind a row; None where that was the last."""
    return None if key is None else _written(of, key)


def page(
    rows: Sequence[Any], key: Key, after: str | None, limit: int | None, of: str = ""
) -> tuple[list[Any], str | None]:
    """The rows behind a cursor, `limit` at most, and the cursor behind them (None: no more).

    `of` names the list, and its cursors carry it. Raises `Invalid` for a cursor of another list,
    and where its row is not in the list (any more).
    """
    wanted = behind(after, of)
    first = 0 if wanted is None else _place(rows, key, wanted, after)
    last = len(rows) if limit is None else first + limit
    found = list(rows[first:last])
    more = found and last < len(rows)
    return found, cursor(key(found[-1]), of) if more else None


def _place(rows: Sequence[Any], key: Key, wanted: str, cursor: str | None) -> int:
    for place, row in enumerate(rows):
        if key(row) == wanted:
            return place + 1
    raise _nowhere("this cursor leads nowhere", cursor)


def _nowhere(why: str, cursor: str | None) -> Invalid:
    return Invalid(
        why,
        field="after",
        got=cursor,
        expected="`next` of the page before, for the same question",
        next_step="start again without it",
    )


def _written(of: str, key: str) -> str:
    return base64.urlsafe_b64encode(f"{of}\n{key}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[str | None, str]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), "-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None, ""
    name, newline, key = text.partition("\n")
    return (name, key) if newline else (None, "")
