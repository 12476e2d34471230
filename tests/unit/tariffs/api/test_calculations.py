"""Tariff calculations and scenarios over HTTP: made once, explained in full, recomputable by anyone."""

import io
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from services.tariffs.app import create_app
from services.tariffs.schemas.calculations import EXAMPLE
from services.tariffs.schemas.scenarios import EXAMPLE as SCENARIO_EXAMPLE
from services.tariffs.settings import Settings
from shared.kernel.receipts import canonical_hash
from tests.formulas import evaluate
from tests.tariffs_calls import Service, running

LABOUR = Fraction("1.0424")
MATERIAL = Fraction("1.0210")
HOUSING = Fraction("1.025")


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


def component(unit_cost: str | None, **changes: Any) -> dict[str, Any]:
    given = {"unitCost": unit_cost, "priceLevel": {"year": 2025, "status": "definitive"}, "suppressed": False}
    return given | changes


def cost_base(**changes: Any) -> dict[str, Any]:
    """A frozen cost base with a hash that agrees with its content; figures for tests only."""
    components = {
        "labour": component("500"),
        "material": component("50"),
        "inventory": component("10"),
        "housing": component("80"),
        "capital": component("5"),
    }
    prestatie = {"unit": "day of stay", "units": "1000", "contributors": 8, "components": components}
    base: dict[str, Any] = {
        "studyId": "study-1",
        "policyRule": "BR/REG-26109",
        "replicates": 10000,
        "prestaties": {"verblijf": prestatie, "dagopvang": deepcopy(prestatie) | {"unit": "day"}},
        "illustrative": False,
        "receipt": {"codeVersion": "0.1.0", "inputHash": "0" * 64},
        **changes,
    }
    named = base | {"costBaseId": "base-1", "frozenAt": "2026-11-01T00:00:00Z", "hash": canonical_hash(base)}
    named["receipt"] = base["receipt"] | {"knownAt": "2026-11-01T00:00:00Z"}
    return named


def request(prestatie: str = "dagopvang", **changes: Any) -> dict[str, Any]:
    body = {"prestatie": prestatie, "tariffYear": 2026, "priceStatus": "provisional", "costBase": cost_base()}
    return body | changes


def calculate(service: Service, expected: int = 201, **changes: Any) -> Any:
    answer = service.by("analyst").post("/tariff-calculations", request(**changes))
    assert answer.status_code == expected, answer.text
    return answer.json()


def cents(euros: Fraction) -> int:
    exact = Decimal(euros.numerator * 100) / Decimal(euros.denominator)
    return int(exact.to_integral_value(ROUND_HALF_UP))


