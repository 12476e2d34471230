"""The stateless calculators over HTTP: open to anyone, exact, and every fault at once."""

from fractions import Fraction

import pytest

from tests.unit.costprice.conftest import Service

MANUAL = {
    "costCentres": [
        {"id": "Laundry", "amount": 7000, "kind": "support"},
        {"id": "Housekeeping", "amount": "5000", "kind": "support"},
        {"id": "Administration", "amount": 20000.00, "kind": "support"},
        {"id": "Surgery", "amount": "40000", "kind": "final"},
        {"id": "Pharmacy", "amount": "100000", "kind": "final"},
    ],
    "order": ["Laundry", "Housekeeping", "Administration"],
    "keys": {
        "Laundry": {"Laundry": 5, "Housekeeping": 5, "Administration": 20, "Surgery": 40, "Pharmacy": 20},
        "Housekeeping": {"Laundry": 50, "Housekeeping": 50, "Administration": 100, "Surgery": 100, "Pharmacy": 100},
        "Administration": {"Laundry": 2, "Housekeeping": 2, "Administration": 2, "Surgery": 4, "Pharmacy": 2},
    },
}


EMPTY = {"document": None, "article": None, "url": None}


def allocate(service: Service, **body):
    with service.by() as anyone:
        return anyone.post("/allocations", json=body)


@pytest.mark.parametrize(
    ("method", "surgery"), [("direct", "60500"), ("step-down", "9292000/153"), ("reciprocal", "1748000/29")]
)
def test_allocated_amounts_add_up_exactly_in_decimals(service: Service, method, surgery):
    answer = allocate(service, method=method, **MANUAL)

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert abs(Fraction(body["final"]["Surgery"]) - Fraction(surgery)) < Fraction(1, 10**12)
    assert sum(map(Fraction, body["final"].values())) == Fraction(body["total"]) == 172_000
    for giver, row in body["matrix"].items():
        assert sum(map(Fraction, row.values())) == Fraction(body["pools"][giver])
    assert {"method", "own.Laundry", "pool.Laundry", "final.Surgery"} <= {step["id"] for step in body["steps"]}
    assert body["receipt"]["inputHash"]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"keys": {}}, ["zero-keys", "zero-keys", "zero-keys"]),
        ({"order": ["Laundry"]}, ["missing-in-order"]),
        ({"order": ["Laundry", "Laundry", "X"]}, ["duplicate-in-order", "unknown-centre", "missing-in-order"]),
        ({"keys": {"Laundry": {"Surgery": -1, "X": 1}}}, ["negative-key", "unknown-centre", "zero-keys", "zero-keys"]),
        (
            {"costCentres": [{"id": "a", "amount": "1", "kind": "support"}], "order": ["a"], "keys": {}},
            ["no-final-centre", "zero-keys"],
        ),
        ({"method": "iterative"}, ["enum"]),
        ({"costCentres": [{"id": "a", "amount": "1,5", "kind": "final"}]}, ["number_not_plain"]),
        ({"costCentres": [{"id": "a", "amount": None, "kind": "final"}]}, ["number_type"]),
    ],
)
def test_what_cannot_be_allocated_names_every_fault(service: Service, change, codes):
    answer = allocate(service, **({"method": "step-down"} | MANUAL | change))

    assert answer.status_code == 400, answer.text
    assert [error["code"] for error in answer.json()["errors"]] == codes


def test_a_circle_without_exit_is_a_named_error(service: Service):
    keys = {"Laundry": {"Housekeeping": 1}, "Housekeeping": {"Laundry": 1}, "Administration": {"Surgery": 1}}

    answer = allocate(service, **(MANUAL | {"method": "reciprocal", "keys": keys}))

    assert [error["code"] for error in answer.json()["errors"]] == ["singular-system"]
    assert "Laundry, Housekeeping" in answer.json()["errors"][0]["message"]


def test_too_much_for_one_request_is_refused(service: Service):
    centres = [{"id": f"s{n}", "amount": "1", "kind": "support"} for n in range(61)]
    many = {"method": "reciprocal", "costCentres": [*centres, {"id": "f", "amount": "0", "kind": "final"}]}
    row = {f"c{n}": 1 for n in range(999)}

    assert allocate(service, **many).json()["errors"][0]["code"] == "too-many-support-centres"
    wide = MANUAL | {"method": "direct", "keys": {f"k{n}": row for n in range(21)}}
    told = allocate(service, **wide).json()
    assert told["errors"][0]["code"] == "too-many-quantities"
    assert told["errors"][1]["code"] == "unknown-centre"
    assert "20979 quantities" in told["errors"][0]["message"]


