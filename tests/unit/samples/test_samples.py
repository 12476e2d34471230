"""The synthetic sector is the same every time, says that it is synthetic, and has what the main job needs."""

import pytest

from samples.production import BASES, Ceiling, lines, production_file
from samples.submissions import submission, with_a_slip
from samples.world import COST_YEARS, SampleProvider, world
from services.costprice.forms import read_form, write_form
from services.costprice.rules.allocation import Method
from services.costprice.rules.checks import Severity, StudyContext, findings
from services.costprice.rules.content import SubmissionContent

SECTOR = world()
CEILINGS = {"verblijf": Ceiling(80_000, 88_000), "dagopvang": Ceiling(40_000, 44_000)}
BY_CODE = {provider.agb_code: provider for provider in SECTOR.providers}


def found(content: SubmissionContent, provider: SampleProvider) -> list[tuple[str, Severity]]:
    study = StudyContext(
        study_id="s",
        agb_code=provider.agb_code,
        nza_number=provider.nza_number,
        cost_year=content.cost_year or 0,
        prestaties=("dagopvang", "verblijf"),
        method=Method.STEP_DOWN,
    )
    return [(finding.rule_id, finding.severity) for finding in findings(content, study)]


def test_eight_give_stay_and_fifteen_day_care_only() -> None:
    assert sum("verblijf" in provider.prestaties for provider in SECTOR.providers) == 8
    assert sum(provider.prestaties == ("dagopvang",) for provider in SECTOR.providers) == 15
    assert any(provider.prestaties == ("verblijf", "dagopvang") for provider in SECTOR.providers)


def test_one_seed_one_world() -> None:
    assert world() == SECTOR
    assert world(1) != SECTOR
    provider = SECTOR.providers[0]
    assert submission(provider, "s", 2024) == submission(provider, "s", 2024) != submission(provider, "s", 2025)
    assert production_file(SECTOR, provider, CEILINGS) == production_file(SECTOR, provider, CEILINGS)


def test_every_name_says_that_it_is_synthetic() -> None:
    assert all("synthetisch" in one.name for one in (*SECTOR.providers, *SECTOR.insurers))


@pytest.mark.parametrize("cost_year", COST_YEARS)
@pytest.mark.parametrize("agb_code", SECTOR.agb_codes)
def test_a_form_has_nothing_to_reject_and_one_with_a_slip_has(agb_code: str, cost_year: int) -> None:
    provider = BY_CODE[agb_code]
    content = submission(provider, "s", cost_year)
    assert found(content, provider) == []
    assert {severity for _, severity in found(with_a_slip(content), provider)} == {Severity.ERROR}


def test_what_is_written_on_a_form_is_read_back_from_it() -> None:
    content = submission(SECTOR.providers[6], "s", 2025)
    assert read_form(write_form(content, notice="SYNTHETISCH")).content == content


def test_production_is_declared_to_every_insurer_under_every_contract_basis() -> None:
    declared = [line for provider in SECTOR.providers for line in lines(SECTOR, provider, CEILINGS)]
    assert {line[2] for line in declared} == set(SECTOR.uzovi_codes)
    assert {line[7] for line in declared} == set(BASES)
    assert len({line[0] for line in declared}) == len(declared)
    for line in declared:
        ceiling = CEILINGS[line[3]]
        assert line[6] <= (ceiling.max_max_cents if line[7] == "max-max" else ceiling.maximum_cents)


def test_without_a_max_max_tariff_nobody_agrees_on_one() -> None:
    ceilings = {name: Ceiling(ceiling.maximum_cents, None) for name, ceiling in CEILINGS.items()}
    declared = [line for provider in SECTOR.providers for line in lines(SECTOR, provider, ceilings)]
    assert {line[7] for line in declared} == set(BASES) - {"max-max"}