class TestTariff:
    def test_dagopvang_indexes_every_measured_cost(self, service: Service) -> None:
        answer = calculate(service)
        expected = 500 * LABOUR + 65 * MATERIAL + 80 * HOUSING
        assert answer["maximumTariffCents"] == cents(expected)
        assert {name: Fraction(value) for name, value in answer["components"].items()} == {
            "labour": 500 * LABOUR,
            "material": 50 * MATERIAL,
            "inventory": 10 * MATERIAL,
            "equityReturn": 5 * MATERIAL,
            "housing": 80 * HOUSING,
        }
        assert Fraction(answer["tariff"]) == expected
        assert answer["housingCents"] == 8200
        assert answer["maxMaxTariffCents"] is None
        assert answer["unit"] == "EUR per day"

    def test_with_published_indices_and_a_frozen_base_it_is_not_illustrative(self, service: Service) -> None:
        answer = calculate(service)
        assert answer["costBase"] == {
            "costBaseId": "base-1",
            "studyId": "study-1",
            "hash": cost_base()["hash"],
            "verified": True,
        }
        assert answer["illustrative"] is False

    @pytest.mark.parametrize("change", [{"illustrative": True}, {"hash": "0" * 64}, {"hash": None}])
    def test_a_base_that_is_illustrative_or_not_the_frozen_one_makes_the_tariff_illustrative(
        self, service: Service, change: dict[str, Any]
    ) -> None:
        answer = calculate(service, costBase=cost_base() | change)
        assert answer["illustrative"] is True
        assert answer["costBase"]["verified"] is False

    def test_for_verblijf_a_norm_takes_the_place_of_the_measured_housing(self, service: Service) -> None:
        answer = calculate(service, prestatie="verblijf")
        norm = service.public.post("/housing-components", {"on": "2026-01-01"}).json()
        assert answer["components"]["housing"] == norm["perDay"]
        assert answer["housingCents"] == norm["perDayCents"]
        assert answer["illustrative"] is True

    def test_a_level_from_before_is_indexed_over_more_years(self, service: Service) -> None:
        base = cost_base()
        old = component("500", priceLevel={"year": 2024, "status": "definitive"})
        base["prestaties"]["dagopvang"]["components"]["labour"] = old
        answer = calculate(service, costBase=base)
        assert Fraction(answer["components"]["labour"]) == 500 * Fraction("1.0518") * LABOUR

    def test_capital_stands_in_for_equity_return_as_a_step_of_its_own(self, service: Service) -> None:
        steps = {step["id"]: step for step in calculate(service)["steps"]}
        assert steps["cost.equity_return"]["inputs"] == ["cost.capital"]
        assert steps["cost.capital"]["source"] == {
            "document": None,
            "article": None,
            "url": None,
            "form": "cost base base-1",
            "sheet": "dagopvang",
            "cell": "capital",
        }

    def test_2028_rests_on_expected_values(self, service: Service) -> None:
        answer = calculate(service, tariffYear=2028)
        assert answer["illustrative"] is True
        assert {(s["index"], s["year"], s["used"]) for s in answer["substituted"]} == {
            ("labour", 2026, "provisional"),
            ("labour", 2027, "expected"),
            ("labour", 2028, "expected"),
            ("material", 2026, "provisional"),
            ("material", 2027, "expected"),
            ("material", 2028, "expected"),
        }

    def test_every_step_recomputes(self, service: Service) -> None:
        answer = calculate(service, prestatie="verblijf", overrides={"max_max_surcharge": "0.10"})
        steps = {step["id"]: step for step in answer["steps"]}
        for step in answer["steps"]:
            if step["formula"]:
                inputs = {name: Fraction(steps[name]["value"]) for name in step["inputs"]}
                assert float(evaluate(step["formula"], inputs)) == pytest.approx(float(step["value"]), rel=1e-14)

    def test_the_same_knowledge_gives_the_same_result(self, service: Service) -> None:
        first = calculate(service)
        again = calculate(service, knownAt=first["receipt"]["knownAt"])
        assert again["steps"] == first["steps"]
        assert again["receipt"] == first["receipt"]


class TestOverrides:
    def test_they_are_listed_marked_and_used(self, service: Service) -> None:
        answer = calculate(service, overrides={"labour_index": "0.10", "materialIndex.2026": "0"})
        assert answer["maximumTariffCents"] == cents(500 * Fraction("1.10") + 65 + 80 * HOUSING)
        assert answer["overrides"] == [
            {"parameter": "labour_index.2026", "value": "0.1", "replaced": "0.0424"},
            {"parameter": "material_index.2026", "value": "0", "replaced": "0.021"},
        ]
        assert answer["illustrative"] is True
        steps = {step["id"]: step for step in answer["steps"]}
        assert steps["override.labour_index.2026"]["illustrative"] is True
        assert steps["index.labour.2026.chosen"]["source"]["cell"] == "/overrides/labour_index"

    def test_a_second_ceiling_can_be_chosen_with_and_without_housing(self, service: Service) -> None:
        tariff = 500 * LABOUR + 65 * MATERIAL + 80 * HOUSING
        without = calculate(service, overrides={"max_max_surcharge": "0.10"})
        assert without["maxMaxTariffCents"] == cents((tariff - 82) * Fraction("1.1") + 82)
        including = calculate(service, overrides={"max_max_surcharge": "0.10", "max_max_on_housing": 1})
        assert including["maxMaxTariffCents"] == cents(tariff * Fraction("1.1"))

    def test_every_fault_is_named(self, service: Service) -> None:
        overrides = {"rent": "1", "occupancy": "2", "labour_index": "0", "labour_index.2026": "0"}
        problem = calculate(service, expected=400, overrides=overrides)
        assert [(e["location"], e["code"]) for e in problem["errors"]] == [
            ("/overrides/rent", "unknown_parameter"),
            ("/overrides/occupancy", "value_not_possible"),
            ("/overrides/labour_index.2026", "parameter_twice"),
        ]


