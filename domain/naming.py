"""Which words of a label could name a party: by its id, or by the name it is registered under.

"Customers of Tokmanni" and "tokmanni-count" name a client as well as "tokmanni" does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

Owners = Mapping[str, frozenset[str]]  # by word: the ids of the parties that it names

_ID_PART = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 8  # parts of an id, words of a name; a longer run is looked at in pieces
# What stands behind a company's name and is left out where people speak of it; also a/s, a.s.
_FORMS = """
    a ab ag aps as asa bv co corp gmbh inc kft kg limited llc ltd nv oy oyj ou plc publ s sa sarl
    sas se sia spa srl uab
"""
_LEGAL_FORMS = frozenset(_FORMS.split())
# Said exactly so, a kind of source or group and nobody's name, even where a shop is called Expert.
_KINDS = """
    authority client clients customers data_subject drivers employees expert media newsletter
    outsider partner partners police press processor public vendor
"""
_PLAIN_KINDS = frozenset(_KINDS.split())


def folded(*labels: Any) -> frozenset[str]:
    """Everything in the labels that could name a party: alone, or within a longer one."""
    said = [
        _plain(label) for label in labels if isinstance(label, str) and label not in _PLAIN_KINDS
    ]
    parts = [pattern.findall(label) for label in said for pattern in (_ID_PART, _WORD)]
    return frozenset(run for found in parts for run in _runs(found))


def folded_name(name: str) -> str:
    """A registered name as `folded` finds it: in small letters, without its legal form."""
    words = _WORD.findall(_plain(name))
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return "-".join(words[:_LONGEST])


def others_among(owners: Owners, client: str, vendor: str) -> frozenset[str]:
    """The words that name neither of the two; a name that several share names each of them."""
    return frozenset(word for word, named in owners.items() if not named & {client, vendor})


def _plain(label: str) -> str:
    return unicodedata.normalize("NFKC", label).casefold()


def _runs(parts: list[str]) -> Iterator[str]:
    for start in range(len(parts)):
        for end in range(start + 1, min(start + _LONGEST, len(parts)) + 1):
            yield "-".join(parts[start:end])
