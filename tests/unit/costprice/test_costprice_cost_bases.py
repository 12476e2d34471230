"""A frozen cost base: what it holds, who sees what of it, and that it never changes."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import text

from services.costprice.rules.categories import Component, CostCategory
from services.costprice.rules.content import CentreKind
from shared.kernel.receipts import canonical_hash
from shared.plumbing.identity import Principal
from tests.unit.costprice.conftest import Service
from tests.unit.costprice.contents import sound_content, with_accounts

PROVIDERS = ("41010001", "41010002", "41010003", "41010004")
COMPONENTS = {"labour", "material", "inventory", "housing", "capital"}


def day_care_only(agb_code: str, cost_year: int = 2025):
    """A provider without stay: its stay is gone, with what hung on it."""
    content = sound_content(agb_code, cost_year)
    centres = tuple(
        replace(centre, kind=CentreKind.DAGOPVANG) if centre.id == "VER" else centre for centre in content.cost_centres
    )
    locations = tuple(replace(location, beds=0) for location in content.locations)
    content = replace(content, cost_centres=centres, production=content.production[1:], locations=locations)
    return with_accounts(content)


@pytest.fixture(scope="module")
def study(service: Service) -> str:
    """Four providers, two years each, but the last only one year and only day care."""
    study_id = service.open_study()
    for number, agb_code in enumerate(PROVIDERS):
        service.ask(study_id, agb_code, stratum="large" if number < 2 else "small")
    for scale, agb_code in enumerate(PROVIDERS[:3], start=1):
        for cost_year in (2024, 2025):
            service.accepted(study_id, sound_content(agb_code, cost_year, scale=scale))
    service.accepted(study_id, day_care_only(PROVIDERS[3]))
    return study_id


@pytest.fixture(scope="module")
def base(service: Service, study) -> dict:
    return service.frozen(study)


def test_it_holds_per_prestatie_and_component_what_the_contract_says(base, study):
    assert (base["studyId"], base["policyRule"], base["tariffYear"]) == (study, "BR/REG-26109", 2028)
    assert set(base["prestaties"]) == {"dagopvang", "verblijf"}
    stay = base["prestaties"]["verblijf"]
    assert (stay["contributors"], stay["units"], stay["unit"]) == (3, str(6 * 3360), "day of stay")
    assert base["prestaties"]["dagopvang"]["contributors"] == 4
    assert set(stay["components"]) == COMPONENTS
    for component in stay["components"].values():
        assert component["unit"] == "EUR per day of stay"
        assert component["priceLevel"] == {"year": 2025, "status": "definitive"}
        assert component["suppressed"] is False
        low, high = map(Fraction, component["interval"])
        shown = Fraction(1, 10**6)  # an interval is given in six decimals
        assert low - shown <= Fraction(component["unitCost"]) <= high + shown
    total = sum(Fraction(component["unitCost"]) for component in stay["components"].values())
    assert abs(total - Fraction(stay["unitCost"])) < Fraction(1, 10**10)


def test_the_years_are_brought_to_one_price_level_before_they_are_pooled(service: Service, study, base):
    """All three providers made the same days, so that the figure is a plain mean of amounts at price level 2025."""
    amounts = {2024: Fraction(0), 2025: Fraction(0)}
    with service.by("analyst") as analyst:
        for row in analyst.get(f"/studies/{study}/submissions", params={"status": "accepted"}).json()["items"]:
            cost = analyst.get(f"/submissions/{row['submissionId']}/cost-prices").json()["prestaties"]
            if "verblijf" in cost:
                amounts[row["costYear"]] += Fraction(cost["verblijf"]["components"]["labour"]["amount"])

    expected = (amounts[2024] * Fraction("1.0518") + amounts[2025]) / (6 * 3360)

    found = Fraction(base["prestaties"]["verblijf"]["components"]["labour"]["unitCost"])
    assert abs(found - expected) < Fraction(1, 10**10)


def test_the_hash_is_that_of_its_content_and_the_same_when_frozen_again(service: Service, study, base):
    hashed = {name: value for name, value in base.items() if name not in {"costBaseId", "frozenAt", "hash"}}
    hashed["receipt"] = {name: value for name, value in base["receipt"].items() if name != "knownAt"}
    assert canonical_hash(hashed) == base["hash"]

    again = service.frozen(study)

    assert again["costBaseId"] != base["costBaseId"]
    assert again["hash"] == base["hash"]
    assert service.frozen(study, seed=8)["hash"] != base["hash"]


def test_influence_and_coverage_name_every_contributor(base):
    influence = [row for row in base["influence"] if row["prestatie"] == "verblijf"]
    coverage = [row for row in base["coverage"] if row["prestatie"] == "verblijf"]

    unit_cost = Fraction(base["prestaties"]["verblijf"]["unitCost"])
    assert [row["agbCode"] for row in influence] == list(PROVIDERS[:3])
    for row in influence:
        assert Fraction(row["unitCostWithout"]) - unit_cost == pytest.approx(Fraction(row["change"]))
    assert [row["providers"] for row in coverage][-1] == "1"
    assert len(coverage) == 4  # three providers and the sector figure itself
    assert sorted(Fraction(row["volume"]) for row in coverage) == [Fraction(row["volume"]) for row in coverage]


def test_every_figure_leads_back_to_a_submission_and_an_index(base):
    steps = {step["id"]: step for step in base["steps"]}

    assert steps["verblijf.unit-cost"]["value"].startswith(base["prestaties"]["verblijf"]["unitCost"][:12])
    assert steps["verblijf.index.labour.2024.2025"]["value"] == "0.0518"
    assert "Addendum" in steps["verblijf.index.labour.2024.2025"]["source"]["document"]
    assert "41010001 2024" in steps["verblijf.labour.41010001.2024"]["source"]["form"]
    assert all(name in steps for step in base["steps"] for name in step["inputs"])
    assert base["receipt"]["seed"] == base["seed"] == 7
    assert set(base["receipt"]["parameterHashes"]) == {"index_percentages.toml", "disclosure.toml"}


def test_an_excluded_provider_does_not_count_and_is_listed_with_the_reason(service: Service, study, base):
    exclusion = {"agbCode": PROVIDERS[2], "reason": "Gefuseerd in 2025."}

    without = service.frozen(study, exclusions=[exclusion])

    assert without["exclusions"] == [exclusion]
    assert without["prestaties"]["verblijf"]["contributors"] == 2
    influence = {row["agbCode"]: row["unitCostWithout"] for row in base["influence"] if row["prestatie"] == "verblijf"}
    assert without["prestaties"]["verblijf"]["unitCost"] == influence[PROVIDERS[2]]


def test_the_other_estimators(service: Service, study, base):
    weights = {"large": "0.4", "small": "0.6"}
    stratified = service.frozen(study, estimator="stratified", strataWeights=weights)
    median = service.frozen(study, estimator="median")

    assert len({made["prestaties"]["verblijf"]["unitCost"] for made in (base, stratified, median)}) == 3
    assert median["influence"]


def test_readers_other_than_the_analyst_see_no_provider_and_no_unsafe_figure(service: Service, study, base):
    with service.by("decider") as decider, service.provider(PROVIDERS[0]) as provider, service.by("analyst") as analyst:
        address = f"/cost-bases/{base['costBaseId']}"
        seen = decider.get(address).json()
        assert provider.get(address).json() == seen
        assert analyst.get(address).json() == base

    assert seen["hash"] == base["hash"]
    assert seen["influence"] == seen["coverage"] == seen["steps"] == seen["exclusions"] == []
    assert PROVIDERS[0] not in str(seen)
    stay, whole = seen["prestaties"]["verblijf"], base["prestaties"]["verblijf"]
    hidden = {name for name, component in stay["components"].items() if component["suppressed"]}
    for name in hidden:
        assert stay["components"][name]["unitCost"] is stay["components"][name]["interval"] is None
    for name in COMPONENTS - hidden:
        assert stay["components"][name] == whole["components"][name] | {"interval": None}
    if hidden and stay["unitCost"] is not None:
        assert len(hidden) > 1


def test_no_interval_gives_away_the_cost_of_the_dearest_provider(service: Service, study, base):
    # With three providers one draw in twenty-seven holds the same provider three times: the ends are its own cost.
    with service.by("decider") as decider:
        seen = decider.get(f"/cost-bases/{base['costBaseId']}").json()
    figures = [figure for stay in seen["prestaties"].values() for figure in (stay, *stay["components"].values())]
    assert [figure["interval"] for figure in figures] == [None] * len(figures)


def test_a_provider_that_was_not_asked_sees_nothing_of_the_study(service: Service, base):
    with service.provider("41019999") as stranger:
        assert stranger.get(f"/cost-bases/{base['costBaseId']}").status_code == 404


def test_with_two_providers_nothing_is_told(service: Service, study):
    two = service.frozen(study, exclusions=[{"agbCode": PROVIDERS[2], "reason": "x"}])

    with service.by("decider") as decider:
        stay = decider.get(f"/cost-bases/{two['costBaseId']}").json()["prestaties"]["verblijf"]

    assert stay["unitCost"] is stay["interval"] is stay["units"] is stay["contributors"] is None
    figures = {
        name for name, component in two["prestaties"]["verblijf"]["components"].items() if component["unitCost"] != "0"
    }
    assert all(stay["components"][name]["suppressed"] for name in figures)


def test_insurers_and_the_public_see_no_cost_data(service: Service, base):
    with service.by("insurer", uzovi="9999") as insurer, service.by() as nobody:
        assert insurer.get(f"/cost-bases/{base['costBaseId']}").status_code == 403
        assert nobody.get(f"/cost-bases/{base['costBaseId']}").status_code == 401


@pytest.mark.parametrize("role", ["provider", "decider"])
def test_the_whole_document_is_hidden_by_the_database_too(service: Service, base, role):
    principal = Principal("x", frozenset({role}), {"agbCode": PROVIDERS[0]})
    with service.database.transaction(principal) as session:
        assert session.execute(text("SELECT count(*) FROM costprice.cost_bases")).scalar_one() == 0


@pytest.mark.parametrize(
    ("change", "status", "place"),
    [
        ({"exclusions": [{"agbCode": "41010099", "reason": "x"}]}, 400, "/exclusions/0/agbCode"),
        ({"exclusions": [{"agbCode": PROVIDERS[0], "reason": " "}]}, 400, "/exclusions/0/reason"),
        ({"exclusions": [{"agbCode": PROVIDERS[0], "reason": "x"}] * 2}, 400, "/exclusions"),
        ({"estimator": "mean"}, 400, "/estimator"),
        ({"estimator": "stratified"}, 400, "/strataWeights"),
        ({"confidence": "1"}, 400, "/confidence"),
        ({"confidence": "95%"}, 400, "/confidence"),
        ({"replicates": 1}, 400, "/replicates"),
        ({"seed": -1}, 400, "/seed"),
        ({"seed": "7"}, 400, "/seed"),
    ],
)
def test_a_freeze_that_cannot_be_is_refused(service: Service, study, change, status, place):
    answer = service.freeze(study, **change)

    assert answer.status_code == status, answer.text
    assert [error["location"] for error in answer.json()["errors"]] == [place]


def test_nothing_accepted_is_nothing_to_freeze(service: Service):
    study = service.open_study()
    service.submit(study)

    answer = service.freeze(study)

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:zorgtarief:problem:nothing-accepted")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"exclusions": [{"agbCode": agb_code, "reason": "x"} for agb_code in PROVIDERS]}, "nothing-left"),
        ({"estimator": "stratified", "strataWeights": {"large": "1"}}, "invalid-input"),
    ],
)
def test_what_turns_out_impossible_fails_the_job_by_name(service: Service, study, change, problem):
    asked = service.freeze(study, **change)
    service.work()

    with service.by("analyst") as analyst:
        job = analyst.get(asked.headers["Location"].removeprefix("/costprice/v1")).json()
    assert job["status"] == "failed"
    assert job["problem"]["type"].endswith(problem)
    assert job["resultUrl"] is None


def test_a_cost_year_without_an_index_value_fails_the_job_by_name(service: Service):
    study = service.open_study(costYears=[2025, 2027])
    service.accepted(study)
    content = sound_content(cost_year=2027)
    service.accepted(study, content)

    asked = service.freeze(study)
    service.work()

    with service.by("analyst") as analyst:
        job = analyst.get(asked.headers["Location"].removeprefix("/costprice/v1")).json()
    assert job["problem"]["type"].endswith("index-missing")
    assert "labour_index" in job["problem"]["detail"]


def test_asking_twice_with_the_same_key_is_one_job(service: Service, study, key):
    from tests.unit.costprice.conftest import FREEZE_BODY

    with service.by("analyst") as analyst:
        first, again = (analyst.post(f"/studies/{study}/cost-bases", json=FREEZE_BODY, headers=key) for _ in range(2))
        before = len(analyst.get(f"/studies/{study}/cost-bases").json()["items"])
        service.work()
        after = analyst.get(f"/studies/{study}/cost-bases").json()["items"]
    assert first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"]
    assert len(after) == before + 1


def test_a_synthetic_study_says_so_in_every_result(service: Service):
    study = service.open_study(illustrative=True)
    submission = service.accepted(study)

    base = service.frozen(study)

    assert base["illustrative"] is True
    with service.by("analyst") as analyst:
        assert analyst.get(f"/submissions/{submission}/cost-prices").json()["illustrative"] is True


def test_jobs_and_cost_bases_that_do_not_exist_are_not_found(service: Service):
    with service.by("analyst") as analyst:
        for address in ("/jobs/nothing", "/jobs/5b0f8d3a-6a0e-4c55-9d0c-6f3a7c1f1b5e", "/cost-bases/nothing"):
            assert analyst.get(address).status_code == 404


def test_a_worker_of_its_own_does_the_work(service: Service, study, service_url, issuer):
    """The worker as it runs in earnest: another process that takes the job from the queue."""
    asked = service.freeze(study)
    environment = {
        **os.environ,
        "COSTPRICE_DATABASE_URL": service_url("costprice"),
        "COSTPRICE_ISSUER": issuer.issuer,
        "COSTPRICE_JWKS_URL": issuer.jwks_url,
    }
    worker = subprocess.Popen([sys.executable, "-m", "services.costprice", "worker"], env=environment)
    try:
        with service.by("analyst") as analyst:
            deadline = time.monotonic() + 60
            status = "queued"
            while status not in {"succeeded", "failed"} and time.monotonic() < deadline:
                time.sleep(0.2)
                job = analyst.get(asked.headers["Location"].removeprefix("/costprice/v1")).json()
                status = job["status"]
            assert status == "succeeded", job
            assert job["progress"] == 1
            assert analyst.get(job["resultUrl"].removeprefix("/costprice/v1")).status_code == 200
    finally:
        worker.terminate()
        worker.wait(30)


def test_a_component_nobody_has_is_zero_and_not_missing(service: Service):
    study = service.open_study()
    content = sound_content()
    centres = tuple(
        replace(centre, costs={c: a for c, a in centre.costs.items() if c is not CostCategory.INVENTORY})
        for centre in content.cost_centres
    )
    service.accepted(study, with_accounts(replace(content, cost_centres=centres)))

    component = service.frozen(study)["prestaties"]["verblijf"]["components"][Component.INVENTORY.value]

    assert component["unitCost"] == "0"