class TestRefusals:
    def test_suppressed_and_missing_components_are_named(self, service: Service) -> None:
        base = cost_base()
        components = base["prestaties"]["dagopvang"]["components"]
        components["labour"] = component(None, suppressed=True)
        components["material"] = component("1", priceLevel=None)
        components["housing"] = component("80", suppressed=True)
        del components["capital"], components["inventory"]
        problem = calculate(service, expected=400, costBase=base)
        place = "/costBase/prestaties/dagopvang/components"
        assert [(e["location"], e["code"]) for e in problem["errors"]] == [
            (f"{place}/labour", "component_suppressed"),
            (f"{place}/material/priceLevel", "price_level_missing"),
            (f"{place}/inventory", "component_missing"),
            (f"{place}/capital", "component_missing"),
            (f"{place}/housing", "component_suppressed"),
        ]

    def test_verblijf_does_without_measured_housing(self, service: Service) -> None:
        base = cost_base()
        base["prestaties"]["verblijf"]["components"]["housing"] = component(None, suppressed=True)
        assert calculate(service, prestatie="verblijf", costBase=base)["maximumTariffCents"] > 0

    def test_a_prestatie_that_was_not_studied_is_named(self, service: Service) -> None:
        base = cost_base()
        del base["prestaties"]["dagopvang"]
        problem = calculate(service, expected=400, costBase=base)
        assert problem["errors"][0]["location"] == "/costBase/prestaties/dagopvang"

    def test_a_year_without_values_is_named(self, service: Service) -> None:
        problem = calculate(service, expected=400, tariffYear=2031)
        assert {m["parameter"] for m in problem["missing"]} == {"labour_index", "material_index"}

    def test_a_norm_that_did_not_exist_yet_is_named(self, service: Service) -> None:
        problem = calculate(service, expected=400, prestatie="verblijf", tariffYear=2023)
        assert {m["parameter"] for m in problem["missing"]} == {
            "investment_per_place",
            "land_per_place",
        }

    def test_a_sum_below_zero_is_a_broken_rule(self, service: Service) -> None:
        base = cost_base()
        base["prestaties"]["dagopvang"]["components"]["material"] = component("-9000")
        assert calculate(service, expected=409, costBase=base)["type"].endswith("tariff-below-zero")

    def test_malformed_input_names_every_fault(self, service: Service) -> None:
        problem = calculate(service, expected=400, prestatie="bth", tariffYear="2026", costBase={}, extra=1)
        assert {e["location"] for e in problem["errors"]} == {
            "/prestatie",
            "/tariffYear",
            "/costBase/prestaties",
            "/extra",
        }

    @pytest.mark.parametrize("roles", [(), ("provider",), ("insurer",), ("decider",)])
    def test_only_an_analyst_calculates(self, service: Service, roles: tuple[str, ...]) -> None:
        answer = service.by(*roles).post("/tariff-calculations", request())
        assert answer.status_code == (403 if roles else 401)


class TestKept:
    def test_it_is_found_again_as_it_was_answered(self, service: Service) -> None:
        made = service.by("analyst").post("/tariff-calculations", request(prestatie="verblijf"))
        address = made.headers["location"]
        assert address == f"/tariffs/v1/tariff-calculations/{made.json()['calculationId']}"
        assert service.by("decider").get(address.removeprefix("/tariffs/v1")).json() == made.json()

    def test_the_same_request_with_the_same_key_is_one_calculation(self, service: Service) -> None:
        headers = {"Idempotency-Key": "once"}
        first = service.by("analyst").post("/tariff-calculations", request(), headers=headers)
        again = service.by("analyst").post("/tariff-calculations", request(), headers=headers)
        assert again.status_code == 201
        assert again.json() == first.json()
        other = service.by("analyst").post("/tariff-calculations", request(tariffYear=2025), headers=headers)
        assert other.status_code == 409

    def test_steps_are_addressable(self, service: Service) -> None:
        made = calculate(service)
        address = f"/tariff-calculations/{made['calculationId']}/steps"
        analyst = service.by("analyst")
        assert analyst.get(address).json()["items"] == made["steps"]
        assert analyst.get(f"{address}/tariff_cents").json()["value"] == str(made["maximumTariffCents"])
        assert analyst.get(f"{address}/nothing").status_code == 404

    def test_a_calculation_that_does_not_exist_is_not_found(self, service: Service) -> None:
        address = "/tariff-calculations/00000000-0000-4000-8000-000000000000"
        assert service.by("analyst").get(address).status_code == 404
        assert service.by("analyst").get("/tariff-calculations/x").status_code == 400

    @pytest.mark.parametrize("part", ["", "/steps", "/workbook", "/report"])
    def test_others_than_the_authority_do_not_see_it(self, service: Service, part: str) -> None:
        address = f"/tariff-calculations/{calculate(service)['calculationId']}{part}"
        assert service.public.get(address).status_code == 401
        assert service.by("provider", agbCode="73000001").get(address).status_code == 403

    def test_the_database_lets_the_service_change_nothing(
        self, service: Service, service_url: Callable[[str], str]
    ) -> None:
        calculate(service)
        engine = create_engine(service_url("tariffs"))
        with engine.connect() as connection:
            visible = connection.execute(text("SELECT count(*) FROM tariffs.tariff_calculations")).scalar_one()
            assert visible == 0
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text("UPDATE tariffs.tariff_calculations SET maximum_tariff_cents = 0"))
        engine.dispose()


