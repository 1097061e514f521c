"""Files that people write: read as they are written, refused where they are not what they seem."""

from __future__ import annotations

import io
import json
import re
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.decoding import DEPTH, LIMIT
from adapters.reading import mapping, parse, read
from domain.errors import Invalid


def content(text: str) -> Any:
    return parse(text, "file.yaml").content


def refusal(text: str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        parse(text, "file.yaml")
    return refused.value


def refusal_of(path: Path | str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        read(str(path))
    return refused.value


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- scalars -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scalar",
    [
        "NO",
        "no",
        "yes",
        "on",
        "true",
        "12:30",
        "1_000",
        "0123",
        "0x1f",
        "1e3",
        ".inf",
        "2023-02-28",
        "2023-02-28T12:00:00+01:00",
        "=",
        "<<",
        "Null",
    ],
)
def test_a_scalar_is_the_text_that_is_written(scalar: str) -> None:
    assert content(f"value: {scalar}") == {"value": scalar}


@pytest.mark.parametrize("nothing", ["null", "~", ""])
def test_only_a_bare_null_is_nothing(nothing: str) -> None:
    assert content(f"value: {nothing}") == {"value": None}


@pytest.mark.parametrize("quoted", ['"null"', "'null'", '"~"', '""'])
def test_a_quoted_null_is_text(quoted: str) -> None:
    assert content(f"value: {quoted}") == {"value": quoted[1:-1]}


def test_a_folded_text_keeps_its_words() -> None:
    assert content("value: >-\n  Den 27.\n  februar\n") == {"value": "Den 27. februar"}


def test_a_country_stays_a_country_in_a_list_and_as_a_field() -> None:
    assert content("[NO, SE]") == ["NO", "SE"]
    assert content("NO: 1") == {"NO": "1"}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_holds_nothing(text: str) -> None:
    assert content(text) is None


printable = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8)


@given(st.recursive(printable, lambda inner: st.lists(inner, max_size=3), max_leaves=8))
def test_json_is_read_as_yaml_word_for_word(value: Any) -> None:
    assert content(json.dumps({"value": value}, ensure_ascii=False)) == {"value": value}


# --- lines -------------------------------------------------------------------------------------


def test_every_part_knows_its_line() -> None:
    document = parse("a:\n  - b: 1\n    c: [x,\n      y]\n", "file.yaml")
    lines = {("a",): 2, ("a", 0, "b"): 2, ("a", 0, "c"): 3, ("a", 0, "c", 1): 4}
    assert {where: document.line(where) for where in lines} == lines


def test_a_part_that_is_not_there_has_the_line_of_what_is_around_it() -> None:
    document = parse("a: 1\nsteps:\n  - at: now\n", "file.yaml")
    assert document.line(("steps", 0, "with", "clients")) == 3
    assert document.line(("nowhere",)) == 1


# --- what is refused ---------------------------------------------------------------------------


def test_a_field_given_twice_is_refused_with_its_line() -> None:
    error = refusal("incident: a\ntitle: b\nincident: c\n")
    assert error.field == "incident"
    assert "line 3: incident is given twice" in error.message


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x", "a: *x", "a: &x [1]", "a: &x {<<: *x}"])
def test_anchors_and_aliases_are_refused(text: str) -> None:
    assert "line 1: anchors and aliases are not read here" in refusal(text).message


def test_a_small_file_that_would_grow_without_end_is_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )
    assert "anchors" in refusal(bomb).message


@pytest.mark.parametrize("tagged", ["!!int 5", "!!python/object:os.system x", "!secret x", "! x"])
def test_a_tag_is_refused(tagged: str) -> None:
    assert "line 2: tags are not read here" in refusal(f"a: 1\nb: {tagged}").message


@pytest.mark.parametrize("text", ["? [a]\n: b", "{{a: b}: c}"])
def test_a_field_that_is_no_word_is_refused(text: str) -> None:
    assert "line 1: a list or mapping stands for a field" in refusal(text).message


