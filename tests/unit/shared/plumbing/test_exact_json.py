"""shared.plumbing.exact_json: what is written is what is read, and what cannot be used is named with its place."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.sources import Text
from shared.plumbing.exact_json import MAX_DEPTH, MAX_DIGITS, NotExactJson, read, read_body
from shared.plumbing.problems import BadRequest, Fault
from shared.plumbing.wording import MAX_FAULTS

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**38), 10**38) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def faults(content: bytes | str) -> list[tuple[str, str]]:
    """Place and code of everything that is wrong with the text."""
    with pytest.raises(NotExactJson) as caught:
        read(content.encode() if isinstance(content, str) else content)
    return [(fault.location, fault.code) for fault in caught.value.faults]


@given(DOCUMENTS)
def test_a_document_is_read_as_it_was_written(document: Any) -> None:
    assert read(json.dumps(document).encode()) == document


@pytest.mark.parametrize("text", ["31.918742", "-0.10", "0.1", "123456789012345678.12345678901234567890"])
def test_a_number_with_a_point_is_read_exactly(text: str) -> None:
    value = read(text.encode())
    assert isinstance(value, Decimal)
    assert str(value) == text


def test_a_whole_number_is_an_int_of_any_usable_length() -> None:
    assert read(b"9" * MAX_DIGITS) == int("9" * MAX_DIGITS)
    assert faults("9" * (MAX_DIGITS + 1)) == [("/", "number_too_long")]


@pytest.mark.parametrize("text", ["1e5", "1E5", "1.5e-3", "0." + "1" * 21, "1" * 19 + ".0"])
def test_a_number_that_is_not_plain_is_refused(text: str) -> None:
    assert faults(text) == [("/", "number_not_plain")]


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert faults(f'{{"amount": {text}}}') == [("/amount", "number_not_finite")]


@pytest.mark.parametrize(
    "text", ["", " ", "{", "[1,]", "{'a': 1}", '{"a" 1}', "01", "1.", ".5", "nul", '"a', '"\x01"', "[1] 2", "﻿1"]
)
def test_what_is_not_json_is_refused(text: str) -> None:
    assert faults(text) == [("/", "json_invalid")]


def test_the_place_of_a_mistake_is_told() -> None:
    with pytest.raises(NotExactJson, match=r"line 2, column 8"):
        read(b'{\n  "a": oops}')


def test_text_that_is_not_utf8_is_refused() -> None:
    assert faults(b'"\xff"') == [("/", "json_not_utf8")]
    assert faults('"é"'.encode("latin-1")) == [("/", "json_not_utf8")]
    assert faults(b'"\xed\xa0\x80"') == [("/", "json_not_utf8")]


@pytest.mark.parametrize("escape", [r"\u0000", r"\ud800", r"\udfff", r"\ude00\ud83d"])
def test_what_cannot_be_stored_is_refused_in_texts_and_names(escape: str) -> None:
    assert faults(f'{{"a": ["x", "x{escape}y"]}}') == [("/a/1", "text_not_storable")]
    assert faults(f'"{escape}"') == [("/", "text_not_storable")]
    place, code = faults(f'{{"n{escape}": 1}}')[0]
    assert code == "field_not_storable"
    assert place.encode().startswith(b"/n\xef\xbf\xbd")  # can be written in an answer


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert read(rb'"\ud83d\ude00"') == "\N{GRINNING FACE}"


def test_every_fault_is_named_at_once_with_its_place() -> None:
    content = rb'{"a": 1e5, "b": [1, NaN, {"c": "\u0000", "c": 2}], "d/e~f": 1e1, "good": "1e5"}'
    assert sorted(faults(content)) == [
        ("/a", "number_not_plain"),
        ("/b/1", "number_not_finite"),
        ("/b/2/c", "field_twice"),
        ("/d~1e~0f", "number_not_plain"),
    ]


def test_depth_ends_before_it_hurts() -> None:
    assert read(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert faults(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))[0][1] == "json_too_deep"
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        assert faults(opening * 100_000 + b"1" + closing * 100_000)[0][1] == "json_too_deep"
        assert faults(opening * 900 + b"1" + closing * 900)[0][1] == "json_too_deep"


def test_a_small_body_cannot_ask_for_a_huge_answer() -> None:
    assert len(faults("[" + ",".join(["1e1"] * (MAX_FAULTS * 3)) + "]")) == MAX_FAULTS


def test_many_fields_cost_no_more_than_their_number() -> None:
    names = ",".join(f'"n{i}":1' for i in range(100_000))
    start = time.perf_counter()
    assert faults(f'{{{names},"n99999":2}}') == [("/n99999", "field_twice")]
    assert time.perf_counter() - start < 5


def test_a_body_is_refused_as_a_problem() -> None:
    assert read_body(b'{"a": 0.5}') == {"a": Decimal("0.5")}
    with pytest.raises(BadRequest) as caught:
        read_body(b'{"a": Infinity}')
    assert caught.value.errors == (
        Fault(
            "/a",
            "number_not_finite",
            Text(
                "Infinity is geen bruikbaar getal; geef een getal of laat het veld weg",
                "Infinity is not a number that can be used; give a number or leave the field out",
            ),
        ),
    )
