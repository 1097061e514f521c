"""The console's languages: catalogues read from their .po files, and which one a reader gets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from fastapi import Request

NAMES: Mapping[str, str] = {"en": "English", "nb": "Norsk bokmål", "fi": "Suomi"}
COOKIE = "varsel_language"
_REGIONS = {"en": "en_GB", "nb": "nb_NO", "fi": "fi_FI"}  # for dates and numbers
_ALSO = {"no": "nb", "nn": "nb"}


def mark(message: str) -> str:
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


class Tongue:
    """One language: its messages, and the locale that dates and numbers are written in."""

    def __init__(self, code: str, catalog: Catalog | None = None) -> None:
        self.code = code
        self.locale = Locale.parse(_REGIONS[code])
        self._catalog = catalog

    def gettext(self, message: str) -> str:
        """A message in this language; itself where it has no translation."""
        return self._found(message, None) or message

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The form of a message that fits a number."""
        said: Any = self._catalog.get((one, many)) if self._catalog else None
        if said is None or self._catalog is None:
            return one if n == 1 else many
        forms: tuple[Any, ...] = tuple(said.string)
        return str(forms[min(_plural(self._catalog, n), len(forms) - 1)]) or many

    def pgettext(self, context: str, message: str) -> str:
        """A message that means something else elsewhere: a word of the closed list `context`."""
        return self._found(message, context) or message

    def npgettext(self, _context: str, one: str, many: str, n: int) -> str:
        """Plural forms within a context: none of ours need one."""
        return self.ngettext(one, many, n)

    def _found(self, message: str, context: str | None) -> str | None:
        said = self._catalog.get(message, context) if self._catalog else None
        return str(said.string) if said is not None and said.string else None


def _plural(catalog: Catalog, n: int) -> int:
    """Our languages have two forms: one, and all else."""
    return 0 if n == 1 else min(1, catalog.num_plurals - 1)


def source(code: str) -> bytes:
    """A language's .po file."""
    return (files("adapters.console") / "locale" / code / "varsel.po").read_bytes()


def catalogue(code: str) -> Catalog:
    """A language's messages, as written."""
    return read_po(BytesIO(source(code)), locale=code, domain="varsel")


@cache
def tongue(code: str) -> Tongue:
    """A language that the console speaks; English is what the messages are written in."""
    return Tongue(code, None if code == "en" else catalogue(code))


def chosen(request: Request) -> str:
    """The language a reader chose, else the first one that the browser asks for and we have."""
    kept = request.cookies.get(COOKIE, "")
    if kept in NAMES:
        return kept
    for wanted in _wanted(request.headers.get("accept-language", "")):
        if wanted in NAMES:
            return wanted
    return "en"


def _wanted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the most wanted first (RFC 9110, 12.5.4)."""
    found: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        code = tag.strip().lower().partition("-")[0]
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        found.append((-weight, _ALSO.get(code, code)))
    return [code for _, code in sorted(found, key=lambda one: one[0])]