class TestWorkbook:
    def open(self, service: Service, **changes: Any) -> tuple[Any, openpyxl.Workbook]:
        made = calculate(service, **changes)
        answer = service.by("analyst").get(f"/tariff-calculations/{made['calculationId']}/workbook")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
        return made, openpyxl.load_workbook(io.BytesIO(answer.content))

    @staticmethod
    def recomputed(book: openpyxl.Workbook, **changes: float) -> dict[str, Fraction]:
        """Every named cell, recomputed from the inputs alone; ``changes`` are other inputs."""
        values: dict[str, Fraction] = {}
        cells = {name: book[sheet][place] for name, d in book.defined_names.items() for sheet, place in d.destinations}
        for name, cell in sorted(cells.items(), key=lambda item: item[1].row):
            content = cell.value
            if isinstance(content, str):
                formula = re.sub(r"ROUND\((.*),0\)", r"half_up(\1)", content.removeprefix("=")).replace("IF(", "if(")
                values[name] = evaluate(formula, values)
            else:
                values[name] = Fraction(str(changes.get(name, content)))
        return values

    @pytest.mark.parametrize("prestatie", ["verblijf", "dagopvang"])
    def test_its_formulas_give_the_same_cents(self, service: Service, prestatie: str) -> None:
        made, book = self.open(service, prestatie=prestatie, overrides={"max_max_surcharge": "0.10"})
        values = self.recomputed(book)
        assert values["tariff_cents"] == made["maximumTariffCents"]
        assert values["max_max_tariff_cents"] == made["maxMaxTariffCents"]
        assert len(values) == len(made["steps"])

    def test_another_input_gives_another_tariff(self, service: Service) -> None:
        made, book = self.open(service)
        values = self.recomputed(book, cost_labour=600)
        assert values["tariff_cents"] == made["maximumTariffCents"] + cents(100 * LABOUR)

    def test_cells_hold_the_values_for_readers_that_do_not_recalculate(self, service: Service) -> None:
        made = calculate(service)
        answer = service.by("analyst").get(f"/tariff-calculations/{made['calculationId']}/workbook")
        book = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)
        sheet, place = next(iter(book.defined_names["tariff_cents"].destinations))
        assert book[sheet][place].value == made["maximumTariffCents"]

    def test_text_that_looks_like_a_formula_stays_text(self, service: Service) -> None:
        base = cost_base(studyId="=1+1")
        _, book = self.open(service, costBase=base | {"costBaseId": '=HYPERLINK("x")'})
        cells = [c for sheet in book for row in sheet.iter_rows() for c in row if "HYPERLINK" in str(c.value)]
        assert cells
        assert all(cell.data_type == "s" for cell in cells)


