"""The main job as users live it: a provider's form becomes a settled retroactive tariff."""

import csv
import io
from collections import defaultdict

import httpx
import pytest

from tests.e2e.conftest import Done


def totals_of(rows, names=("lines", "oldCents", "newCents", "differenceCents")):
    return tuple(sum(row[name] for row in rows) for name in names)


def test_it_prints_what_it_did_as_tables(done: Done):
    for heading in (
        "Sector cost price of verblijf",
        "Sector cost price of dagopvang",
        "Maximum tariffs",
        "Settlement per insurer",
        "illustrative",
    ):
        assert heading in done.printed


def test_the_cost_base_rests_on_everyone_who_delivered(done: Done):
    verblijf, dagopvang = (done.outcome.base["prestaties"][name] for name in ("verblijf", "dagopvang"))
    assert verblijf["contributors"] == 8
    assert dagopvang["contributors"] == 18
    for found in (verblijf, dagopvang):
        low, high = map(float, found["interval"])
        assert low < float(found["unitCost"]) < high


def test_only_the_housing_component_was_replaced(done: Done):
    before, after = done.outcome.before, done.outcome.after
    changed = {name for name in before["components"] if before["components"][name] != after["components"][name]}
    assert changed == {"housing"}
    assert after["housingCents"] > before["housingCents"]
    # One rounding at the end: the ceilings differ by the housing components, give or take one cent of rounding.
    ceilings = after["maximumTariffCents"] - before["maximumTariffCents"]
    assert abs(ceilings - (after["housingCents"] - before["housingCents"])) <= 1


def test_both_answers_about_the_same_day_stay_answerable(done: Done):
    before, after = done.outcome.before, done.outcome.after
    assert before["maximumTariffCents"] != after["maximumTariffCents"]
    assert before["decision"]["number"] == "TB/SYN-26620-01"
    assert after["decision"]["number"] == "TB/SYN-26620-02"


def test_anyone_may_read_the_tariff_without_a_token(done: Done):
    answer = httpx.get(
        f"{done.running.gateway}/tariffs/v1/maximum-tariffs", params={"prestatie": "verblijf", "on": "2026-03-01"}
    )
    assert answer.status_code == 200
    assert answer.json()["maximumTariffCents"] == done.outcome.after["maximumTariffCents"]
    assert answer.json()["illustrative"] is True


def test_the_tariff_of_day_care_did_not_move(done: Done):
    history = httpx.get(
        f"{done.running.gateway}/tariffs/v1/maximum-tariffs/history", params={"prestatie": "dagopvang"}
    ).json()
    year_2026 = [row for row in history["items"] if row["inForceFrom"] == "2026-01-01"]
    assert len(year_2026) == 1


def test_lines_sum_exactly_to_the_totals_of_the_settlement(done: Done):
    settlement = done.outcome.settlement
    rows = settlement["totals"]
    address = f"/tariffs/v1/settlements/{settlement['settlementId']}/lines"
    answer = done.by("analyst").call("GET", address, 200, headers={"Accept": "text/csv"})
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert sum(int(line["amountCents"]) for line in lines) == totals_of(rows)[3]
    assert {line["kind"] for line in lines} == {"credit", "debit"}
    by_corrected = defaultdict(int)
    for line in lines:
        assert int(line["amountCents"]) == int(line["quantity"]) * int(line["unitPriceCents"])
        by_corrected[line["corrects"]] += 1
    assert set(by_corrected.values()) == {2}
    for row in rows:
        assert row["newCents"] - row["oldCents"] == row["differenceCents"]
    assert totals_of(rows)[3] > 0


def test_settling_again_pays_nothing(done: Done):
    again = done.by("analyst").job("/tariffs/v1/settlements", {"all": True})
    assert totals_of(again["totals"])[3] == 0


def test_a_provider_sees_its_own_settlement_only(done: Done):
    mine, other = done.sector.agb_codes[:2]
    settlement = done.outcome.settlement["settlementId"]
    rows = done.by(f"provider-{mine}").get(f"/tariffs/v1/settlements/{settlement}")["totals"]
    assert {row["agbCode"] for row in rows} == {mine}
    text = (
        done.by(f"provider-{mine}")
        .call("GET", f"/tariffs/v1/settlements/{settlement}/lines", 200, headers={"Accept": "text/csv"})
        .text
    )
    assert mine in text
    assert other not in text


