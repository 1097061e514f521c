"""The files of phrases: every word in them is known, and what is not is named with its place."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from domain.errors import Invalid
from domain.phrases.book import load, shipped
from domain.phrases.words import Pattern
from domain.words import CLAIM_TOPICS, DATA_KINDS

ENGLISH = (files("domain.phrases") / "en.toml").read_text(encoding="utf-8")


def refusal(folder: Path, *, old: str, new: str) -> str:
    assert old in ENGLISH
    (folder / "en.toml").write_text(ENGLISH.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        load(folder)
    return str(refused.value)


def test_every_topic_and_kind_of_the_shipped_phrases_is_a_known_word() -> None:
    for book in shipped().values():
        assert {phrase.about for phrase in book.phrases} <= set(CLAIM_TOPICS)
        assert {entry.kind for entry in book.kinds} <= set(DATA_KINDS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'about = "personal_data_safe"',
            'about = "data_safe"',
            r"phrase 1, about: en\.toml: refused.*did you mean personal_data_safe",
        ),
        (
            'kind = "first_name"',
            'kind = "forename"',
            r"kind 2, kind: en\.toml: .*unknown data kind",
        ),
        ('says = "no"', 'says = "maybe"', r"cue 1, says: en\.toml: "),
        ('words = ["password|passwords"]', "words = []", r"kind \d+, words"),
        ('words = ["password|passwords"]', "words = [7]", "words 1.*in quotes"),
        ('words = ["password|passwords"]', 'words = ["Password"]', "words 1.*'Password'"),
        ('about = "personal_data_safe"', "", "phrase 1, about.*got: nothing"),
        ('holds = "yes"', 'holds = "no"', "phrase 1.*only a phrase that holds"),
        ('language = "en"', 'language = "fi"', "language.*got: fi.*the name of its file"),
        ('language = "en"', "language", r"en\.toml: not TOML.*line"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name_and_entry(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    message = refusal(tmp_path, old=old, new=new)
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(message)


def test_all_that_is_wrong_is_counted(tmp_path: Path) -> None:
    assert "(and 1 more)" in refusal(
        tmp_path, old='name = "English"\nreviewed = false', new='reviewed = "perhaps"'
    )


def unreadable(folder: Path) -> None:
    (folder / "en.toml").mkdir()


def not_utf8(folder: Path) -> None:
    (folder / "en.toml").write_bytes(b"\xff")


@pytest.mark.parametrize("spoil", [unreadable, not_utf8])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(tmp_path)
    with pytest.raises(Invalid, match=r"en\.toml: cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "...", "... safe", "safe ...", "safe .. ...", "Safe", "safe!", "a||b"]
)
def test_a_pattern_is_small_words_with_gaps_between(text: str) -> None:
    with pytest.raises(ValueError, match=r"'|holds no words"):
        Pattern(text)
