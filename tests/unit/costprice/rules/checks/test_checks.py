"""Each rule of the catalogue is triggered alone, at its place; a sound content triggers none."""

from dataclasses import replace
from fractions import Fraction

import pytest

from services.costprice.rules.categories import AccountGroup, CostCategory
from services.costprice.rules.checks import CATALOGUE, Hit, Severity, StudyContext, findings, rule
from services.costprice.rules.checks.technical import READING_RULES, TEXT_IN_NUMBER_CELL
from services.costprice.rules.content import (
    Account,
    AllocationKey,
    CentreKind,
    CostCentre,
    Employment,
    Explanation,
    KeyBasis,
    Production,
    Revenue,
    SubmissionContent,
)
from tests.unit.costprice.contents import STUDY, sound_content, with_accounts

SOUND = sound_content()


def broken(content: SubmissionContent, study: StudyContext = STUDY) -> list[tuple[str, str]]:
    return [(finding.rule_id, finding.pointer) for finding in findings(content, study)]


def changed(table: str, index: int, **values) -> SubmissionContent:
    """The sound content with one row changed."""
    rows = list(getattr(SOUND, table))
    rows[index] = replace(rows[index], **values)
    return replace(SOUND, **{table: tuple(rows)})


def with_cost(index: int, tie: bool = True, **costs: Fraction | None) -> SubmissionContent:
    """The sound content with other costs in one centre, and annual accounts that tie to it."""
    centre = SOUND.cost_centres[index]
    entered = {**centre.costs, **{CostCategory[name]: amount for name, amount in costs.items()}}
    content = changed("cost_centres", index, costs=entered)
    return with_accounts(content) if tie else content


def test_a_sound_content_has_no_findings():
    assert findings(SOUND, STUDY) == ()
    assert findings(SOUND, replace(STUDY, other_year=sound_content(cost_year=2024))) == ()


def test_ids_are_unique_and_every_text_is_in_two_languages():
    assert len({check.id for check in CATALOGUE}) == len(CATALOGUE) >= 30
    for check in CATALOGUE:
        assert check.message.nl
        assert check.message.en
        assert check.message.nl != check.message.en
        assert check.rationale.nl
        assert check.rationale.en
    assert rule("K02").source is not None


@pytest.mark.parametrize(
    ("rule_id", "place", "content"),
    [
        ("T01", "/formVersion", replace(SOUND, form_version="kindzorg-0.9")),
        ("T02", "/studyId", replace(SOUND, study_id="another")),
        ("T03", "/agbCode", replace(SOUND, agb_code="41010002")),
        ("T04", "/costYear", replace(SOUND, cost_year=2023)),
        ("T15", "/nzaNumber", replace(SOUND, nza_number="300-9999")),
        ("T10", "/locations/0/yearOfBuilding", changed("locations", 0, year_of_building=98)),
        ("T10", "/personnel/0/fwgGrade", changed("personnel", 0, fwg_grade=4)),
        ("T10", "/otherActivities/0/revenue", changed("other_activities", 0, revenue=Fraction(-1))),
        (
            "T10",
            "/allocationKeys/1/quantities/VER",
            changed("allocation_keys", 1, quantities={"VER": Fraction(-1), "DAG": Fraction(1)}),
        ),
        ("T11", "/costCentres/2/costs/staffCareOwn", with_cost(2, STAFF_CARE_OWN=Fraction("2000000.405"))),
        ("T12", "/personnel/0/costCentre", changed("personnel", 0, cost_centre="X")),
        ("T12", "/production/0/location", changed("production", 0, location="L9")),
        (
            "T12",
            "/allocationKeys/1/quantities/X",
            changed("allocation_keys", 1, quantities={"X": Fraction(1), "DAG": Fraction(1)}),
        ),
        (
            "T13",
            "/locations/2/id",
            replace(SOUND, locations=(*SOUND.locations, replace(SOUND.locations[1], name="L2 b"))),
        ),
        ("T13", "/production/3/location", replace(SOUND, production=(*SOUND.production, SOUND.production[2]))),
        ("C01", "/providerName", replace(SOUND, provider_name=" ")),
        ("C01", "/locations/0/tenure", changed("locations", 0, tenure=None)),
        ("C01", "/personnel/0/fwgGrade", changed("personnel", 0, fwg_grade=None)),
        ("C01", "/personnel/1/employment", changed("personnel", 1, employment=None, salary_cost=Fraction(0))),
        ("C01", "/explanations/0/text", replace(SOUND, explanations=(Explanation("P01"),))),
        ("C02", "/production/0/units/11", changed("production", 0, units=(280,) * 11 + (None,))),
        ("C03", "/personnel", replace(SOUND, personnel=())),
        ("C04", "/annualAccounts", replace(SOUND, annual_accounts=SOUND.annual_accounts[:-1])),
        ("A03", "/personnel", changed("personnel", 0, salary_cost=SOUND.personnel[0].salary_cost + Fraction("0.01"))),
        ("K01", "/production/0/units", changed("production", 0, units=(305,) * 12)),
        ("K01", "/production/1/units", changed("production", 1, units=(167,) * 12)),
        ("K02", "/personnel/1/fte", changed("personnel", 1, fte=Fraction("1.54"))),
        ("K06", "/revenue/0/amount", with_accounts(changed("revenue", 0, amount=Fraction("15000.55")))),
        ("K07", "/costCentres/1", replace(SOUND, allocation_keys=SOUND.allocation_keys[:1])),
        ("K07", "/costCentres/1", changed("allocation_keys", 1, quantities={"GEB": Fraction(1)})),
        ("K10", "/production/0/children", changed("production", 0, children=0)),
        ("K10", "/production/0/children", changed("production", 0, children=3361)),
        (
            "K11",
            "/allocationKeys/2/costCentre",
            replace(SOUND, allocation_keys=(*SOUND.allocation_keys, AllocationKey("VER", KeyBasis.FTE))),
        ),
        ("K12", "/costCentres/4", replace(SOUND, other_activities=())),
        ("P03", "/locations/1/beds", changed("locations", 1, beds=2)),
        ("P03", "/locations/1/dayCarePlaces", replace(SOUND, production=SOUND.production[:2])),
    ],
)
def test_one_fault_gives_one_finding_at_its_place(rule_id, place, content):
    expected = [(rule_id, place)]
    found = broken(content)
    if place == "/production/0/location":
        found.remove(("P03", "/locations/0/beds"))
    if rule_id == "C03":
        found.remove(("A03", "/personnel"))
        found.remove(("A03", "/personnel"))
    if rule_id == "C01" and place.endswith("employment"):
        found.remove(("A03", "/personnel"))
    if rule_id == "T11":
        found.remove(("A03", "/personnel"))
        places = [("T11", f"/annualAccounts/{index}/amount") for index in (0, 8)]
        assert sorted(found) == sorted([*expected, *places])
        return

    assert found == expected


