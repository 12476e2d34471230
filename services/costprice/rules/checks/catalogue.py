"""What a check is and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.costprice.rules.allocation import Method
from services.costprice.rules.content import SubmissionContent
from shared.kernel.numbers import plain
from shared.kernel.sources import Source, Text


class Severity(StrEnum):
    """An error rejects the submission; a warning needs an explanation."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One rule of the catalogue.

    Attributes:
        id: stable name; the letter tells the kind (T technical, C completeness, A annual accounts, K consistency, P
            plausibility).
        message: what is wrong and what to do, in Dutch and English; ``{value}`` and ``{expected}`` are filled in.
        rationale: why the rule exists.
        source: the published text it follows, if there is one; without it the rule is our own.
    """

    id: str
    severity: Severity
    message: Text
    rationale: Text
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a rule is broken: JSON pointer into the content, what stands there, what was expected."""

    pointer: str
    value: str | None = None
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule at a place, with its text filled in."""

    rule_id: str
    severity: Severity
    pointer: str
    message: Text
    value: str | None
    expected: str | None


@dataclass(frozen=True, slots=True)
class StudyContext:
    """What the study knows about the submission.

    ``other_year`` is the provider's submission over the study's other cost year, if there is one.
    """

    study_id: str
    agb_code: str
    nza_number: str
    cost_year: int
    prestaties: tuple[str, ...]
    method: Method
    other_year: SubmissionContent | None = None


CheckFunction = Callable[[SubmissionContent, StudyContext], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule with the function that finds where it is broken.

    ``needs_sound`` is True where the function calculates with the whole content and so waits until nothing else is
    wrong.
    """

    rule: CheckRule
    find: CheckFunction
    needs_sound: bool = False


def error(id: str, message: Text, rationale: Text, source: Source | None = None) -> CheckRule:
    """A rule that rejects."""
    return CheckRule(id, Severity.ERROR, message, rationale, source)


def warning(id: str, message: Text, rationale: Text, source: Source | None = None) -> CheckRule:
    """A rule that asks for an explanation."""
    return CheckRule(id, Severity.WARNING, message, rationale, source)


def show(value: object) -> str | None:
    """A value as text for a finding; a fraction in plain decimals."""
    if value is None:
        return None
    return plain(value, places=6) if isinstance(value, Fraction) else str(value)
