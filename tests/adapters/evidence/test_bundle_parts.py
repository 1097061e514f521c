"""A bundle larger than an answer is fetched part by part, by whoever asked for it, for a while."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.evidence.bundle_parts import KEPT, PART, Bundles
from domain.errors import NotFound, TooMany

LARGE = os.urandom(PART + 5)


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def large(_: str, __: Mapping[str, Any]) -> bytes:
    return LARGE


def test_its_parts_together_are_the_bundle(tmp_path: Path) -> None:
    bundles = Bundles(tmp_path, large)
    first = bundles.answer("joker", {})
    second = bundles.answer("joker", {"bundle": first["bundle"], "part": 1})
    raw = b"".join(base64.b64decode(one["data"]) for one in (first, second))
    assert raw == LARGE
    assert (first["parts"], first["bytes"]) == (2, len(LARGE))
    assert first["sha256"] == hashlib.sha256(LARGE).hexdigest()
    bundles.close()


def test_it_leaves_no_file_with_a_name(tmp_path: Path) -> None:
    bundles = Bundles(tmp_path, large)
    bundles.answer("joker", {})
    assert list(tmp_path.iterdir()) == []
    bundles.close()


def test_a_new_one_takes_the_place_of_the_partys_last(tmp_path: Path) -> None:
    bundles = Bundles(tmp_path, large)
    first, other = bundles.answer("joker", {}), bundles.answer("kiwi", {})
    bundles.answer("joker", {})
    with pytest.raises(NotFound):
        bundles.answer("joker", {"bundle": first["bundle"], "part": 1})
    assert bundles.answer("kiwi", {"bundle": other["bundle"], "part": 1})["part"] == 1
    bundles.close()


def test_it_is_gone_when_nobody_has_asked_for_a_while(tmp_path: Path) -> None:
    time = Time()
    bundles = Bundles(tmp_path, large, time)
    asked = {"bundle": bundles.answer("joker", {})["bundle"], "part": 1}
    time.now = KEPT - 1
    bundles.answer("joker", asked)
    time.now = 2 * KEPT - 2
    bundles.answer("joker", asked)
    time.now = 4 * KEPT
    with pytest.raises(NotFound, match="not any more"):
        bundles.answer("joker", asked)
    bundles.close()


def test_one_bundle_at_a_time_is_made_for_a_party(tmp_path: Path) -> None:
    def again(by: str, _: Mapping[str, Any]) -> bytes:
        with pytest.raises(TooMany) as refused:
            bundles.answer(by, {})
        assert refused.value.retry_after
        return b"made"

    bundles = Bundles(tmp_path, again)
    assert base64.b64decode(bundles.answer("joker", {})["data"]) == b"made"
    assert base64.b64decode(bundles.answer("joker", {})["data"]) == b"made"
    bundles.close()
