"""shared.kernel.receipts: the same content has the same hash, whatever the order in which it is written."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.receipts import Receipt, canonical_hash, content_hash

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def reversed_keys(document: Any) -> Any:
    """The same document with every object's keys in the opposite order."""
    if isinstance(document, dict):
        return {key: reversed_keys(document[key]) for key in reversed(document)}
    if isinstance(document, list):
        return [reversed_keys(item) for item in document]
    return document


def test_bytes_are_hashed_with_sha256() -> None:
    assert content_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    assert (
        canonical_hash({"b": 1, "a": ["€", None, True]})
        == hashlib.sha256(b'{"a":["\xe2\x82\xac",null,true],"b":1}').hexdigest()
    )


@given(DOCUMENTS)
def test_key_order_does_not_matter(document: Any) -> None:
    assert canonical_hash(reversed_keys(document)) == canonical_hash(document)


@given(DOCUMENTS)
def test_spacing_and_escapes_do_not_matter(document: Any) -> None:
    assert canonical_hash(json.loads(json.dumps(document, indent=3))) == canonical_hash(document)


@given(DOCUMENTS, DOCUMENTS)
def test_different_content_has_a_different_hash(one: Any, other: Any) -> None:
    # json.dumps tells True from 1, which Python's == does not.
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical_hash(one) == canonical_hash(other)) is same


def test_the_order_of_a_list_does_matter() -> None:
    assert canonical_hash([1, 2]) != canonical_hash([2, 1])


@pytest.mark.parametrize("document", [float("nan"), {1: "key is no text"}, object(), 2**53, "\ud800"])
def test_what_json_cannot_hold_exactly_is_refused(document: Any) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_hash(document)


def test_a_receipt_cannot_be_changed() -> None:
    receipt = Receipt("1.0", {"index_percentages": "ab"}, "cd", datetime(2028, 1, 1, tzinfo=UTC))
    assert receipt.seed is None
    with pytest.raises(AttributeError):
        receipt.input_hash = "ef"  # type: ignore[misc]
