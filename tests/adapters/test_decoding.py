"""JSON from outside: read in the one way there is, or refused with the reason."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.decoding import BRACKETS, DEPTH, DIGITS, LIMIT, decode, loads
from adapters.nats.trust import MAX_PAYLOAD
from domain.errors import Invalid


def refusal(data: bytes) -> Invalid:
    with pytest.raises(Invalid) as refused:
        decode(data)
    return refused.value


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"not json", "is not JSON", id="words"),
        pytest.param(b'{"a": 1', "is not JSON", id="cut short"),
        pytest.param(b'{"a": 1} {}', "is not JSON", id="two of them"),
        pytest.param(b"{'a': 1}", "is not JSON", id="python"),
        pytest.param(b'{"a": "\x01"}', "is not JSON", id="a control character"),
        pytest.param(b"\xff\xfe{\x00}\x00", "byte 0 is not UTF-8", id="UTF-16"),
        pytest.param(b'{"a": "\xe9"}', "byte 7 is not UTF-8", id="Latin-1"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', "is not JSON", id="a byte order mark"),
        pytest.param(b'{"a": "\\ud83c"}', "half a letter", id="half a letter"),
        pytest.param(b'{"\\uDC00": 1}', "half a letter", id="half a letter's end"),
        pytest.param(b'{"a": NaN}', "NaN is no JSON number", id="NaN"),
        pytest.param(b'{"a": -Infinity}', "-Infinity is no JSON number", id="Infinity"),
        pytest.param(b'{"a": 1e999}', "beyond all measure", id="1e999"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "an endless number", id="5000 digits"),
        pytest.param(b'{"a": 0.' + b"1" * DIGITS + b"}", "an endless number", id="endless"),
        pytest.param(b'{"a": 1, "b": 2, "a": 1}', "a is given twice", id="a field twice"),
        pytest.param(b'{"with": {"a": 1, "\\u0061": 2}}', "a is given twice", id="in disguise"),
        pytest.param(b"[" * 100_000, "nested too deeply", id="open brackets"),
        pytest.param(b'{"a":' * 100_000, "nested too deeply", id="open braces"),
        pytest.param(b"[]", "not a JSON object", id="a list"),
        pytest.param(b"null", "not a JSON object", id="nothing"),
        pytest.param(b" ", "is not JSON", id="a space"),
        pytest.param(b" " * (LIMIT + 1), "too large", id="a byte too many"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_refused_with_the_reason(data: bytes, why: str) -> None:
    error = refusal(data)
    assert why in error.message
    assert error.expected
    assert error.next_step


def test_an_empty_body_is_an_empty_object() -> None:
    assert decode(b"") == {}


def test_a_body_that_just_fits_is_read() -> None:
    assert LIMIT == MAX_PAYLOAD
    rest = b'{"a": "' + b"x" * (LIMIT - 9) + b'"}'
    assert len(decode(rest)["a"]) == LIMIT - 9


def test_nesting_to_the_limit_is_read_and_no_further() -> None:
    most = DEPTH - 1
    assert decode(b'{"a": ' + b"[" * most + b"]" * most + b"}")
    assert "nested" in refusal(b'{"a": ' + b"[" * DEPTH + b"]" * DEPTH + b"}").message


def test_brackets_in_a_text_nest_nothing() -> None:
    text = "[" * 100 + '\\" {' + "{" * BRACKETS
    assert decode(json.dumps({"a": text}).encode())["a"] == text


def test_letters_outside_the_first_plane_are_read_however_they_are_written() -> None:
    assert decode(b'{"a": "\\ud83d\\ude00"}') == decode('{"a": "😀"}'.encode()) == {"a": "😀"}


@pytest.mark.parametrize(
    "part",
    [
        b"[],",
        b"{},",
        b'"",',
        b"1,",
        b"1.5,",
        b'{"a":1},',
        b"[[[[[[]]]]]],",
        b'"\\"',
        b"\\",
        b"[",
        b"9",
        b'"',
    ],
    ids=bytes.decode,
)
def test_four_megabytes_of_anything_are_judged_within_a_second_or_two(part: bytes) -> None:
    data = b'{"a": [' + part * ((LIMIT - 20) // len(part)) + b"0]}"
    since = time.thread_time()
    with contextlib.suppress(Invalid):
        decode(data)
    assert time.thread_time() - since < 2


def test_a_mass_command_in_full_is_not_too_much() -> None:
    row = {
        "client": "c" * 8,
        "sure": "confirmed",
        "count": {"between": [1, 2]},
        "since": {"before": "2024"},
    }
    data = json.dumps({"with": {"clients": [row] * 30_000}}, separators=(",", ":")).encode()
    assert len(decode(data)["with"]["clients"]) == 30_000
    assert data.count(b"[") + data.count(b"{") < BRACKETS


nested = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(body=st.dictionaries(st.text(), nested, max_size=4), plain=st.booleans())
def test_every_object_that_json_writes_is_read_as_it_was(
    body: dict[str, Any], *, plain: bool
) -> None:
    try:
        data = json.dumps(body, ensure_ascii=plain, allow_nan=False).encode()
    except ValueError:  # infinity
        return
    assert decode(data) == body


@given(st.binary(max_size=60) | st.text('[]{}":,0123456789eE+-.\\untrfalse ').map(str.encode))
def test_whatever_the_bytes_are_they_are_read_or_refused(data: bytes) -> None:
    try:
        decode(data)
    except Invalid as error:
        said = str(error)
    else:
        said = ""
    assert said == "" or said.isprintable()


def test_a_file_s_refusal_names_the_file() -> None:
    with pytest.raises(Invalid, match=r"leak\.json: a is given twice"):
        loads('{"a": 1, "a": 2}', "leak.json")