def test_a_second_document_is_refused() -> None:
    assert "line 2: a second document begins" in refusal("a: 1\n---\nb: 2\n").message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b: c", 1),
        ("a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\nb: 'open\nc: 2\n", 4),
        ("é: 1\nb: \x07\n", 2),
        ("a: 1\n]\n", 2),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(text: str, line: int) -> None:
    error = refusal(text)
    assert re.search(rf"file.yaml is not YAML: .*line {line}\b", error.message)
    assert error.next_step


def test_a_quote_left_open_says_where_it_began() -> None:
    assert "since line 2" in refusal("a: 1\nb: 'open\nc: 2\n").message


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "[" * 100_000, "- " * 5_000 + "x"])
def test_deep_nesting_is_refused_not_fallen_into(text: str) -> None:
    assert "nested too deeply" in refusal(text).message


def test_nesting_to_the_limit_is_read() -> None:
    assert content("[" * DEPTH + "x" + "]" * DEPTH)
    assert "nested" in refusal("[" * (DEPTH + 1) + "x" + "]" * (DEPTH + 1)).message


# --- files -------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    error = refusal_of(tmp_path / "none.yaml")
    assert "none.yaml cannot be read: No such file" in error.message
    assert error.next_step == "check the path"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: Is a directory" in refusal_of(tmp_path).message


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    error = refusal_of(written(tmp_path, "latin.yaml", "a: 1\nb: blåbær\n".encode("latin-1")))
    assert "latin.yaml is not text, line 2" in error.message
    assert error.problem()["got"] == "the byte 0xe5"
    assert error.expected == "UTF-8"


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    for name in ("marked.yaml", "marked.json"):
        path = written(tmp_path, name, b'\xef\xbb\xbf{"a": "b"}')
        assert read(str(path)).content == {"a": "b"}


def test_a_file_of_50_mb_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    tracemalloc.start()
    error = refusal_of(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * LIMIT
    assert "huge.yaml is too large" in error.message
    assert error.got == f"more than {LIMIT} bytes"
    assert error.next_step == "split it"


def test_a_mapping_is_asked_for_and_anything_else_refused(tmp_path: Path) -> None:
    assert mapping(str(written(tmp_path, "a.yaml", "country: NO"))) == {"country": "NO"}
    for text in ("", "- a", "word"):
        with pytest.raises(Invalid, match=r"holds no mapping.*varsel template"):
            mapping(str(written(tmp_path, "b.yaml", text)))


# --- JSON --------------------------------------------------------------------------------------


def test_a_json_file_keeps_its_types(tmp_path: Path) -> None:
    path = written(tmp_path, "a.JSON", '{"count": 1200, "complete": false, "since": null}')
    assert read(str(path)).content == {"count": 1200, "complete": False, "since": None}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is not JSON: Expecting property name.*line 1"),
        ('{"a": 1, "b": 2, "a": 3}', "a is given twice"),
        ('{"count": NaN}', "NaN is no JSON number"),
        ("[" * 100_000, "nested too deeply"),
        ("a: 1", "is not JSON"),
    ],
)
def test_what_is_not_json_is_refused(tmp_path: Path, text: str, why: str) -> None:
    assert re.search(why, refusal_of(written(tmp_path, "a.json", text)).message)


# --- standard input ----------------------------------------------------------------------------


class _Input:
    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def test_a_hyphen_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Input(b"country: NO\n"))
    assert mapping("-") == {"country": "NO"}


def test_a_mistake_on_standard_input_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Input(b"a: b: c\n"))
    assert refusal_of("-").message.startswith("standard input is not YAML: ")


def test_too_much_on_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given = _Input(b"#" * (LIMIT + 100))
    monkeypatch.setattr(sys, "stdin", given)
    assert "too large" in refusal_of("-").message
    assert given.buffer.tell() == LIMIT + 1
