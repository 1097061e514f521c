"""JSON in the one way that Varsel signs, hashes and stores it: no two writings of the same value.

Keys sorted, no spaces, letters as themselves, UTF-8.
"""

from __future__ import annotations

import json
from typing import Any, Final

_encode: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False
).encode  # `json.dumps` would make an encoder for each value


def canonical(value: Any) -> bytes:
    """A value's one writing; `ValueError` for a text that is no Unicode."""
    return _encode(value).encode()
