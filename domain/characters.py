"""Which characters a text may hold: nothing that shows something else than what is there.

Sources: Unicode UTR #36 (security considerations) and UTS #39 (confusable text); UAX #44,
`Default_Ignorable_Code_Point`; UAX #31 section 2.3, where joiners mean something; CVE-2021-42574,
how direction overrides hide what a line says. Ids are ASCII, so words that merely look alike are
told apart by their party's id.
"""

from __future__ import annotations

import re
import unicodedata

# Nobody writes these on purpose: C0 and C1 controls but for tab and line breaks, embeddings,
# overrides and isolates of direction, deprecated format and annotation characters, byte order
# marks, tags (whole sentences can be hidden in them), half a surrogate pair, no characters at all.
_MISLEADING = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e0fff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)

# Invisible, or drawn as each font likes (private use). Free text may hold them: marks of direction
# in Arabic and Hebrew, soft hyphens and bullets of word processors, variants of Japanese names.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065"
    r"\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
)

# Between letters from Arabic to Myanmar, and in Khmer, a joiner is spelling; elsewhere it hides.
_SPELLING = re.compile(
    r"(?<=[\u0600-\u109f\u1780-\u17ff])[\u200c\u200d](?=[\u0600-\u109f\u1780-\u17ff])"
)


def misleads(text: str) -> bool:
    """Whether a text holds what no text may hold."""
    return _MISLEADING.search(text) is not None


def hides(line: str) -> bool:
    """Whether a line by which something is called holds what nobody can see."""
    return _INVISIBLE.search(_SPELLING.sub("", line)) is not None


def one_spelling(line: str) -> str:
    """A line in Unicode's composed form (NFC, UAX #15), with single plain spaces between words."""
    return unicodedata.normalize("NFC", " ".join(line.split()))
