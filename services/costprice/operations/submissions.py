"""What happens to a submission after it was received: findings answered, a statement signed, a decision taken."""

from typing import Any

from fastapi import Response
from sqlalchemy import RowMapping

from services.costprice.errors import NotPossibleNow, SubmissionNotFound
from services.costprice.operations.access import find_study, find_submission, refuse_another_provider
from services.costprice.operations.paging import after_number, page
from services.costprice.operations.receiving import finding_row_out
from services.costprice.operations.studies import BASE_PATH
from services.costprice.rules.checks import CATALOGUE, Severity, rule
from services.costprice.schemas.content import SubmissionContentDocument
from services.costprice.schemas.submissions import (
    BoardStatementDraft,
    BoardStatementIn,
    BoardStatementOut,
    CheckRuleOut,
    EventOut,
    ExplanationIn,
    ExplanationOut,
    FindingCounts,
    FindingOut,
    RejectionIn,
    SubmissionOut,
)
from services.costprice.store import StudyStore, SubmissionStore
from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, Fault
from shared.plumbing.schemas import Page, TextOut
from shared.plumbing.work import Work


def list_submissions(
    work: Work, study_id: str, filters: dict[str, Any], cursor: str | None, limit: int
) -> Page[SubmissionOut]:
    """Submissions of a study in the order in which they came; a provider sees its own."""
    study = find_study(work, study_id)
    if filters.get("agb_code") is not None:
        refuse_another_provider(work.principal, filters["agb_code"])
    rows = SubmissionStore(work.session).page(study["study_id"], filters, after_number(cursor), limit + 1)
    return page(rows, limit, lambda row: submission_out(work, row), lambda row: row["number"])


def get_submission(work: Work, submission_id: str) -> SubmissionOut:
    """One submission and where it stands."""
    return submission_out(work, find_submission(work, submission_id))


def get_content(work: Work, submission_id: str) -> SubmissionContentDocument:
    """The content of a submission as it was read."""
    row = SubmissionStore(work.session).whole(submission_id)
    if row is None:
        raise SubmissionNotFound
    return SubmissionContentDocument.model_validate(row["content"])


def list_findings(
    work: Work, submission_id: str, severity: Severity | None, cursor: str | None, limit: int
) -> Page[FindingOut]:
    """The findings of a submission, each with the explanation of its rule."""
    submission = find_submission(work, submission_id)
    store = SubmissionStore(work.session)
    given = store.explanations(submission["submission_id"])
    rows = store.findings(submission["submission_id"], severity, after_number(cursor), limit + 1)
    return page(rows, limit, lambda row: finding_row_out(row, given), lambda row: row["number"])


def list_events(work: Work, submission_id: str, cursor: str | None, limit: int) -> Page[EventOut]:
    """Who did what with a submission, and when."""
    submission = find_submission(work, submission_id)
    rows = SubmissionStore(work.session).events(submission["submission_id"], after_number(cursor), limit + 1)
    return page(rows, limit, _event_out, lambda row: row["event_id"])


def explain(work: Work, submission_id: str, body: ExplanationIn, response: Response) -> ExplanationOut:
    """The provider explains what a rule warns about."""
    if body.rule_id not in {check.id for check in CATALOGUE}:
        raise BadRequest(
            Text("Deze controle bestaat niet; zie /check-rules.", "There is no such check; see /check-rules."),
            errors=[
                Fault(
                    "/ruleId",
                    "unknown_rule",
                    Text("kies een ruleId van /check-rules", "choose a ruleId of /check-rules"),
                )
            ],
        )
    submission = _held(work, submission_id)
    _refuse_unless_submitted(submission)
    store = SubmissionStore(work.session)
    if body.rule_id not in store.warned_rules(submission_id):
        raise NotPossibleNow(
            "nothing-to-explain",
            f"Controle {body.rule_id} waarschuwt niet bij deze aanlevering; er is niets toe te lichten.",
            f"Check {body.rule_id} does not warn about this submission; there is nothing to explain.",
        )
    values = _mark(work, submission) | {"rule_id": body.rule_id, "text": body.text}
    store.explain(values)
    _note(work, submission, "explained", body.rule_id)
    return work.saved(ExplanationOut(rule_id=body.rule_id, text=body.text, created_at=work.now()), response)


