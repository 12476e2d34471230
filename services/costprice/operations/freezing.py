"""Freeze a cost base: a durable job that makes one immutable, hashed document of everything that was accepted."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any

from fastapi import Response
from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from services.costprice.errors import CostBaseNotFound, NotPossibleNow, StudyNotFound, invalid_input
from services.costprice.operations.access import find_study
from services.costprice.operations.cost_base_document import Frozen, analyst_document, public_document, sector_of
from services.costprice.operations.cost_prices import cost_of, form_name
from services.costprice.operations.paging import after_number, page
from services.costprice.operations.studies import BASE_PATH
from services.costprice.parameters import published_parameters
from services.costprice.roles import ROW_CLAIMS, Role
from services.costprice.rules.allocation import Method
from services.costprice.rules.faults import InputFaults
from services.costprice.rules.sector import ProviderYear
from services.costprice.schemas.cost_bases import CostBaseIn, CostBaseOut, CostBaseSummary
from services.costprice.settings import Settings
from services.costprice.store import CostBaseStore, StudyStore, SubmissionStore
from services.costprice.tables import SERVICE, jobs
from shared import __version__
from shared.kernel.dated import NoValueInForce
from shared.kernel.receipts import Receipt, canonical_hash
from shared.kernel.sources import Text
from shared.plumbing.database import Database
from shared.plumbing.jobs import JobOut, Progress, ask, carry_out, job_of, job_queue
from shared.plumbing.problems import BadRequest, Conflict, Fault
from shared.plumbing.schemas import Page, utc_text
from shared.plumbing.work import Work

QUEUE = job_queue(SERVICE)
FREEZE = "freeze-cost-base"

LATEST = "latest"
"""Stands for the cost base that was frozen last, where a number is asked for."""


class IndexMissing(Conflict):
    """A cost year cannot be brought to the price level of the last one."""

    code = "index-missing"
    title = Text("Indexcijfer ontbreekt", "Index value missing")


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked: everything a worker must know to freeze the same cost base, however often it starts again."""

    cost_base_id: str
    study_id: str
    asked_by: str
    known_at: datetime
    request: CostBaseIn


def ask_to_freeze(work: Work, study_id: str, body: CostBaseIn, response: Response) -> JobOut:
    """Queue the freezing of a cost base."""
    study = find_study(work, study_id)
    known = {row["agb_code"] for row in StudyStore(work.session).providers(study_id)}
    faults = [
        Fault(
            f"/exclusions/{index}/agbCode",
            "not_in_study",
            Text(
                f"{exclusion.agb_code} is geen zorgaanbieder van dit onderzoek; verbeter de code of laat haar weg",
                f"{exclusion.agb_code} is not a provider of this study; correct the code or leave it out",
            ),
        )
        for index, exclusion in enumerate(body.exclusions)
        if exclusion.agb_code not in known
    ]
    if body.estimator == "stratified" and not body.strata_weights:
        message = Text(
            "de gestratificeerde schatter heeft het gewicht van elk stratum nodig; geef het",
            "the stratified estimator needs the weight of each stratum; give it",
        )
        faults.append(Fault("/strataWeights", "missing", message))
    if faults:
        raise BadRequest(
            Text("De opdracht klopt niet; zie errors.", "The request is not valid; see errors."), errors=faults
        )
    if not SubmissionStore(work.session).any_accepted(study["study_id"]):
        raise NotPossibleNow(
            "nothing-accepted",
            "Er is nog geen aanlevering aanvaard; er is niets om vast te leggen.",
            "No submission is accepted yet; there is nothing to freeze.",
        )
    job = ask(
        work,
        jobs,
        freeze_task,
        FREEZE,
        cost_base_id=str(uuid.uuid4()),
        study_id=study_id,
        asked_by=work.principal.subject,
        known_at=utc_text(work.now()),
        request=body.model_dump(mode="json", by_alias=True),
    )
    return work.saved(job, response, location=f"{BASE_PATH}/jobs/{job.job_id}")


def get_job(work: Work, job_id: str) -> JobOut:
    """A job and what became of it."""
    try:
        return job_of(work, jobs, uuid.UUID(job_id))
    except ValueError:
        return job_of(work, jobs, uuid.UUID(int=0))


def get_cost_base(work: Work, cost_base_id: str) -> CostBaseOut:
    """A cost base: the whole of it for the analyst, after disclosure control for others; ``latest`` is the last one."""
    store = CostBaseStore(work.session)
    if cost_base_id == LATEST:
        cost_base_id = store.latest() or LATEST
    document = store.document(cost_base_id) if work.principal.has(Role.ANALYST) else store.view(cost_base_id)
    if document is None or not may_read(work, document):
        raise CostBaseNotFound
    return CostBaseOut.model_validate(document)


def may_read(work: Work, document: Mapping[str, Any]) -> bool:
    """Whether the caller has to do with the study: NZa always, a provider only where it was asked."""
    if work.principal.has(Role.ANALYST, Role.DECIDER):
        return True
    agb_code = work.principal.claims.get("agbCode", "")
    return StudyStore(work.session).provider(document["studyId"], agb_code) is not None


