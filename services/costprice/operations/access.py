"""Find what a request is about, for a caller who may know of it."""

from sqlalchemy import RowMapping

from services.costprice.errors import (
    AnotherProvider,
    CostYearNotInStudy,
    ProviderNotInStudy,
    StudyNotFound,
    SubmissionNotFound,
)
from services.costprice.roles import Role
from services.costprice.store import StudyStore, SubmissionStore
from shared.plumbing.identity import Principal
from shared.plumbing.work import Work


def find_study(work: Work, study_id: str) -> RowMapping:
    """The study.

    Raises:
        StudyNotFound: there is none with this id.
    """
    study = StudyStore(work.session).study(study_id)
    if study is None:
        raise StudyNotFound
    return study


def find_provider(work: Work, study: RowMapping, agb_code: str) -> RowMapping:
    """A provider of the study; a provider finds only itself.

    Raises:
        AnotherProvider: the caller is a provider with another AGB code.
        ProviderNotInStudy: it was not asked to take part.
    """
    refuse_another_provider(work.principal, agb_code)
    provider = StudyStore(work.session).provider(study["study_id"], agb_code)
    if provider is None:
        raise ProviderNotInStudy(agb_code)
    return provider


def refuse_another_provider(principal: Principal, agb_code: str) -> None:
    """A provider asks for its own AGB code only; the database would hide other rows, this says why."""
    if not principal.has(Role.ANALYST) and principal.claims.get("agbCode") != agb_code:
        raise AnotherProvider


def refuse_another_year(study: RowMapping, cost_year: int) -> None:
    """The study must be about the cost year."""
    if cost_year not in study["cost_years"]:
        raise CostYearNotInStudy(study["cost_years"])


def find_submission(work: Work, submission_id: str) -> RowMapping:
    """A submission without its content; another provider's does not exist for a provider.

    Raises:
        SubmissionNotFound: there is none that the caller may see.
    """
    submission = SubmissionStore(work.session).submission(submission_id)
    if submission is None:
        raise SubmissionNotFound
    return submission