def get_board_statement(work: Work, submission_id: str) -> BoardStatementDraft:
    """The statement to be signed by a director, and the signature if there is one."""
    submission = find_submission(work, submission_id)
    signed = SubmissionStore(work.session).board_statement(submission_id)
    return BoardStatementDraft(
        text=statement_text(submission),
        content_hash=submission["content_hash"],
        signed=_statement_out(signed) if signed else None,
    )


def statement_text(submission: RowMapping) -> TextOut:
    """What the director declares; it names the content by its hash, so that it is about nothing else."""
    who, year, version = submission["agb_code"], submission["cost_year"], submission["version"]
    digest = submission["content_hash"]
    return TextOut(
        nl=f"Ondergetekende, bevoegd bestuurder van de zorgaanbieder met AGB-code {who}, verklaart dat de aanlevering "
        f"over {year}, versie {version} (SHA-256 van de inhoud: {digest}), naar waarheid is ingevuld en aansluit op de "
        "vastgestelde jaarrekening.",
        en=f"The undersigned, authorised director of the provider with AGB code {who}, declares that the submission "
        f"over {year}, version {version} (SHA-256 of its content: {digest}), was filled in truthfully and ties to the "
        "adopted annual accounts.",
    )


def sign(work: Work, submission_id: str, body: BoardStatementIn, response: Response) -> BoardStatementOut:
    """A director of the provider signed the board statement."""
    submission = _held(work, submission_id)
    _refuse_unless_submitted(submission)
    if body.signed_on > work.now().date():
        raise BadRequest(
            Text("De datum van tekenen ligt in de toekomst.", "The date of signing lies in the future."),
            errors=[
                Fault("/signedOn", "in_the_future", Text("geef een dag tot en met vandaag", "give a day up to today"))
            ],
        )
    store = SubmissionStore(work.session)
    if store.board_statement(submission_id) is not None:
        raise NotPossibleNow(
            "signed-before",
            "De bestuursverklaring bij deze aanlevering is al getekend.",
            "The board statement of this submission was signed before.",
        )
    store.sign(
        _mark(work, submission)
        | {
            "signed_by": body.signed_by,
            "position": body.position,
            "signed_on": body.signed_on,
            "content_hash": submission["content_hash"],
        }
    )
    _note(work, submission, "board statement signed", None)
    signed = store.board_statement(submission_id)
    assert signed is not None
    return work.saved(
        _statement_out(signed), response, location=f"{BASE_PATH}/submissions/{submission_id}/board-statement"
    )


def accept(work: Work, submission_id: str, response: Response) -> SubmissionOut:
    """The analyst accepts a submission; from then on it counts in cost bases, in the place of an earlier version."""
    submission = _held(work, submission_id)
    _refuse_unless_submitted(submission)
    store = SubmissionStore(work.session)
    _refuse_unexplained(submission_id, store)
    if store.newer_exists(submission):
        raise NotPossibleNow(
            "newer-version",
            "Er is een nieuwere versie van deze aanlevering; beoordeel die.",
            "There is a newer version of this submission; review that one.",
        )
    study = StudyStore(work.session).study(submission["study_id"])
    assert study is not None
    if study["board_statement_required"] and store.board_statement(submission_id) is None:
        raise NotPossibleNow(
            "board-statement-missing",
            "In dit onderzoek is een bestuursverklaring vereist; de zorgaanbieder heeft die nog niet gegeven.",
            "This study requires a board statement; the provider has not given it yet.",
        )
    store.supersede_accepted(submission)
    return _decided(work, submission, {"status": "accepted"}, response)


def reject(work: Work, submission_id: str, body: RejectionIn, response: Response) -> SubmissionOut:
    """The analyst rejects a submission; the provider can send a new version."""
    submission = _held(work, submission_id)
    _refuse_unless_submitted(submission)
    return _decided(work, submission, {"status": "rejected", "rejection_reason": body.reason}, response)


