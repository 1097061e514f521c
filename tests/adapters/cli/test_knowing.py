"""How what was known is told: in words, whatever kind of fact it is."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cli.knowing import _value

SYSTEM = {"name": "order archive", "affected": "yes"}


@pytest.mark.parametrize(
    ("what", "says", "told"),
    [
        ("nature", ["confidentiality"], ["confidentiality"]),
        ("systems", [SYSTEM], ["name: order archive, affected: yes"]),
        ("discovered_by", "outsider", ["outsider"]),
        ("happened", {"before": "2023-02-27"}, ["before 2023-02-27"]),
        ("count", "unknown", ["unknown"]),
    ],
)
def test_a_fact_is_told_in_words(what: str, says: Any, told: list[str]) -> None:
    assert list(_value(what, says, "Europe/Oslo")) == told
