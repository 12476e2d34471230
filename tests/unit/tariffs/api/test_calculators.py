"""The stateless calculators, the parameters and the policy rules over HTTP, on a real database."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.tariffs.app import create_app
from services.tariffs.settings import Settings
from tests.tariffs_calls import Service, running

CONSULT = {"labour": "11.385385", "material": "2.691091", "housing": "1.033524"}
"""15.11 euros, divided by the fitted shares of the published chain of general practice."""


GIVEN: dict[str, Any] = {
    "investmentPerPlace": 195000,
    "landPerPlace": 0,
    "landAndSiteSurcharge": "0.10",
    "capitalCostRate": "0.0465",
    "indexRate": "0.025",
    "termYears": 30,
    "upkeepRate": "0.008",
    "constructionMonths": 18,
    "occupancy": "0.97",
    "generalSupplement": "0.02",
    "daysPerYear": 365,
}

NEW: dict[str, Any] = {
    "name": "labour_index",
    "value": "0.0395",
    "inForceFrom": "2027-01-01",
    "inForceUntil": "2028-01-01",
    "status": "provisional",
    "source": {"document": "A letter made up for a test", "article": "table 1"},
}


@pytest.fixture(scope="module")
def service(
    service_url: Callable[[str], str], issuer: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    settings = Settings.load(
        database_url=service_url("tariffs"),
        issuer=issuer.issuer,
        jwks_url=issuer.jwks_url,
        storage_url=Path(tmp_path_factory.mktemp("storage")).as_uri(),
    )
    with running(create_app(settings), issuer) as started:
        yield started


def level(year: int, status: str = "definitive") -> dict[str, Any]:
    return {"year": year, "status": status}


class TestIndexations:
    def index(self, service: Service, expected: int = 200, **changes: Any) -> Any:
        body = {"components": CONSULT, "from": level(2022), "to": level(2025, "provisional")} | changes
        answer = service.public.post("/indexations", body)
        assert answer.status_code == expected, answer.text
        return answer.json()

    @pytest.mark.parametrize(
        ("to", "cents"), [(level(2023), 1605), (level(2024), 1689), (level(2025, "provisional"), 1751)]
    )
    def test_the_published_chain_of_general_practice(self, service: Service, to: dict[str, Any], cents: int) -> None:
        answer = self.index(service, to=to)
        assert answer["totalCents"] == cents
        assert answer["substituted"] == []
        assert answer["illustrative"] is False
        assert set(answer["components"]) == set(CONSULT)
        assert Decimal(answer["total"]) == sum(Decimal(value) for value in answer["components"].values())

    def test_json_numbers_are_read_exactly(self, service: Service) -> None:
        text = json.dumps({"components": {"labour": 0.1}, "from": level(2025), "to": level(2025)})
        answer = service.public.post("/indexations", content=text, headers={"Content-Type": "application/json"})
        assert answer.json()["total"] == "0.1"

    def test_a_definitive_value_that_is_not_known_is_listed(self, service: Service) -> None:
        answer = self.index(service, components={"equityReturn": "100"}, **{"from": level(2025), "to": level(2026)})
        assert answer["components"] == {"equityReturn": "102.1"}
        assert answer["substituted"] == [
            {"index": "material", "year": 2026, "wanted": "definitive", "used": "provisional"}
        ]

    @pytest.mark.parametrize(
        ("catch_up", "factor"),
        [
            ("structural", Fraction("1.0518") / Fraction("1.0418") * Fraction("1.0424")),
            ("none", Fraction("1.0424")),
            ("one-off", (Fraction("1.0518") / Fraction("1.0418")) ** 2 * Fraction("1.0424")),
        ],
    )
    def test_catch_up(self, service: Service, catch_up: str, factor: Fraction) -> None:
        levels = {"from": level(2025, "provisional"), "to": level(2026, "provisional")}
        answer = self.index(service, components={"labour": "100"}, catchUp=catch_up, **levels)
        assert abs(Fraction(answer["total"]) - 100 * factor) < Fraction(1, 10**19)

    def test_backwards(self, service: Service) -> None:
        answer = self.index(service, components={"housing": "102.5"}, **{"from": level(2025), "to": level(2024)})
        assert answer["total"] == "100"

    def test_expected_values_make_the_answer_illustrative(self, service: Service) -> None:
        answer = self.index(service, to=level(2028, "provisional"))
        assert answer["illustrative"] is True
        assert {s["used"] for s in answer["substituted"]} == {"provisional", "expected"}

    def test_every_year_of_every_index_without_a_value_is_named_at_once(self, service: Service) -> None:
        problem = self.index(service, expected=400, to=level(2030))
        assert problem["type"].endswith("no-value-in-force")
        assert [(m["parameter"], m["on"]) for m in problem["missing"]] == [
            ("labour_index", "2029-01-01"),
            ("labour_index", "2030-01-01"),
            ("material_index", "2029-01-01"),
            ("material_index", "2030-01-01"),
        ]
        assert problem["missing"][0]["lastKnown"]["inForceFrom"] == "2028-01-01"
        assert problem["missing"][0]["nextKnown"] is None
        assert [error["location"] for error in problem["errors"]] == ["/to"] * 4
        assert (
            "the last known value before it holds from 2028-01-01 until 2029-01-01" in problem["errors"][1]["message"]
        )

    def test_a_year_before_the_first_known_one_tells_from_when_values_are_known(self, service: Service) -> None:
        body = {"components": {"labour": "100"}, "from": level(2010), "to": level(2012)}
        answer = service.public.post("/indexations", body, headers={"Accept-Language": "nl"}).json()
        known_from = answer["missing"][0]["nextKnown"]["inForceFrom"]
        assert [(e["location"], e["message"]) for e in answer["errors"]] == [
            (
                place,
                f"labour_index heeft geen waarde op {year}-01-01; pas zijn waarden bekend vanaf {known_from}; "
                "kies een andere dag of voeg een waarde toe",
            )
            for year in (2011, 2012)
            for place in ("/from", "/to")
        ]
        assert answer["missing"][0]["lastKnown"] is None

    def test_a_chain_that_is_too_long_on_both_sides_names_each_side(self, service: Service) -> None:
        both_sides = {"from": level(2010), "to": level(2030)}
        problem = self.index(service, expected=400, components={"labour": "100"}, **both_sides)
        at = {(e["message"].split()[5][:4], e["location"]) for e in problem["errors"]}
        assert ("2011", "/from") in at
        assert ("2030", "/to") in at
        assert not at & {("2011", "/to"), ("2030", "/from")}

    def test_what_was_not_known_yet_is_not_used(self, service: Service) -> None:
        problem = self.index(service, expected=400, knownAt="2026-06-29T21:59:59Z")
        assert problem["missing"][0]["lastKnown"] is None

    def test_all_faults_are_named_at_once(self, service: Service) -> None:
        body = {"components": {"labour": "1e5", "care": "1"}, "from": level(2022, "final"), "to": {"year": "2025"}}
        problem = service.public.post("/indexations", body).json()
        assert problem["status"] == 400
        assert {e["location"] for e in problem["errors"]} >= {
            "/components/labour",
            "/components/care",
            "/from/status",
            "/to/year",
            "/to/status",
        }

    def test_nothing_to_index_is_refused(self, service: Service) -> None:
        assert self.index(service, expected=400, components={})["errors"][0]["location"] == "/components"

    def test_of_the_future_only_what_is_known_now_is_known(self, service: Service) -> None:
        answer = self.index(service, knownAt="2999-01-01T00:00:00Z")
        assert answer["receipt"]["knownAt"] < "2999"

    def test_a_moment_without_an_offset_is_refused(self, service: Service) -> None:
        assert self.index(service, expected=400, knownAt="2026-07-01T00:00:00")["errors"][0]["location"] == "/knownAt"

    def test_steps_and_receipt(self, service: Service) -> None:
        answer = self.index(service)
        steps = {step["id"]: step for step in answer["steps"]}
        assert steps["index.labour.2023.definitive"]["value"] == "0.0636"
        assert steps["index.labour.2023.definitive"]["source"]["article"] == "Tabel 28"
        assert steps["total_cents"]["inputs"] == ["total"]
        assert steps["component.labour"]["source"]["cell"] == "/components/labour"
        assert set(answer["receipt"]["parameterHashes"]) >= {"index_percentages.toml"}
        again = self.index(service, knownAt=answer["receipt"]["knownAt"])
        assert again == answer


class TestHousingComponents:
    def compute(self, service: Service, expected: int = 200, **changes: Any) -> Any:
        given = {name: value for name, value in (GIVEN | changes).items() if value is not None}
        answer = service.public.post("/housing-components", given)
        assert answer.status_code == expected, answer.text
        return answer.json()

    def test_given_inputs_are_used_and_nothing_is_a_default(self, service: Service) -> None:
        answer = self.compute(service)
        assert f"{Decimal(answer['annuityFactor']):.3f}" == "21.560"
        assert answer["defaults"] == []
        assert answer["illustrative"] is False
        assert abs(answer["perDayCents"] - 3192) < 320

    def test_the_lower_rate_lowers_it_by_7_to_8_percent(self, service: Service) -> None:
        before, after = self.compute(service), self.compute(service, capitalCostRate="0.0403")
        assert -0.08 < float(after["perDay"]) / float(before["perDay"]) - 1 < -0.07

    def test_a_rate_equal_to_the_index_is_valid(self, service: Service) -> None:
        answer = self.compute(service, capitalCostRate="0.025")
        assert Fraction(answer["annuityFactor"]) == pytest.approx(30 / 1.025)

    def test_what_is_absent_comes_from_the_parameters_in_force_and_says_so(self, service: Service) -> None:
        answer = service.public.post("/housing-components", {}).json()
        defaults = {default["name"]: default for default in answer["defaults"]}
        assert set(defaults) == set(GIVEN)
        assert defaults["capitalCostRate"]["value"] == "0.0403"
        assert defaults["investmentPerPlace"]["illustrative"] is True
        assert answer["illustrative"] is True

    def test_defaults_are_those_of_the_day_asked_for(self, service: Service) -> None:
        answer = self.compute(service, capitalCostRate=None, on="2019-06-01")
        assert answer["defaults"][0]["value"] == "0.0465"

    def test_a_default_that_does_not_exist_on_the_day_is_named(self, service: Service) -> None:
        problem = self.compute(service, expected=400, investmentPerPlace=None, landPerPlace=None, on="2019-06-01")
        assert [m["parameter"] for m in problem["missing"]] == ["investment_per_place", "land_per_place"]

    def test_all_impossible_inputs_are_named_at_once(self, service: Service) -> None:
        problem = self.compute(
            service, expected=400, occupancy=0, termYears="29.5", investmentPerPlace="-1", capitalCostRate="-1", days=1
        )
        assert {e["location"] for e in problem["errors"]} == {
            "/occupancy",
            "/termYears",
            "/investmentPerPlace",
            "/capitalCostRate",
            "/days",
        }


class TestParameters:
    def listed(self, service: Service, expected: int = 200, **query: str) -> Any:
        answer = service.public.get("/parameters", params=query)
        assert answer.status_code == expected, answer.text
        return answer.json()

    def test_a_value_of_each_status_on_a_day(self, service: Service) -> None:
        items = self.listed(service, name="labour_index", on="2025-07-01")["items"]
        assert {(i["status"], i["value"]) for i in items} == {("definitive", "0.0518"), ("provisional", "0.0418")}
        assert all(i["source"]["document"].startswith("NZa") for i in items)

    def test_everything_that_is_known(self, service: Service) -> None:
        items = self.listed(service)["items"]
        assert {"labour_index", "occupancy", "capital_cost_rate"} <= {i["name"] for i in items}

    def test_a_day_without_a_value_is_an_error_that_names_the_last_known_one(self, service: Service) -> None:
        problem = self.listed(service, expected=404, name="labour_index", on="2040-01-01")
        assert "labour_index has no value on 2040-01-01" in problem["detail"]
        assert problem["lastKnown"]["inForceFrom"] == "2028-01-01"

    def test_an_unknown_name_is_an_error(self, service: Service) -> None:
        assert "occupancy" in self.listed(service, expected=404, name="occupation")["detail"]

    def test_an_added_value_is_known_from_now_on(self, service: Service) -> None:
        before = self.listed(service, name="labour_index", on="2027-05-01")["items"]
        assert [i["status"] for i in before] == ["expected"]
        moment = service.by("analyst").post("/parameters", NEW)
        assert moment.status_code == 201
        known_from = moment.json()["knownFrom"]
        after = self.listed(service, name="labour_index", on="2027-05-01")["items"]
        assert {(i["status"], i["origin"]) for i in after} == {("expected", "file"), ("provisional", "analyst")}
        then = self.listed(service, name="labour_index", on="2027-05-01", knownAt="2026-07-01T00:00:00Z")["items"]
        assert [i["status"] for i in then] == ["expected"]
        body = {"components": {"labour": 1}, "from": level(2026, "provisional"), "to": level(2027, "provisional")}
        answer = service.public.post("/indexations", body | {"knownAt": known_from}).json()
        assert answer["total"] == "1.0395"
        assert "added over the API" in answer["receipt"]["parameterHashes"]

    def test_only_an_analyst_adds_values(self, service: Service) -> None:
        assert service.public.post("/parameters", NEW).status_code == 401
        assert service.by("decider").post("/parameters", NEW).status_code == 403

    def test_a_value_needs_a_source(self, service: Service) -> None:
        body = {name: value for name, value in NEW.items() if name != "source"}
        problem = service.by("analyst").post("/parameters", body)
        assert problem.status_code == 400
        assert problem.json()["errors"][0]["location"] == "/source"

    def test_all_faults_are_named_at_once(self, service: Service) -> None:
        body = NEW | {"value": "-1", "unit": "EUR", "inForceFrom": "2028-02-01"}
        problem = service.by("analyst").post("/parameters", body).json()
        locations = [e["location"] for e in problem["errors"]]
        assert locations == ["/value", "/unit", "/inForceUntil", "/inForceFrom"]

    def test_an_unknown_parameter_is_refused(self, service: Service) -> None:
        problem = service.by("analyst").post("/parameters", NEW | {"name": "rent"}).json()
        assert problem["errors"][0]["code"] == "unknown_parameter"

    def test_the_same_request_with_the_same_key_adds_one_value(self, service: Service) -> None:
        analyst, headers = service.by("analyst"), {"Idempotency-Key": "add-once"}
        body = NEW | {"name": "material_index"}
        first = analyst.post("/parameters", body, headers=headers)
        second = analyst.post("/parameters", body, headers=headers)
        assert first.json() == second.json()
        items = self.listed(service, name="material_index", on="2027-05-01")["items"]
        assert [i["origin"] for i in items if i["status"] == "provisional"] == ["analyst"]
        assert analyst.post("/parameters", NEW, headers=headers).status_code == 409


class TestPolicyRules:
    @pytest.mark.parametrize("code", ["BR/REG-26109", "BR%2FREG-26109"])
    def test_a_rule_is_found_by_its_code(self, service: Service, code: str) -> None:
        rule = service.public.get(f"/policy-rules/{code}").json()
        assert rule["code"] == "BR/REG-26109"
        assert rule["textFound"] is False
        assert [a["number"] for a in rule["articles"]] == [str(number) for number in range(1, 9)]
        assert rule["knownGaps"]

    def test_all_rules_are_listed(self, service: Service) -> None:
        codes = [rule["code"] for rule in service.public.get("/policy-rules").json()["items"]]
        assert codes == ["BR/REG-18100", "BR/REG-26109"]

    def test_the_parameters_of_every_article_exist(self, service: Service) -> None:
        rule = service.public.get("/policy-rules/BR/REG-26109").json()
        for article in rule["articles"]:
            for name in article["parameters"]:
                assert service.public.get("/parameters", params={"name": name}).status_code == 200

    def test_who_has_the_rule_already_need_not_read_it_again(self, service: Service) -> None:
        tag = service.public.get("/policy-rules/BR/REG-26109").headers["etag"]
        again = service.public.get("/policy-rules/BR/REG-26109", headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")

    def test_another_code_is_not_found(self, service: Service) -> None:
        problem = service.public.get("/policy-rules/BR/REG-1")
        assert problem.status_code == 404
        assert "BR/REG-26109" in problem.json()["detail"]
