"""The cost price of one provider: all cost arrives somewhere, and every step shows where it came from."""

from dataclasses import replace
from fractions import Fraction

import pytest

from services.costprice.rules.allocation import AllocationFaults, Method
from services.costprice.rules.categories import Component, CostCategory
from services.costprice.rules.content import (
    AllocationKey,
    CentreKind,
    CostCentre,
    KeyBasis,
    Production,
    Revenue,
    SubmissionContent,
    units_of,
)
from services.costprice.rules.cost_price import provider_cost
from shared.kernel.sources import Source
from tests.unit.costprice.contents import sound_content


def content_of(*centres: CostCentre, keys=(), revenue=(), production=()) -> SubmissionContent:
    return SubmissionContent(
        "v", "s", "41010001", 2025, cost_centres=centres, allocation_keys=keys, revenue=revenue, production=production
    )


def centre(name: str, kind: CentreKind, **costs: int) -> CostCentre:
    return CostCentre(
        name, name, kind, {CostCategory[category]: Fraction(amount) for category, amount in costs.items()}
    )


STAY = centre("VER", CentreKind.VERBLIJF, STAFF_CARE_OWN=600, MATERIAL_PATIENT=400)
DAY = centre("DAG", CentreKind.DAGOPVANG, STAFF_CARE_OWN=200)
HOME = centre("WIJK", CentreKind.OUTSIDE, STAFF_CARE_OWN=200)


def total(content: SubmissionContent, method: Method = Method.STEP_DOWN) -> Fraction:
    outcome = provider_cost(content, method)
    return sum((made.total for made in outcome.prestaties.values()), sum(outcome.outside.values(), Fraction(0)))


@pytest.mark.parametrize("method", list(Method))
def test_the_prestaties_and_the_activities_outside_the_study_hold_all_cost(method):
    content = sound_content()
    entered = sum(amount for c in content.cost_centres for amount in c.costs.values())

    assert total(content, method) == entered + sum(row.amount for row in content.revenue)


def test_each_category_stays_in_its_component_through_the_allocation():
    building = centre("GEB", CentreKind.SUPPORT, BUILDING_RENT=100, FINANCING=10, INVENTORY=1)
    keys = (AllocationKey("GEB", KeyBasis.FLOOR_AREA, {"VER": Fraction(3), "DAG": Fraction(1), "WIJK": None}),)

    outcome = provider_cost(content_of(building, STAY, DAY, HOME, keys=keys), Method.STEP_DOWN)

    assert outcome.prestaties["verblijf"].components == {
        Component.LABOUR: 600,
        Component.MATERIAL: 400,
        Component.INVENTORY: Fraction(3, 4),
        Component.HOUSING: 75,
        Component.CAPITAL: Fraction(15, 2),
    }
    assert outcome.outside[Component.LABOUR] == 200
    assert outcome.matrix["GEB"] == {"VER": Fraction(333, 4), "DAG": Fraction(111, 4)}


def test_without_a_causal_key_cost_goes_pro_rata_without_patient_bound_material():
    board = centre("BEST", CentreKind.SUPPORT, STAFF_OTHER_OWN=100)
    keys = (AllocationKey("BEST", KeyBasis.PRO_RATA, {"VER": Fraction(99)}),)

    outcome = provider_cost(content_of(board, STAY, DAY, HOME, keys=keys), Method.STEP_DOWN)

    assert outcome.matrix["BEST"] == {"VER": 60, "DAG": 20, "WIJK": 20}
    assert outcome.steps["base.VER"].value == 600
    assert outcome.steps["labour.full.VER"].value == 660


def test_revenue_lowers_the_component_it_names_and_not_the_pro_rata_base():
    board = centre("BEST", CentreKind.SUPPORT, STAFF_OTHER_OWN=100)
    keys = (AllocationKey("BEST", KeyBasis.PRO_RATA),)
    revenue = (
        Revenue("VER", "stagefonds", Fraction(-50), CostCategory.STAFF_CARE_OWN),
        Revenue("VER", None, Fraction(-8)),
        Revenue("DAG", "huur", Fraction(0), CostCategory.BUILDING_RENT),
        Revenue("BEST", "rente", Fraction(-1), CostCategory.STAFF_OTHER_OWN),
    )

    outcome = provider_cost(content_of(board, STAY, DAY, HOME, keys=keys, revenue=revenue), Method.STEP_DOWN)

    assert outcome.prestaties["verblijf"].components[Component.LABOUR] == 600 - 50 + Fraction(60 * 99, 100)
    assert outcome.prestaties["verblijf"].components[Component.MATERIAL] == 400 - 8
    assert outcome.prestaties["dagopvang"].components[Component.HOUSING] == 0


