"""Receive a submission: read it, check it, and keep it whole or not at all."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from pydantic import ValidationError
from sqlalchemy import RowMapping

from services.costprice.errors import UnreadableForm
from services.costprice.forms import FormReading, NotAForm, read_form
from services.costprice.operations.access import find_provider, find_study, refuse_another_year
from services.costprice.operations.studies import BASE_PATH
from services.costprice.rules.allocation import Method
from services.costprice.rules.checks import Finding, Severity, StudyContext, findings
from services.costprice.schemas.content import SubmissionContentDocument
from services.costprice.schemas.submissions import (
    CellPlace,
    FindingCounts,
    FindingOut,
    PointerPlace,
    SubmissionReceived,
)
from services.costprice.store import SubmissionStore
from shared.kernel.receipts import canonical_hash
from shared.kernel.sources import Text
from shared.plumbing.exact_json import read_body
from shared.plumbing.problems import BadRequest, faults_of
from shared.plumbing.routes import JSON
from shared.plumbing.schemas import TextOut
from shared.plumbing.uploads import Upload
from shared.plumbing.work import Work

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_UPLOAD_BYTES = 10 << 20
MOST_FINDINGS = 2000
"""Findings kept of one submission; a form with more is broken in one way, many times over."""

Place = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Target:
    """What a submission is for: the study, the provider and the cost year."""

    study: RowMapping
    provider: RowMapping
    cost_year: int


def receive_submission(
    work: Work, study_id: str, agb_code: str, cost_year: int, upload: Upload, *, dry_run: bool, response: Response
) -> SubmissionReceived:
    """Check a form or its JSON and keep it; with ``dry_run`` check only.

    Raises:
        UnreadableForm: the file cannot be opened as a form.
        BadRequest: the JSON is malformed.
    """
    study = find_study(work, study_id)
    target = Target(study, find_provider(work, study, agb_code), cost_year)
    refuse_another_year(study, cost_year)
    reading = read_upload(upload, {"studyId": study["study_id"], "agbCode": agb_code, "costYear": cost_year})
    store = SubmissionStore(work.session)
    found = findings(reading.content, context_of(store, target), reading.readings)[:MOST_FINDINGS]
    counts = FindingCounts(
        errors=sum(finding.severity is Severity.ERROR for finding in found),
        warnings=sum(finding.severity is Severity.WARNING for finding in found),
    )
    if dry_run:
        items = [finding_out(finding, reading.place(finding.pointer)) for finding in found]
        response.status_code = 200
        status = "rejected" if counts.errors else "submitted"
        return SubmissionReceived(submission_id=None, version=None, status=status, findings=counts, items=items)
    answer = _keep(work, store, target, upload, reading, found, counts)
    return work.saved(answer, response, location=f"{BASE_PATH}/submissions/{answer.submission_id}")


def read_upload(upload: Upload, address: Mapping[str, Any]) -> FormReading:
    """The content of an XLSX form, or of JSON sent to this address."""
    if upload.media_type == JSON:
        return FormReading(read_json(upload.content(), address))
    try:
        return read_form(upload.content())
    except NotAForm as refused:
        raise UnreadableForm(refused) from refused


def read_json(body: bytes, address: Mapping[str, Any]) -> Any:
    """The content in a JSON document, or a 400 problem that names every fault.

    A form carries its study, provider and year; JSON may leave them to the address it is sent to.
    """
    document = read_body(body)
    if isinstance(document, dict):
        document = {**address, **document}
    try:
        return SubmissionContentDocument.model_validate(document).content()
    except ValidationError as error:
        raise BadRequest(
            Text("De inhoud klopt niet; elke fout staat in errors.", "The content is not valid; see errors."),
            errors=faults_of(error, document),
        ) from error


def context_of(store: SubmissionStore, target: Target) -> StudyContext:
    """What the checks must know of the study and of the provider's other year."""
    study, agb_code = target.study, target.provider["agb_code"]
    other = store.best_other_year(study["study_id"], agb_code, target.cost_year)
    return StudyContext(
        study_id=study["study_id"],
        agb_code=agb_code,
        nza_number=target.provider["nza_number"],
        cost_year=target.cost_year,
        prestaties=tuple(study["prestaties"]),
        method=Method(study["allocation_method"]),
        other_year=SubmissionContentDocument.model_validate(other["content"]).content() if other else None,
    )