def list_cost_bases(work: Work, study_id: str, cursor: str | None, limit: int) -> Page[CostBaseSummary]:
    """Cost bases of a study in the order in which they were frozen."""
    study = find_study(work, study_id)
    rows = CostBaseStore(work.session).page(study["study_id"], after_number(cursor), limit + 1)
    return page(rows, limit, _summary, lambda row: row["number"])


def _summary(row: RowMapping) -> CostBaseSummary:
    return CostBaseSummary(**{name: row[name] for name in CostBaseSummary.model_fields})


@cache
def worker_database() -> Database:
    """The database of this worker, by its settings."""
    settings = Settings.load()
    assert isinstance(settings, Settings)
    return Database(settings.database_url, SERVICE, row_claims=ROW_CLAIMS, pool_size=settings.pool_size)


@QUEUE.task(name="costprice.freeze_cost_base")
def freeze_task(*, job_id: str, **arguments: Any) -> None:
    """The job as the queue knows it."""
    carry_out_freeze(worker_database(), job_id, arguments)


def carry_out_freeze(database: Database, job_id: str, arguments: dict[str, Any]) -> None:
    """Freeze as a job: the cost base and the job's success are saved together."""
    order = Order(
        cost_base_id=arguments["cost_base_id"],
        study_id=arguments["study_id"],
        asked_by=arguments["asked_by"],
        known_at=datetime.fromisoformat(arguments["known_at"]),
        request=CostBaseIn.model_validate(arguments["request"]),
    )
    carry_out(database, jobs, job_id, lambda session, progress: freeze(session, progress, order))


def freeze(session: Session, progress: Progress, order: Order) -> str:
    """Make the cost base from what is accepted now; the address of the result.

    Raises:
        BadRequest: the estimate cannot be made from these contributions.
        IndexMissing: an index value is not known.
    """
    study = StudyStore(session).study(order.study_id)
    if study is None:
        raise StudyNotFound
    excluded = {exclusion.agb_code for exclusion in order.request.exclusions}
    accepted = [row for row in SubmissionStore(session).accepted(order.study_id) if row["agb_code"] not in excluded]
    strata = {row["agb_code"]: row["stratum"] for row in StudyStore(session).providers(order.study_id)}
    years = _years(accepted, Method(study["allocation_method"]), strata, progress)
    frozen_at = session.execute(select(func.clock_timestamp())).scalar_one()
    frozen = _frozen(study, order, accepted, frozen_at)
    try:
        sector = {}
        for index, prestatie in enumerate(study["prestaties"]):
            rows = years.get(prestatie, [])
            if rows:
                sector[prestatie] = sector_of(rows, frozen)
            progress.at(0.5 + 0.4 * (index + 1) / len(study["prestaties"]))
        if not sector:
            raise NotPossibleNow(
                "nothing-left",
                "Na de uitsluitingen blijft geen aanvaarde aanlevering met productie over.",
                "After the exclusions no accepted submission with production is left.",
            )
    except InputFaults as refused:
        raise invalid_input(refused) from refused
    except NoValueInForce as missing:
        raise IndexMissing(
            Text(f"Er is geen indexcijfer: {missing}.", f"There is no index value: {missing}.")
        ) from missing
    document = analyst_document(frozen, sector)
    view = public_document(document, sector)
    CostBaseStore(session).add(
        order.cost_base_id,
        document,
        {
            "study_id": order.study_id,
            "estimator": order.request.estimator.value,
            "hash": document["hash"],
            "document": view,
            "frozen_at": frozen_at,
            "frozen_by": order.asked_by,
        },
    )
    return f"{BASE_PATH}/cost-bases/{order.cost_base_id}"


def _years(
    accepted: Sequence[RowMapping], method: Method, strata: dict[str, str | None], progress: Progress
) -> dict[str, list[tuple[ProviderYear, str]]]:
    """Per prestatie the cost of each provider and year that made any of it, and the submission it comes from."""
    years: dict[str, list[tuple[ProviderYear, str]]] = {}
    for index, row in enumerate(accepted):
        for prestatie, made in cost_of(row, method).prestaties.items():
            if made.units:
                year = ProviderYear(
                    row["agb_code"], strata[row["agb_code"]], row["cost_year"], made.units, made.components
                )
                years.setdefault(prestatie, []).append((year, form_name(row)))
        progress.at(0.5 * (index + 1) / len(accepted))
    return years


def _frozen(study: RowMapping, order: Order, accepted: Sequence[RowMapping], frozen_at: datetime) -> Frozen:
    parameters = published_parameters()
    request = order.request.model_dump(mode="json", by_alias=True)
    receipt = Receipt(
        code_version=__version__,
        parameter_hashes=dict(parameters.hashes),
        input_hash=canonical_hash({"request": request, "contents": [row["content_hash"] for row in accepted]}),
        known_at=order.known_at,
        seed=order.request.seed,
    )
    return Frozen(
        cost_base_id=order.cost_base_id,
        study=dict(study),
        request=order.request,
        parameters=parameters,
        receipt=receipt,
        level=max((row["cost_year"] for row in accepted), default=max(study["cost_years"])),
        confidence=Fraction(order.request.confidence),
        frozen_at=frozen_at,
    )
