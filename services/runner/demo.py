"""The main job, from a provider's form to a settled retroactive tariff: each step by its endpoint, by its own role."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rich.console import Console

from samples.production import Ceiling, production_file
from samples.submissions import submission, with_a_slip
from samples.world import COST_YEARS, SampleProvider, World
from services.costprice.forms import write_form
from services.runner.client import Caller
from services.runner.report import Outcome, show
from services.runner.whole_set import RunningSet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOTICE = (
    "SYNTHETISCH voorbeeld: deze aanbieder en deze bedragen bestaan niet. / SYNTHETIC sample: nothing here is real."
)
PRESTATIES = ("verblijf", "dagopvang")
LOOK_AT = "2026-03-01"

OLD_INVESTMENT = {"investment_per_place": "208000", "max_max_surcharge": "0.10"}
"""Illustrative inputs of the 2026 tariff before the rise: a lower investment, and a max-max surcharge as the rule for
eerstelijnsverblijf knows one. Neither is published for kindzorg; the calculations say so."""

NEW_INVESTMENT = {"max_max_surcharge": "0.10"}


@dataclass
class MainJob:
    """The people of the main job, and what came of it."""

    running: RunningSet
    sector: World
    console: Console
    callers: dict[str, Caller] = field(default_factory=dict)

    def by(self, client: str) -> Caller:
        """The client that does the next step."""
        if client not in self.callers:
            self.callers[client] = Caller(self.running, client)
        return self.callers[client]

    def say(self, text: str) -> None:
        """Tell what happens."""
        self.console.print(f"  {text}")

    def close(self) -> None:
        """Close all connections."""
        for caller in self.callers.values():
            caller.close()


def run_main_job(running: RunningSet, sector: World, console: Console) -> Outcome:
    """Do the whole job and print what came of it."""
    job = MainJob(running, sector, console)
    try:
        console.print("\n[bold]The main job, through the gateway[/bold] (all providers and amounts are synthetic)")
        study_id = open_study(job)
        deliver(job, study_id)
        base = freeze(job, study_id)
        proposals = propose(job, base["costBaseId"])
        decide_2028(job, proposals)
        before = decide_2026(job, base)
        known_before = job.by("decider").get(f"/tariffs/v1/tariff-decisions/{before}")["publishedAt"]
        declare(job)
        after = decide_retroactively(job, base, before)
        known_after = job.by("decider").get(f"/tariffs/v1/tariff-decisions/{after}")["publishedAt"]
        outcome = Outcome(
            base=base,
            proposals=proposals,
            before=tariff(job, known_before),
            after=tariff(job, known_after),
            settlement=settle(job),
        )
    finally:
        job.close()
    show(console, outcome)
    return outcome


def open_study(job: MainJob) -> str:
    """The analyst opens the study and enters who is asked."""
    analyst = job.by("analyst")
    study = analyst.post(
        "/costprice/v1/studies",
        {
            "name": "Kostprijsonderzoek kindzorg 2024–2025 (synthetisch voorbeeld)",
            "policyRule": "BR/REG-26109",
            "costYears": list(COST_YEARS),
            "prestaties": sorted(PRESTATIES),
            "tariffYear": 2028,
            "deadline": "2026-12-31",
            "boardStatementRequired": True,
            "illustrative": True,
        },
    )
    study_id = str(study["studyId"])
    for provider in job.sector.providers:
        body = {"name": provider.name, "nzaNumber": provider.nza_number}
        analyst.call("PUT", f"/costprice/v1/studies/{study_id}/providers/{provider.agb_code}", 200, json=body)
    job.say(f"analyst opened a study and asked {len(job.sector.providers)} providers over {COST_YEARS}")
    return study_id


def deliver(job: MainJob, study_id: str) -> None:
    """Every provider sends its forms; one makes a slip, reads the findings and sends the form again."""
    accepted = 0
    for number, provider in enumerate(job.sector.providers):
        for cost_year in COST_YEARS:
            if number == 0 and cost_year == COST_YEARS[0]:
                slip = send(job, provider, study_id, cost_year, slip=True)
                findings = job.by(f"provider-{provider.agb_code}").get(
                    f"/costprice/v1/submissions/{slip['submissionId']}/findings"
                )["items"]
                errors = [finding for finding in findings if finding["severity"] == "error"]
                job.say(
                    f"{provider.name} sent a form over {cost_year}: {slip['status']}, {len(errors)} errors, such as"
                )
                job.say(f"    {errors[0]['ruleId']}: {errors[0]['message']['en']}")
            sent = send(job, provider, study_id, cost_year)
            accept(job, provider, sent)
            accepted += 1
    job.say(f"{len(job.sector.providers)} providers sent {accepted + 1} Excel forms; analyst accepted {accepted}")


def send(job: MainJob, provider: SampleProvider, study_id: str, cost_year: int, *, slip: bool = False) -> Any:
    """A provider sends the filled form over one cost year."""
    content = submission(provider, study_id, cost_year)
    form = write_form(with_a_slip(content) if slip else content, notice=NOTICE)
    return (
        job.by(f"provider-{provider.agb_code}")
        .call(
            "POST",
            f"/costprice/v1/studies/{study_id}/submissions",
            201,
            params={"agbCode": provider.agb_code, "costYear": str(cost_year)},
            content=form,
            headers={"Content-Type": XLSX},
        )
        .json()
    )


def accept(job: MainJob, provider: SampleProvider, sent: Any) -> None:
    """The provider explains its warnings and signs; the analyst accepts."""
    address = f"/costprice/v1/submissions/{sent['submissionId']}"
    by_provider = job.by(f"provider-{provider.agb_code}")
    if sent["findings"]["warnings"]:
        warned = by_provider.get(f"{address}/findings")["items"]
        for rule_id in sorted({finding["ruleId"] for finding in warned if finding["severity"] == "warning"}):
            text = "Synthetisch voorbeeld: toegelicht door de aanbieder."
            by_provider.post(f"{address}/explanations", {"ruleId": rule_id, "text": text})
    by_provider.post(f"{address}/board-statement", {"signedBy": "Bestuurder (synthetisch)", "signedOn": "2026-11-02"})
    job.by("analyst").post(f"{address}/acceptance", {})


def freeze(job: MainJob, study_id: str) -> Any:
    """The analyst freezes the cost base; a worker does the statistics."""
    base = job.by("analyst").job(
        f"/costprice/v1/studies/{study_id}/cost-bases",
        {"exclusions": [], "estimator": "volume-weighted", "confidence": "0.95", "replicates": 10000, "seed": 20281},
    )
    job.say(f"analyst froze the cost base {base['hash'][:12]}… with {base['replicates']} bootstrap replicates")
    return base


def propose(job: MainJob, cost_base_id: str) -> list[Any]:
    """The analyst asks the gateway for the tariffs of 2028."""
    proposal = job.by("analyst").post(
        "/v1/tariff-proposals",
        {
            "costBaseId": cost_base_id,
            "prestaties": list(PRESTATIES),
            "tariffYear": 2028,
            "priceStatus": "provisional",
        },
    )
    items: list[Any] = proposal["items"]
    job.say("analyst had the tariffs of 2028 calculated from it, through the gateway")
    return items


def decide(job: MainJob, draft: Any, decider: str) -> str:
    """The analyst drafts a decision; somebody else adopts and publishes it."""
    made = job.by("analyst").post("/tariffs/v1/tariff-decisions", draft)
    address = f"/tariffs/v1/tariff-decisions/{made['decisionId']}"
    job.by(decider).call("POST", f"{address}/adoption", 200, json={})
    job.by(decider).call("POST", f"{address}/publication", 200, json={})
    job.say(f"analyst drafted {draft['number']}; {decider} adopted and published it")
    return str(made["decisionId"])


def decide_2028(job: MainJob, proposals: list[Any]) -> str:
    """The recalibrated tariffs of 2028."""
    draft = {
        "number": "TB/SYN-28620-01",
        "title": "Tariefbeschikking kindzorg 2028 (synthetisch voorbeeld)",
        "lines": [{"prestatie": item["prestatie"], "calculationId": item["calculationId"]} for item in proposals],
        "inForceFrom": "2028-01-01",
        "inForceUntil": "2029-01-01",
        "reasons": "Herijking op de kosten van 2024 en 2025; synthetische gegevens.",
    }
    return decide(job, draft, "decider")


def calculate(job: MainJob, base: Any, prestatie: str, overrides: dict[str, str]) -> Any:
    """A tariff of 2026 from the cost base, with the illustrative inputs of the demo."""
    body = {
        "prestatie": prestatie,
        "tariffYear": 2026,
        "priceStatus": "provisional",
        "costBase": base,
        "overrides": overrides,
    }
    return job.by("analyst").post("/tariffs/v1/tariff-calculations", body)


def decide_2026(job: MainJob, base: Any) -> str:
    """The tariffs of 2026 as they were before the rise of the housing component."""
    lines = [
        {"prestatie": prestatie, "calculationId": calculate(job, base, prestatie, overrides)["calculationId"]}
        for prestatie, overrides in (("verblijf", OLD_INVESTMENT), ("dagopvang", NEW_INVESTMENT))
    ]
    draft = {
        "number": "TB/SYN-26620-01",
        "title": "Tariefbeschikking kindzorg 2026 (synthetisch voorbeeld)",
        "lines": lines,
        "inForceFrom": "2026-01-01",
        "inForceUntil": "2027-01-01",
        "reasons": "Tarieven 2026 met de huisvestingscomponent van vóór de herijking; synthetische gegevens.",
    }
    return decide(job, draft, "decider")


def decide_retroactively(job: MainJob, base: Any, replaced: str) -> str:
    """The higher housing component of verblijf, back to 1 January 2026; the other components stay as they were."""
    calculation = calculate(job, base, "verblijf", NEW_INVESTMENT)
    draft = {
        "number": "TB/SYN-26620-02",
        "title": "Huisvestingscomponent verblijf met terugwerkende kracht (synthetisch voorbeeld)",
        "lines": [{"prestatie": "verblijf", "calculationId": calculation["calculationId"]}],
        "inForceFrom": "2026-01-01",
        "inForceUntil": "2027-01-01",
        "replaces": replaced,
        "replacedComponents": ["housing"],
        "reasons": "Hogere investering per plaats (duurzaamheid, brandveiligheid); synthetische gegevens.",
    }
    return decide(job, draft, "decider-2")


def declare(job: MainJob) -> None:
    """Every provider sends its declared production over 2026."""
    ceilings = {prestatie: ceiling(job, prestatie) for prestatie in PRESTATIES}
    declared = 0
    for provider in job.sector.providers:
        content = production_file(job.sector, provider, ceilings)
        sent = job.by(f"provider-{provider.agb_code}").call(
            "POST", "/tariffs/v1/production-files", 201, content=content, headers={"Content-Type": "text/csv"}
        )
        declared += sent.json()["lines"]
    job.say(f"{len(job.sector.providers)} providers declared {declared:,} lines over 2026, under every contract basis")


def ceiling(job: MainJob, prestatie: str) -> Ceiling:
    """The maximum tariff of 2026 that providers charge under."""
    found = job.by("analyst").get("/tariffs/v1/maximum-tariffs", prestatie=prestatie, on=LOOK_AT)
    return Ceiling(found["maximumTariffCents"], found["maxMaxTariffCents"])


def tariff(job: MainJob, known_at: str) -> Any:
    """The tariff of verblijf on one day of 2026, as known at a moment."""
    return job.by("analyst").get("/tariffs/v1/maximum-tariffs", prestatie="verblijf", on=LOOK_AT, knownAt=known_at)


def settle(job: MainJob) -> Any:
    """The analyst has all declared production settled; a worker does it."""
    settlement = job.by("analyst").job("/tariffs/v1/settlements", {"all": True})
    job.say(f"everything declared was settled: {sum(Decimal(row['lines']) for row in settlement['totals'])} lines")
    return settlement
