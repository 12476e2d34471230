"""Open a study, ask providers to take part, and give them their form."""

import uuid

from fastapi import Response
from sqlalchemy import RowMapping

from services.costprice.forms import blank_content, write_form
from services.costprice.operations.access import find_provider, find_study, refuse_another_year
from services.costprice.operations.paging import after_number, page
from services.costprice.schemas.studies import ProviderIn, ProviderOut, StudyIn, StudyOut
from services.costprice.store import StudyStore
from shared.plumbing.schemas import Page
from shared.plumbing.work import Work

BASE_PATH = "/costprice/v1"
ILLUSTRATIVE_NOTICE = "Synthetische gegevens, illustratief / Synthetic data, illustrative"


def open_study(work: Work, body: StudyIn, response: Response) -> StudyOut:
    """Open a study."""
    values = {
        "study_id": str(uuid.uuid4()),
        "name": body.name,
        "policy_rule": body.policy_rule,
        "cost_years": sorted(body.cost_years),
        "prestaties": list(body.prestaties),
        "tariff_year": body.tariff_year,
        "deadline": body.deadline,
        "allocation_method": body.allocation_method.value,
        "board_statement_required": body.board_statement_required,
        "illustrative": body.illustrative,
        "status": "open",
        "created_at": work.now(),
        "created_by": work.principal.subject,
    }
    StudyStore(work.session).add(values)
    study = find_study(work, str(values["study_id"]))
    return work.saved(study_out(study), response, location=f"{BASE_PATH}/studies/{study['study_id']}")


def list_studies(work: Work, cursor: str | None, limit: int) -> Page[StudyOut]:
    """Studies in the order in which they were opened."""
    rows = StudyStore(work.session).page(after_number(cursor), limit + 1)
    return page(rows, limit, study_out, lambda row: row["number"])


def get_study(work: Work, study_id: str) -> StudyOut:
    """One study."""
    return study_out(find_study(work, study_id))


def put_provider(work: Work, study_id: str, agb_code: str, body: ProviderIn) -> ProviderOut:
    """Ask a provider to take part, or change what is known of it."""
    study = find_study(work, study_id)
    values = {
        "study_id": study["study_id"],
        "agb_code": agb_code,
        "name": body.name,
        "nza_number": body.nza_number,
        "stratum": body.stratum,
        "changed_at": work.now(),
        "changed_by": work.principal.subject,
    }
    StudyStore(work.session).put_provider(values)
    return work.saved(provider_out(find_provider(work, study, agb_code)))


def list_providers(work: Work, study_id: str, cursor: str | None, limit: int) -> Page[ProviderOut]:
    """The providers of a study; a provider sees itself."""
    study = find_study(work, study_id)
    rows = StudyStore(work.session).providers(study["study_id"], cursor or "", limit + 1)
    return page(rows, limit, provider_out, lambda row: row["agb_code"])


def get_provider(work: Work, study_id: str, agb_code: str) -> ProviderOut:
    """One provider of a study."""
    return provider_out(find_provider(work, find_study(work, study_id), agb_code))


def get_form(work: Work, study_id: str, agb_code: str, cost_year: int) -> tuple[str, bytes]:
    """The form of a provider over a cost year, with what is known filled in: a file name and the file."""
    study = find_study(work, study_id)
    provider = find_provider(work, study, agb_code)
    refuse_another_year(study, cost_year)
    content = blank_content(
        study_id=study["study_id"],
        agb_code=agb_code,
        cost_year=cost_year,
        provider_name=provider["name"],
        nza_number=provider["nza_number"],
    )
    notice = ILLUSTRATIVE_NOTICE if study["illustrative"] else ""
    return f"kostprijs-{agb_code}-{cost_year}.xlsx", write_form(content, study_name=study["name"], notice=notice)


def study_out(row: RowMapping) -> StudyOut:
    """A study as clients see it."""
    return StudyOut(**{name: row[name] for name in StudyOut.model_fields})


def provider_out(row: RowMapping) -> ProviderOut:
    """A provider as clients see it."""
    return ProviderOut(**{name: row[name] for name in ProviderOut.model_fields})