def check_rules() -> Page[CheckRuleOut]:
    """The whole catalogue of checks."""
    return Page(
        items=[
            CheckRuleOut(
                rule_id=check.id,
                severity=check.severity,
                message=TextOut.of(check.message),
                rationale=TextOut.of(check.rationale),
                source=f"{check.source.document}, {check.source.article}" if check.source else None,
            )
            for check in CATALOGUE
        ]
    )


def submission_out(work: Work, row: RowMapping) -> SubmissionOut:
    """A submission as clients see it."""
    store = SubmissionStore(work.session)
    given = store.explanations(row["submission_id"]) if row["warnings"] else {}
    warned = store.warned_rules(row["submission_id"]) if row["warnings"] else []
    signed = store.board_statement(row["submission_id"])
    same = set(SubmissionOut.model_fields) - {"findings", "unexplained_warnings", "board_statement"}
    return SubmissionOut(
        **{name: row[name] for name in same},
        findings=FindingCounts(errors=row["errors"], warnings=row["warnings"]),
        unexplained_warnings=[name for name in warned if name not in given],
        board_statement=_statement_out(signed) if signed else None,
    )


def _held(work: Work, submission_id: str) -> RowMapping:
    """The submission as it stands now, and nobody else changes it until the end of the transaction."""
    found = find_submission(work, submission_id)
    store = SubmissionStore(work.session)
    store.one_at_a_time(found["study_id"], found["agb_code"], found["cost_year"])
    return find_submission(work, submission_id)


def _refuse_unless_submitted(submission: RowMapping) -> None:
    status = submission["status"]
    if status == "submitted":
        return
    if submission["errors"]:
        raise NotPossibleNow(
            "has-errors",
            f"Deze aanlevering is afgewezen: {submission['errors']} fouten. Verbeter ze en lever opnieuw aan.",
            f"This submission is rejected: it has {submission['errors']} errors. Correct them and submit again.",
        )
    words = {
        "accepted": ("aanvaard", "accepted"),
        "rejected": ("afgewezen", "rejected"),
        "superseded": ("vervangen door een nieuwere versie", "superseded by a newer version"),
    }
    nl, en = words[status]
    raise NotPossibleNow("already-decided", f"Deze aanlevering is al {nl}.", f"This submission is {en} already.")


def _refuse_unexplained(submission_id: str, store: SubmissionStore) -> None:
    given = store.explanations(submission_id)
    missing = [name for name in store.warned_rules(submission_id) if name not in given]
    if missing:
        raise NotPossibleNow(
            "unexplained-warnings",
            f"De zorgaanbieder heeft nog niet toegelicht: {', '.join(missing)}.",
            f"The provider has not explained yet: {', '.join(missing)}.",
            errors=[Fault("/", name, rule(name).rationale) for name in missing],
        )


def _decided(work: Work, submission: RowMapping, values: dict[str, Any], response: Response) -> SubmissionOut:
    submission_id = submission["submission_id"]
    decided = {"decided_at": work.now(), "decided_by": work.principal.subject}
    SubmissionStore(work.session).move(submission_id, values | decided)
    _note(work, submission, values["status"], values.get("rejection_reason"))
    answer = submission_out(work, find_submission(work, submission_id))
    return work.saved(answer, response, location=f"{BASE_PATH}/submissions/{submission_id}")


def _mark(work: Work, submission: RowMapping) -> dict[str, Any]:
    return {
        "submission_id": submission["submission_id"],
        "agb_code": submission["agb_code"],
        "created_at": work.now(),
        "created_by": work.principal.subject,
    }


def _note(work: Work, submission: RowMapping, event: str, detail: str | None) -> None:
    SubmissionStore(work.session).note(
        {
            "submission_id": submission["submission_id"],
            "agb_code": submission["agb_code"],
            "at": work.now(),
            "by": work.principal.subject,
            "event": event,
            "detail": detail,
        }
    )


def _event_out(row: RowMapping) -> EventOut:
    return EventOut(at=row["at"], by=row["by"], event=row["event"], detail=row["detail"])


def _statement_out(row: RowMapping) -> BoardStatementOut:
    return BoardStatementOut(**{name: row[name] for name in BoardStatementOut.model_fields})