def _keep(
    work: Work,
    store: SubmissionStore,
    target: Target,
    upload: Upload,
    reading: FormReading,
    found: Sequence[Finding],
    counts: FindingCounts,
) -> SubmissionReceived:
    study_id, agb_code = target.study["study_id"], target.provider["agb_code"]
    store.one_at_a_time(study_id, agb_code, target.cost_year)
    submission_id = str(uuid.uuid4())
    version = store.next_version(study_id, agb_code, target.cost_year)
    status = "rejected" if counts.errors else "submitted"
    content = SubmissionContentDocument.of(reading.content).model_dump(mode="json", by_alias=True)
    deadline = target.study["deadline"]
    values = {
        "submission_id": submission_id,
        "study_id": study_id,
        "agb_code": agb_code,
        "cost_year": target.cost_year,
        "version": version,
        "status": status,
        "media_type": upload.media_type,
        "file": upload.content(),
        "file_hash": upload.sha256,
        "content": content,
        "content_hash": canonical_hash(content),
        "places": {place: list(where) for place, where in reading.places.items()},
        "errors": counts.errors,
        "warnings": counts.warnings,
        "late": deadline is not None and work.now().date() > deadline,
        "created_at": work.now(),
        "created_by": work.principal.subject,
    }
    rows = [
        {"submission_id": submission_id, "number": number, "agb_code": agb_code}
        | _finding_row(finding, reading.place(finding.pointer))
        for number, finding in enumerate(found, start=1)
    ]
    store.add(values, rows)
    mark = {"submission_id": submission_id, "agb_code": agb_code, "by": work.principal.subject}
    store.note(mark | {"at": work.now(), "event": "received", "detail": f"version {version}: {status}"})
    for explanation in reading.content.explanations:
        if not counts.errors and explanation.rule_id and explanation.text:
            store.explain(
                {
                    "submission_id": submission_id,
                    "agb_code": agb_code,
                    "rule_id": explanation.rule_id[:10],
                    "text": explanation.text,
                    "created_at": work.now(),
                    "created_by": work.principal.subject,
                }
            )
    return SubmissionReceived(submission_id=submission_id, version=version, status=status, findings=counts, items=None)


def _finding_row(finding: Finding, place: Place) -> dict[str, Any]:
    return {
        "rule_id": finding.rule_id,
        "severity": finding.severity.value,
        "pointer": finding.pointer,
        "sheet": place[0] if place else None,
        "cell": place[1] if place else None,
        "message_nl": finding.message.nl,
        "message_en": finding.message.en,
        "value": finding.value,
        "expected": finding.expected,
    }


def finding_out(finding: Finding, place: Place) -> FindingOut:
    """A finding as clients see it."""
    return finding_row_out(_finding_row(finding, place), {})


def finding_row_out(row: RowMapping | dict[str, Any], explanations: Mapping[str, str]) -> FindingOut:
    """A kept finding as clients see it, with the explanation of its rule."""
    location: CellPlace | PointerPlace = PointerPlace(pointer=row["pointer"])
    if row["sheet"] is not None:
        location = CellPlace(sheet=row["sheet"], cell=row["cell"])
    return FindingOut(
        rule_id=row["rule_id"],
        severity=row["severity"],
        location=location,
        message=TextOut(nl=row["message_nl"], en=row["message_en"]),
        value=row["value"],
        expected=row["expected"],
        explanation=explanations.get(row["rule_id"]),
    )
