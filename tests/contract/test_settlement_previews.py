"""Settlement previews over HTTP: stateless, for anyone."""

import pytest

from services.tariffs.schemas.settlements import PREVIEW
from tests.tariffs_calls import application, running

LINE = {
    "lineId": "A",
    "agbCode": "06010203",
    "uzovi": "0101",
    "prestatie": "verblijf",
    "serviceDate": "2026-03-01",
    "quantity": 10,
    "unitPriceCents": 50_000,
    "contractBasis": "none",
}
OLD = {"maximumCents": 50_000, "housingCents": 4_000, "maxMaxCents": 55_000}
NEW = {"maximumCents": 51_200, "housingCents": 5_200, "maxMaxCents": 56_320}


@pytest.fixture(scope="module")
def service(service_url, issuer, tmp_path_factory):
    with running(application(service_url("tariffs"), issuer, tmp_path_factory.mktemp("storage")), issuer) as found:
        yield found


def preview(service, *lines, old=OLD, new=NEW, **changes):
    body = {"lines": [LINE | line for line in lines], "oldTariff": old, "newTariff": new} | changes
    return service.public.post("/settlement-previews", body)


def test_the_example_runs_as_it_stands(service):
    found = service.public.post("/settlement-previews", PREVIEW)
    assert found.status_code == 200
    assert found.json()["totals"] == {
        "lines": 2,
        "correctionLines": 4,
        "oldCents": 2_132_000,
        "newCents": 2_180_000,
        "differenceCents": 31 * 1_200 + 12 * 900,
    }


def test_a_credit_and_a_debit_line_point_to_the_line_they_correct(service):
    found = preview(service, {}).json()
    assert found["lines"] == [
        {
            "lineId": "A-C1",
            "kind": "credit",
            "corrects": "A",
            "quantity": -10,
            "unitPriceCents": 50_000,
            "amountCents": -500_000,
            "reason": "follows-maximum",
        },
        {
            "lineId": "A-D1",
            "kind": "debit",
            "corrects": "A",
            "quantity": 10,
            "unitPriceCents": 51_200,
            "amountCents": 512_000,
            "reason": "follows-maximum",
        },
    ]
    assert found["findings"] == []
    assert found["illustrative"] is True
    assert [step["value"] for step in found["steps"]] == ["500000", "512000", "12000"]


@pytest.mark.parametrize(
    ("line", "new_cents"),
    [
        ({"contractBasis": "none"}, 51_200),
        ({"contractBasis": "none", "unitPriceCents": 49_999}, 49_999),
        ({"contractBasis": "percentage", "contractValue": "0.95", "unitPriceCents": 47_500}, 48_640),
        ({"contractBasis": "percentage", "contractValue": 0.95, "unitPriceCents": 47_500}, 48_640),
        ({"contractBasis": "fixed", "contractValue": "", "unitPriceCents": 49_000}, 49_000),
        ({"contractBasis": "fixed", "contractValue": None, "unitPriceCents": 49_000}, 49_000),
        ({"contractBasis": "fixed-pass-through", "contractValue": 1, "unitPriceCents": 49_000}, 50_200),
        ({"contractBasis": "fixed-pass-through", "contractValue": "0.3333", "unitPriceCents": 49_000}, 49_400),
        ({"contractBasis": "max-max", "unitPriceCents": 54_000}, 54_000),
    ],
)
def test_every_contract_basis(service, line, new_cents):
    found = preview(service, line).json()
    assert found["totals"]["newCents"] == 10 * new_cents
    assert len(found["lines"]) == (0 if found["totals"]["differenceCents"] == 0 else 2)


def test_a_falling_tariff_takes_back_only_what_exceeds_it(service):
    lower = {"maximumCents": 48_500, "housingCents": 2_500, "maxMaxCents": 53_350}
    lines = [
        {"lineId": "A"},
        {"lineId": "B", "contractBasis": "fixed", "unitPriceCents": 49_000},
        {"lineId": "C", "contractBasis": "fixed", "unitPriceCents": 48_000},
        {"lineId": "D", "contractBasis": "max-max", "unitPriceCents": 54_000},
    ]
    found = preview(service, *lines, new=lower).json()
    prices = {line["corrects"]: line["unitPriceCents"] for line in found["lines"] if line["kind"] == "debit"}
    assert prices == {"A": 48_500, "B": 48_500, "D": 53_350}


def test_what_broke_the_old_maximum_is_never_corrected_in_silence(service):
    within_the_new_one = preview(service, {"contractBasis": "fixed", "unitPriceCents": 50_001}).json()
    assert within_the_new_one["lines"] == []
    above_both = preview(service, {"contractBasis": "fixed", "unitPriceCents": 59_000}).json()
    assert {line["unitPriceCents"] for line in above_both["lines"] if line["kind"] == "debit"} == {51_200}
    for found in (within_the_new_one, above_both):
        told = [(finding["lineId"], finding["code"]) for finding in found["findings"]]
        assert told == [("A", "price_above_old_maximum")]


