"""What tariffs takes by value from costprice: a cost base whose hash both reckon alike."""

import json
from typing import Any

import pytest

from services.costprice.operations.cost_base_document import document_hash
from services.tariffs.operations.cost_bases import agrees_with_its_hash
from shared.plumbing.exact_json import read


def cost_base() -> dict[str, Any]:
    base: dict[str, Any] = {
        "costBaseId": "7e2f",
        "frozenAt": "2026-11-01T10:00:00Z",
        "studyId": "1c4d",
        "replicates": 10000,
        "share": 0.75,
        "prestaties": {"verblijf": {"unit": "day of stay", "components": {"labour": {"unitCost": "1063.4200"}}}},
        "receipt": {"codeVersion": "0.1.0", "inputHash": "ab", "knownAt": "2026-11-01T10:00:00Z", "seed": 20261},
    }
    return base | {"hash": document_hash(base)}


def sent(document: dict[str, Any]) -> Any:
    """As it arrives: numbers with a point read exactly."""
    return read(json.dumps(document).encode())


def test_a_frozen_cost_base_is_recognised() -> None:
    assert agrees_with_its_hash(sent(cost_base()))


@pytest.mark.parametrize("change", [{"costBaseId": "other"}, {"frozenAt": "2027-01-01T00:00:00Z"}])
def test_its_id_and_moment_are_no_part_of_the_hash(change: dict[str, Any]) -> None:
    assert agrees_with_its_hash(sent(cost_base() | change))


@pytest.mark.parametrize("change", [{"replicates": 9999}, {"share": 0.76}, {"hash": "ab"}, {"more": None}])
def test_another_content_is_noticed(change: dict[str, Any]) -> None:
    assert not agrees_with_its_hash(sent(cost_base() | change))
