"""Apply the whole catalogue to a submission."""

import re
from collections.abc import Sequence

from services.costprice.rules.checks.catalogue import Check, CheckRule, Finding, Hit, Severity, StudyContext
from services.costprice.rules.checks.completeness import COMPLETENESS
from services.costprice.rules.checks.consistency import CONSISTENCY
from services.costprice.rules.checks.plausibility import PLAUSIBILITY
from services.costprice.rules.checks.technical import IDENTITY, READING_RULES, TECHNICAL
from services.costprice.rules.checks.tie_outs import TIE_OUTS
from services.costprice.rules.content import FORM_VERSION, SubmissionContent
from shared.kernel.sources import Text

CHECKS: tuple[Check, ...] = (*IDENTITY, *TECHNICAL, *COMPLETENESS, *TIE_OUTS, *CONSISTENCY, *PLAUSIBILITY)

CATALOGUE: tuple[CheckRule, ...] = tuple(
    sorted((*READING_RULES, *(check.rule for check in CHECKS)), key=lambda rule: rule.id)
)


def rule(id: str) -> CheckRule:
    """The rule of the catalogue with this id; KeyError if there is none."""
    return {rule.id: rule for rule in CATALOGUE}[id]


def findings(
    content: SubmissionContent, study: StudyContext, readings: Sequence[tuple[CheckRule, Hit]] = ()
) -> tuple[Finding, ...]:
    """Everything that is wrong or needs an explanation, in the order of the catalogue.

    Args:
        content: what was sent in.
        study: what the study knows.
        readings: what the reader of the form found; a cell that could not be read is not also called empty.
    """
    unread = {hit.pointer for _, hit in readings}
    found = [_finding(broken, hit) for broken, hit in readings]
    checks = CHECKS if content.form_version == FORM_VERSION else IDENTITY
    for check in checks:
        if not check.needs_sound:
            found += [_finding(check.rule, hit) for hit in check.find(content, study) if hit.pointer not in unread]
    if all(finding.severity is not Severity.ERROR for finding in found):
        for check in checks:
            if check.needs_sound:
                found += [_finding(check.rule, hit) for hit in check.find(content, study)]
    return tuple(sorted(found, key=lambda finding: finding.rule_id))


def _finding(broken: CheckRule, hit: Hit) -> Finding:
    values = {"{value}": hit.value or "–", "{expected}": hit.expected or "–"}
    message = Text(_filled(broken.message.nl, values), _filled(broken.message.en, values))
    return Finding(broken.id, broken.severity, hit.pointer, message, hit.value, hit.expected)


def _filled(text: str, values: dict[str, str]) -> str:
    """In one pass and not by str.format, because a value may hold braces of its own."""
    return re.sub(r"\{value\}|\{expected\}", lambda place: values[place[0]], text)