class TestReport:
    def page(self, service: Service, **changes: Any) -> str:
        made = calculate(service, **changes)
        answer = service.by("analyst").get(f"/tariff-calculations/{made['calculationId']}/report")
        assert answer.headers["content-type"].startswith("text/html")
        assert "style-src 'sha256-" in answer.headers["content-security-policy"]
        return answer.text

    def test_it_tells_the_tariff_every_step_and_what_is_not_known(self, service: Service) -> None:
        page = self.page(service)
        euros = 500 * LABOUR + 65 * MATERIAL + 80 * HOUSING
        assert f"€ {float(euros):.2f}".replace(".", ",") in page
        assert 'id="chain.labour.2026"' in page
        assert "Wat wij niet weten" in page
        assert "Illustratief: een of meer" not in page

    def test_illustrative_values_are_marked_at_the_top(self, service: Service) -> None:
        assert "Illustratief: een of meer waarden hebben geen openbare bron" in self.page(service, prestatie="verblijf")

    def test_text_from_outside_is_escaped(self, service: Service) -> None:
        page = self.page(service, costBase=cost_base() | {"costBaseId": "<script>alert(1)</script>"})
        assert "<script>" not in page

    def test_there_is_no_pdf_yet(self, service: Service) -> None:
        address = f"/tariff-calculations/{calculate(service)['calculationId']}/report"
        assert service.by("analyst").get(address, headers={"Accept": "application/pdf"}).status_code == 406


class TestScenarios:
    def compare(self, service: Service, expected: int = 201, **body: Any) -> Any:
        answer = service.by("analyst").post("/scenarios", body)
        assert answer.status_code == expected, answer.text
        return answer.json()

    def test_a_variant_tells_its_tariff_and_the_difference_per_step(self, service: Service) -> None:
        made = calculate(service)
        scenario = self.compare(
            service,
            baseline=made["calculationId"],
            variants=[
                {"name": "duurder", "overrides": {"labour_index": "0.0524"}},
                {"name": "niets anders", "overrides": {"labour_index": "0.0424"}},
            ],
        )
        dearer, same = scenario["variants"]
        assert dearer["differenceCents"] == 500
        assert dearer["totalEffect"] == {"units": "1000", "differenceCents": "500000"}
        differences = {d["id"]: d for d in dearer["differences"]}
        assert differences["labour"]["difference"] == "5"
        assert differences["override.labour_index.2026"]["baseline"] is None
        assert "material" not in differences
        assert same["differenceCents"] == 0
        assert scenario["baseline"]["maximumTariffCents"] == made["maximumTariffCents"]
        assert scenario["illustrative"] is True
        found = service.by("decider").get(f"/scenarios/{scenario['scenarioId']}")
        assert found.json() == scenario

    def test_overrides_of_the_baseline_stay_unless_they_are_named_again(self, service: Service) -> None:
        made = calculate(service, overrides={"labourIndex": "0.10", "material_index": "0"})
        variants = [{"name": "v", "overrides": {"labour_index": "0"}}]
        variant = self.compare(service, baseline=made["calculationId"], variants=variants)["variants"][0]
        assert variant["maximumTariffCents"] == 50_000 + 6_500 + 8_200

    def test_faults_of_every_variant_are_named(self, service: Service) -> None:
        variants = [{"name": "a", "overrides": {"rent": "1"}}, {"name": "b", "overrides": {"occupancy": "0"}}]
        problem = self.compare(service, 400, baseline=calculate(service)["calculationId"], variants=variants)
        assert [e["location"] for e in problem["errors"]] == [
            "/variants/0/overrides/rent",
            "/variants/1/overrides/occupancy",
        ]

    def test_two_variants_of_one_name_are_refused(self, service: Service) -> None:
        variants = [{"name": "a", "overrides": {"occupancy": "1"}}] * 2
        assert self.compare(service, 400, baseline="latest", variants=variants)["errors"][0]["location"] == "/variants"

    def test_a_baseline_that_does_not_exist_is_not_found(self, service: Service) -> None:
        variants = [{"name": "a", "overrides": {"occupancy": "1"}}]
        self.compare(service, 404, baseline="00000000-0000-4000-8000-000000000000", variants=variants)
        assert service.by("analyst").get("/scenarios/00000000-0000-4000-8000-000000000000").status_code == 404


def test_the_examples_run_as_they_stand(service: Service) -> None:
    made = service.by("analyst").post("/tariff-calculations", EXAMPLE)
    assert made.status_code == 201, made.text
    assert made.json()["illustrative"] is True
    scenario = service.by("analyst").post("/scenarios", SCENARIO_EXAMPLE)
    assert scenario.status_code == 201, scenario.text
    assert scenario.json()["baseline"]["calculationId"] == made.json()["calculationId"]