def test_faults_of_centres_order_and_keys_are_told_together_in_dutch(service: Service):
    centres = [*MANUAL["costCentres"], {"id": "Laundry", "amount": "1", "kind": "support"}]
    change = {"costCentres": centres, "order": ["Laundry", "X"], "keys": {"Laundry": {"Surgery": 1, "Y": 2}}}
    with service.by() as anyone:
        body = {"method": "step-down"} | MANUAL | change
        answer = anyone.post("/allocations", json=body, headers={"Accept-Language": "nl"})

    assert [(error["location"], error["code"]) for error in answer.json()["errors"]] == [
        ("/costCentres/5/id", "duplicate-centre"),
        ("/order/1", "unknown-centre"),
        ("/order", "missing-in-order"),
        ("/keys/Laundry/Y", "unknown-centre"),
        ("/keys/Housekeeping", "zero-keys"),
        ("/keys/Administration", "zero-keys"),
    ]
    assert "geef elke kostenplaats een eigen naam" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("method", ["direct", "step-down", "reciprocal"])
def test_every_step_of_an_allocation_carries_a_source(service: Service, method):
    steps = allocate(service, method=method, **MANUAL).json()["steps"]

    sent = {step["id"]: step["source"] for step in steps if not step["formula"]}
    assert sent["method"] == {"form": "request", "sheet": "method", "cell": "/method"} | EMPTY
    assert sent["own.Surgery"] == {"form": "request", "sheet": "costCentres", "cell": "/costCentres/3/amount"} | EMPTY
    assert len(sent) == 6
    assert {step["source"]["article"] for step in steps if step["formula"]} == {f"Decision: {method}"}


@pytest.mark.parametrize(
    ("prestatie", "start", "end", "units"),
    [
        ("verblijf", "2026-03-01T19:59:00+01:00", "2026-03-02T10:00:00+01:00", 1),
        ("verblijf", "2026-03-01T20:00:00+01:00", "2026-03-02T10:00:00+01:00", 0),
        ("verblijf", "2026-03-01T18:59:59Z", "2026-03-02T10:00:00Z", 1),
        ("dagopvang", "2026-03-29T00:30:00+01:00", "2026-03-29T06:30:00+02:00", 0),
        ("dagopvang", "2026-03-02T09:00+01:00", "2026-03-02T15:00+01:00", 1),
    ],
)
def test_presences_are_counted_in_local_time(service: Service, prestatie, start, end, units):
    with service.by() as anyone:
        answer = anyone.post(
            "/production-counts", json={"prestatie": prestatie, "presences": [{"from": start, "until": end}]}
        )

    assert answer.status_code == 200, answer.text
    assert answer.json()["units"] == units == sum(line["counted"] for line in answer.json()["lines"])
    assert all(line["reason"]["nl"] and line["reason"]["en"] for line in answer.json()["lines"])
    *sent, units_step = answer.json()["steps"]
    assert [step["source"]["cell"] for step in sent] == ["/prestatie", "/presences"]
    assert units_step["source"]["document"].endswith("BR/REG-18100 (2018)")
    assert units_step["inputs"] == [step["id"] for step in sent]


@pytest.mark.parametrize(
    ("presence", "place"),
    [
        ({"from": "2026-03-01T10:00:00+01:00", "until": "2026-03-01T10:00:00+01:00"}, "/presences/0/until"),
        ({"from": "2026-03-01T10:00:00", "until": "2026-03-01T12:00:00+01:00"}, "/presences/0/from"),
        ({"from": 1772355600, "until": "2026-03-01T12:00:00+01:00"}, "/presences/0/from"),
        ({"until": "2026-03-01T12:00:00+01:00"}, "/presences/0/from"),
        ({"from": "1999-01-01T00:00:00Z", "until": "2026-03-01T12:00:00Z"}, "/presences/0/until"),
    ],
)
def test_presences_that_cannot_be_are_refused(service: Service, presence, place):
    with service.by() as anyone:
        answer = anyone.post("/production-counts", json={"prestatie": "verblijf", "presences": [presence]})

    assert answer.status_code == 400, answer.text
    assert [error["location"] for error in answer.json()["errors"]] == [place]