def test_a_causal_centre_gives_to_a_pro_rata_centre_unless_the_method_is_direct():
    board = centre("BEST", CentreKind.SUPPORT, STAFF_OTHER_OWN=100)
    building = centre("GEB", CentreKind.SUPPORT, BUILDING_RENT=100)
    keys = (
        AllocationKey("GEB", KeyBasis.FLOOR_AREA, {"BEST": Fraction(1), "VER": Fraction(1)}),
        AllocationKey("BEST", KeyBasis.PRO_RATA),
    )
    content = content_of(board, building, STAY, keys=keys)

    assert provider_cost(content, Method.STEP_DOWN).matrix["GEB"] == {"BEST": 50, "VER": 50}
    assert provider_cost(content, Method.RECIPROCAL).matrix["GEB"] == {"BEST": 50, "VER": 50}
    assert provider_cost(content, Method.DIRECT).matrix["GEB"] == {"VER": 100}


def test_a_support_centre_without_key_is_a_named_fault_and_said_once():
    building = centre("GEB", CentreKind.SUPPORT, BUILDING_RENT=100, FINANCING=5)

    with pytest.raises(AllocationFaults) as refused:
        provider_cost(content_of(building, STAY), Method.STEP_DOWN)

    assert [(fault.code, fault.location) for fault in refused.value.faults] == [("zero-keys", "/keys/GEB")]


@pytest.mark.parametrize(
    ("final", "named"),
    [
        (centre("VER", CentreKind.VERBLIJF), "there is no base"),
        (centre("VER", CentreKind.VERBLIJF, MATERIAL_PATIENT=5), "there is no base"),
        (centre("VER", CentreKind.VERBLIJF, STAFF_CARE_OWN=-5), "negative at VER"),
    ],
)
def test_there_must_be_a_base_to_go_pro_rata_to(final, named):
    board = centre("BEST", CentreKind.SUPPORT, STAFF_OTHER_OWN=100)

    with pytest.raises(AllocationFaults, match=named):
        provider_cost(content_of(board, final, keys=(AllocationKey("BEST", KeyBasis.PRO_RATA),)), Method.STEP_DOWN)


def test_a_pro_rata_centre_without_cost_asks_for_no_base():
    board = centre("BEST", CentreKind.SUPPORT)

    outcome = provider_cost(content_of(board, STAY, keys=(AllocationKey("BEST", KeyBasis.PRO_RATA),)), Method.STEP_DOWN)

    assert outcome.prestaties["verblijf"].total == 1000


def test_centres_of_the_same_prestatie_are_added_up_and_a_prestatie_without_centre_is_missing():
    second = centre("VER2", CentreKind.VERBLIJF, STAFF_CARE_OWN=1)

    outcome = provider_cost(content_of(STAY, second), Method.STEP_DOWN)

    assert outcome.prestaties["verblijf"].total == 1001
    assert "dagopvang" not in outcome.prestaties
    assert outcome.prestaties["verblijf"].units is None
    assert "verblijf.units" not in outcome.steps


def test_steps_lead_from_the_cost_per_unit_to_the_cells_it_was_read_from():
    cells = {"/costCentres/0/costs/staffCareOwn": Source(form="f", sheet="Kosten", cell="D5")}
    content = content_of(
        STAY,
        production=(Production("L1", "verblijf", (1,) * 12),),
        revenue=(Revenue("VER", "subsidie", Fraction(-10)),),
    )

    steps = provider_cost(content, Method.STEP_DOWN, cells.get).steps

    def sources(step: str) -> set[Source | None]:
        inputs = steps[step].inputs
        return {steps[step].source} if not inputs else {source for name in inputs for source in sources(name)}

    assert steps["verblijf.labour.unit-cost"].value == Fraction(600, 12)
    assert steps["verblijf.labour.unit-cost"].unit == "EUR per day of stay"
    assert cells["/costCentres/0/costs/staffCareOwn"] in sources("verblijf.labour.unit-cost")
    assert steps["revenue.1"].value == -10


def test_a_row_without_a_name_takes_no_part():
    nameless = CostCentre(None, None, None, {CostCategory.OTHER: Fraction(5)})
    content = content_of(STAY, nameless, keys=(AllocationKey(None),), revenue=(Revenue(None, None, Fraction(-1)),))

    assert provider_cost(content, Method.STEP_DOWN).prestaties["verblijf"].total == 1000


def test_a_missing_month_makes_the_year_missing_not_smaller():
    full, gap = Production("L1", "verblijf", (2,) * 12), Production("L2", "verblijf", (2,) * 11 + (None,))

    assert units_of(content_of(production=(full,)), "verblijf") == 24
    assert units_of(content_of(production=(full, gap)), "verblijf") is None
    assert units_of(content_of(production=(full,)), "dagopvang") is None


def test_a_key_of_a_centre_that_does_not_exist_is_a_fault():
    content = replace(content_of(STAY), allocation_keys=(AllocationKey("X", KeyBasis.FTE, {"VER": Fraction(1)}),))

    with pytest.raises(AllocationFaults) as refused:
        provider_cost(content, Method.STEP_DOWN)

    assert [fault.code for fault in refused.value.faults] == ["unknown-centre"]