def test_annual_accounts_must_tie_to_the_cent():
    accounts = list(SOUND.annual_accounts)
    index = list(AccountGroup).index(AccountGroup.INVENTORY)
    accounts[index] = Account(AccountGroup.INVENTORY, accounts[index].amount - Fraction("0.01"))

    found = findings(replace(SOUND, annual_accounts=tuple(accounts)), STUDY)

    assert [(f.rule_id, f.pointer) for f in found] == [
        ("A01", f"/annualAccounts/{index}/amount"),
        ("A02", "/annualAccounts/8/amount"),
    ]
    assert (found[0].value, found[0].expected) == ("24999.99", "25000")
    assert "24999.99" in found[0].message.nl
    assert found[0].severity is Severity.ERROR


def test_annual_accounts_that_are_not_complete_are_not_added_up():
    accounts = [
        replace(account, amount=None) if account.group is AccountGroup.OTHER else account
        for account in SOUND.annual_accounts
    ]

    assert broken(replace(SOUND, annual_accounts=tuple(accounts))) == [("C01", "/annualAccounts/6/amount")]


def test_a_negative_cost_outside_the_revenue_table():
    assert broken(with_cost(2, MATERIAL_OTHER=Fraction(-1))) == [("K05", "/costCentres/2/costs/materialOther")]
    staff = (*SOUND.personnel, replace(SOUND.personnel[1], salary_cost=Fraction(-5)))
    assert ("K05", "/personnel/2/salaryCost") in broken(replace(SOUND, personnel=staff))


def test_negative_hours_and_units_are_out_of_range_and_nothing_else():
    assert broken(changed("personnel", 0, hours_per_week=Fraction(-36))) == [("T10", "/personnel/0/hoursPerWeek")]
    assert broken(changed("production", 0, units=(-1,) + (280,) * 11)) == [("T10", "/production/0/units/0")]


