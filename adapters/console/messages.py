"""The messages of the console: found in its own files, and brought into the catalogues.

`python -m adapters.console.messages` adds what is new to the catalogues, without translation, and
drops what is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from adapters.console import words
from adapters.console.i18n import NAMES, catalogue
from domain.kinds import FAMILIES

HERE = Path(__file__).resolve().parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "mark": None,
    "t": None,
    "n": (1, 2),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}}


def template() -> Catalog:
    """Every message there is, without translations."""
    found = Catalog(domain="varsel", project="Varsel", charset="utf-8")
    for file, _, message, _, context in extract_from_dir(
        HERE, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=()
    ):
        found.add(message, locations=[(file, 0)], context=context)
    for context, message in needed():
        found.add(message, context=context)
    return found


def needed() -> Iterator[tuple[str, str]]:
    """Words that no file of the console spells out: closed lists, families, names of fields."""
    yield from words.needed()
    yield from (("family", name.replace("_", " ")) for name in FAMILIES)
    yield from (("field", name) for name in words.fields())


def renewed(code: str) -> Catalog:
    """A language's catalogue with what is new, and without what is gone."""
    mine = catalogue(code)
    mine.update(template(), no_fuzzy_matching=True, update_header_comment=False)
    mine.obsolete.clear()
    return mine


def main() -> None:
    """Renew both catalogues."""
    for code in NAMES:
        if code != "en":
            out = BytesIO()
            write_po(out, renewed(code), width=96, sort_output=True, include_lineno=False)
            (HERE / "locale" / code / "varsel.po").write_bytes(out.getvalue())


if __name__ == "__main__":
    main()