def test_an_insurer_sees_what_names_it_and_adds_up_with_the_others(done: Done):
    settlement = done.outcome.settlement
    differences = []
    for uzovi in done.sector.uzovi_codes:
        rows = done.by(f"insurer-{uzovi}").get(f"/tariffs/v1/settlements/{settlement['settlementId']}")["totals"]
        assert {row["uzovi"] for row in rows} == {uzovi}
        differences.append(totals_of(rows)[3])
    assert sum(differences) == totals_of(settlement["totals"])[3]


def test_a_provider_cannot_read_anothers_submission(done: Done):
    analyst = done.by("analyst")
    study = analyst.get("/costprice/v1/studies")["items"][0]["studyId"]
    mine, other = done.sector.agb_codes[:2]
    listed = analyst.get(f"/costprice/v1/studies/{study}/submissions")["items"]
    theirs = next(row["submissionId"] for row in listed if row["agbCode"] == other)
    own = next(row["submissionId"] for row in listed if row["agbCode"] == mine)
    provider = done.by(f"provider-{mine}")
    provider.call("GET", f"/costprice/v1/submissions/{own}", 200)
    for address in ("", "/findings", "/cost-prices"):
        provider.call("GET", f"/costprice/v1/submissions/{theirs}{address}", 404)


def test_the_drafter_cannot_adopt(done: Done):
    analyst = done.by("analyst")
    draft = {
        "number": "TB/TEST-4-OGEN",
        "title": "Vier ogen",
        "lines": [
            {
                "prestatie": "verblijf",
                "components": {
                    "labour": "1",
                    "material": "1",
                    "inventory": "1",
                    "equityReturn": "1",
                    "housing": "1",
                },
            }
        ],
        "inForceFrom": "2031-01-01",
        "reasons": "test",
    }
    made = analyst.post("/tariffs/v1/tariff-decisions", draft)
    analyst.call("POST", f"/tariffs/v1/tariff-decisions/{made['decisionId']}/adoption", 403, json={})


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (
            "/tariffs/v1/indexations",
            {
                "components": {"labour": "11.385385", "material": "2.691091", "housing": "1.033524"},
                "from": {"year": 2022, "status": "definitive"},
                "to": {"year": 2025, "status": "provisional"},
            },
            {"totalCents": 1751},
        ),
        (
            "/costprice/v1/production-counts",
            {
                "prestatie": "verblijf",
                "presences": [{"from": "2026-03-01T19:59:00+01:00", "until": "2026-03-02T10:00:00+01:00"}],
            },
            {"units": 1},
        ),
        (
            "/costprice/v1/allocations",
            {
                "method": "step-down",
                "costCentres": [
                    {"id": "Laundry", "amount": "15000", "kind": "support"},
                    {"id": "Housekeeping", "amount": "30000", "kind": "support"},
                    {"id": "Radiology", "amount": "135000", "kind": "final"},
                    {"id": "Nursing", "amount": "170000", "kind": "final"},
                ],
                "order": ["Laundry", "Housekeeping"],
                "keys": {
                    "Laundry": {"Housekeeping": 5, "Radiology": 5, "Nursing": 90},
                    "Housekeeping": {"Laundry": 150, "Radiology": 900, "Nursing": 1950},
                },
            },
            {},
        ),
    ],
)
def test_the_stateless_calculators_answer_anyone(done: Done, path, body, expected):
    answer = httpx.post(f"{done.running.gateway}{path}", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert {name: found[name] for name in expected} == expected
    if "allocations" in path:
        assert round(float(found["final"]["Radiology"]), 6) == 145460.526316


def test_the_lower_capital_cost_rate_lowers_the_component_by_seven_to_eight_percent(done: Done):
    def per_day(rate):
        answer = httpx.post(f"{done.running.gateway}/tariffs/v1/housing-components", json={"capitalCostRate": rate})
        assert answer.status_code == 200, answer.text
        return float(answer.json()["perDay"])

    assert -0.08 <= per_day("0.0403") / per_day("0.0465") - 1 <= -0.07