def test_cost_without_production_and_production_without_cost():
    without_day_care = replace(SOUND, production=SOUND.production[:1])
    nothing_made = replace(
        SOUND,
        production=tuple(
            replace(row, units=(0,) * 12, children=0) if row.prestatie == "verblijf" else row
            for row in SOUND.production
        ),
    )
    free = replace(SOUND, production=(*SOUND.production[1:], Production("L1", "verblijf", (1,) * 12, 1)))
    free = with_accounts(
        replace(
            free,
            cost_centres=tuple(replace(c, kind=CentreKind.OUTSIDE) if c.id == "VER" else c for c in free.cost_centres),
        )
    )

    assert ("K03", "/costCentres/3") in broken(without_day_care)
    assert broken(nothing_made) == [("K03", "/costCentres/2")]
    assert broken(free) == [("K04", "/production/2"), ("K12", "/costCentres/2")]


def test_opening_days_fit_in_the_year():
    leap = replace(STUDY, cost_year=2024)
    content = replace(changed("locations", 0, opening_days_stay=366), cost_year=2024)

    assert broken(content, leap) == []
    assert broken(replace(content, cost_year=2025)) == [("K09", "/locations/0/openingDaysStay")]


def test_keys_that_cannot_carry_the_cost_are_found_once_all_else_is_sound():
    circle = replace(
        SOUND,
        allocation_keys=(
            AllocationKey("BEST", KeyBasis.FTE, {"GEB": Fraction(1)}),
            AllocationKey("GEB", KeyBasis.FLOOR_AREA, {"BEST": Fraction(1)}),
        ),
    )

    assert broken(circle) == [("K08", "/allocationKeys")]
    assert "GEB" in findings(circle, STUDY)[0].message.nl
    assert broken(replace(circle, provider_name="")) == [("C01", "/providerName")]


def test_large_changes_against_the_other_year_ask_for_an_explanation():
    smaller = replace(
        sound_content(cost_year=2024), production=tuple(replace(p, units=(60,) * 12) for p in SOUND.production)
    )
    cheaper = sound_content(cost_year=2024, scale=3)

    changed_production = findings(SOUND, replace(STUDY, other_year=smaller))
    changed_cost = findings(SOUND, replace(STUDY, other_year=cheaper))

    assert {f.rule_id for f in changed_production} == {"P01", "P02"}
    assert [(f.rule_id, f.value.split(":")[0]) for f in changed_cost] == [("P01", "verblijf")]
    assert all(f.severity is Severity.WARNING for f in changed_cost)


def test_another_year_that_cannot_be_calculated_is_not_compared():
    unusable = replace(sound_content(cost_year=2024), allocation_keys=())
    unknown = replace(sound_content(cost_year=2024), production=())

    assert broken(SOUND, replace(STUDY, other_year=unusable)) == []
    assert broken(SOUND, replace(STUDY, other_year=unknown)) == []


def test_a_form_of_another_version_is_judged_no_further():
    other = SubmissionContent("kindzorg-0.9", "another", None, 2025)

    assert broken(other) == [("T01", "/formVersion"), ("T02", "/studyId"), ("T03", "/agbCode")]


def test_a_cell_that_could_not_be_read_is_not_also_called_empty():
    content = changed("locations", 0, beds=None)
    reading = (TEXT_IN_NUMBER_CELL, Hit("/locations/0/beds", "tien {expected}"))

    found = findings(content, STUDY, [reading])

    assert [(f.rule_id, f.pointer) for f in found] == [("T05", "/locations/0/beds")]
    assert "tien {expected}" in found[0].message.nl
    assert broken(content) == [("C01", "/locations/0/beds")]


def test_rows_with_gaps_are_checked_as_far_as_they_go():
    content = replace(
        changed("personnel", 0, headcount=None, weeks=None),
        revenue=(Revenue(None, None, None),),
        production=(*SOUND.production, Production(None, None)),
    )

    found = broken(content)

    assert ("C01", "/personnel/0/headcount") in found
    assert ("C01", "/production/3/location") in found
    assert ("C02", "/production/3/units/0") in found
    assert not any(rule_id.startswith("K") for rule_id, _ in found)


def test_the_reader_of_the_form_has_its_rules_in_the_catalogue():
    assert set(READING_RULES) <= set(CATALOGUE)
    assert all(check.severity is Severity.ERROR for check in READING_RULES)


def test_staff_of_each_employment_tie_separately():
    swapped = tuple(
        replace(row, employment=Employment.HIRED if row.employment is Employment.OWN else Employment.OWN, fwg_grade=50)
        for row in SOUND.personnel
    )

    assert broken(replace(SOUND, personnel=swapped)) == [("A03", "/personnel"), ("A03", "/personnel")]


def test_a_centre_without_cost_or_kind_asks_for_nothing():
    spare = CostCentre("LEEG", "Leeg", CentreKind.SUPPORT)

    assert broken(replace(SOUND, cost_centres=(*SOUND.cost_centres, spare))) == []