def test_faults_name_the_line_and_field(service):
    answer = preview(
        service,
        {"agbCode": "123", "contractBasis": "percentage", "contractValue": "95"},
        {"quantity": 0, "prestatie": "kamer"},
        {"lineId": "111222333"},
    )
    assert answer.status_code == 400
    assert {fault["location"] for fault in answer.json()["errors"]} == {
        "/lines/0/agbCode",
        "/lines/0/contractValue",
        "/lines/1/quantity",
        "/lines/1/prestatie",
        "/lines/1/lineId",
        "/lines/2/lineId",
    }
    assert "111222333" not in answer.text


def test_faults_of_type_of_content_and_of_the_tariffs_are_told_together(service):
    answer = preview(
        service,
        {"serviceDate": "2026-02-30", "agbCode": "123", "bsn": "x"},
        {"quantity": "1", "uzovi": 5},
        {"contractBasis": "handshake"},
        {"prestatie": "kamer", "lineId": "A"},
        newTariff=None,
    )
    assert {(fault["location"], fault["code"]) for fault in answer.json()["errors"]} == {
        ("/", "tariffs"),
        ("/lines/0/agbCode", "agb_code"),
        ("/lines/0/bsn", "extra_forbidden"),
        ("/lines/0/serviceDate", "date_from_datetime_parsing"),
        ("/lines/1/lineId", "line_id_twice"),
        ("/lines/1/quantity", "int_type"),
        ("/lines/1/uzovi", "string_type"),
        ("/lines/2/contractBasis", "contract_basis"),
        ("/lines/2/lineId", "line_id_twice"),
        ("/lines/3/prestatie", "prestatie_unknown"),
        ("/lines/3/lineId", "line_id_twice"),
    }


def test_faults_of_lines_are_told_in_the_readers_language(service):
    body = {"lines": [LINE | {"uzovi": "12"}], "oldTariff": OLD, "newTariff": NEW}
    answer = service.public.post("/settlement-previews", body, headers={"Accept-Language": "nl"})
    assert [fault["message"] for fault in answer.json()["errors"]] == ["'12': vier cijfers"]


def test_what_is_no_line_is_refused(service):
    for lines in (None, 5, {}, ["a"], [None]):
        assert preview(service, lines=lines).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"oldTariff": None},
        {"from": {"knownAt": "2026-01-01T00:00:00Z"}, "to": {"knownAt": "2026-01-01T00:00:00Z"}},
        {"lines": []},
        {"lines": [LINE | {"quantity": 1.5}]},
        {"lines": [LINE | {"quantity": "1"}]},
        {"lines": [LINE | {"serviceDate": 46082}]},
        {"lines": [LINE | {"bsn": "123456782"}]},
        {"newTariff": {"maximumCents": -1, "housingCents": 0}},
        {"newTariff": {"maximumCents": 10, "housingCents": 0, "maxMaxCents": 9}},
        {"newTariff": {"maximumCents": 10.5, "housingCents": 0}},
        {"surprise": True},
    ],
)
def test_unclear_requests_are_refused(service, changes):
    answer = preview(service, {}, **changes)
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"]


def test_from_and_to_moments_and_decisions(service):
    parts = {"labour": "400", "material": "60", "inventory": "0", "equityReturn": "0", "housing": "40"}
    body = {
        "number": "TB/PREVIEW",
        "title": "Proef",
        "lines": [{"prestatie": "verblijf", "components": parts}],
        "inForceFrom": "2026-01-01",
        "inForceUntil": "2027-01-01",
        "reasons": "Een proef.",
    }
    first = service.by("analyst").post("/tariff-decisions", body).json()["decisionId"]
    for step in ("adoption", "publication"):
        published = service.by("decider").post(f"/tariff-decisions/{first}/{step}").json()
    higher = body | {
        "number": "TB/PREVIEW-2",
        "lines": [{"prestatie": "verblijf", "components": {"housing": "52"}}],
        "replaces": first,
        "replacedComponents": ["housing"],
    }
    draft = service.by("analyst").post("/tariff-decisions", higher).json()["decisionId"]
    pair = {"from": {"decisionId": first}, "to": {"decisionId": draft}}
    lines = [LINE, LINE | {"lineId": "B", "serviceDate": "2027-01-01"}]
    of_draft = service.by("analyst").post("/settlement-previews", {"lines": lines} | pair)
    assert of_draft.json()["totals"]["differenceCents"] == 12_000
    assert [finding["code"] for finding in of_draft.json()["findings"]] == ["no_tariff"]
    assert of_draft.json()["illustrative"] is True
    assert service.public.post("/settlement-previews", {"lines": lines} | pair).status_code == 404

    same = {"from": {"knownAt": published["publishedAt"]}, "to": {"knownAt": "2999-01-01T00:00:00Z"}}
    assert service.public.post("/settlement-previews", {"lines": [LINE]} | same).json()["lines"] == []
    early = {"from": {"knownAt": "2020-01-01T00:00:00Z"}, "to": {"decisionId": first}}
    found = service.public.post("/settlement-previews", {"lines": [LINE]} | early).json()
    assert [finding["code"] for finding in found["findings"]] == ["no_tariff"]

    assert service.by("decider").post(f"/tariff-decisions/{draft}/adoption").status_code == 200
    assert service.by("decider").post(f"/tariff-decisions/{draft}/withdrawal", {"reason": "x"}).status_code == 200
    assert service.by("analyst").post("/settlement-previews", {"lines": lines} | pair).status_code == 409
