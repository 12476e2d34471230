"""Errors of the cost-price study; each knows its HTTP status and says what to do."""

from collections.abc import Sequence

from services.costprice.forms.archive import NotAForm
from services.costprice.rules.faults import InputFaults
from shared.kernel.sources import Text
from shared.plumbing import problems
from shared.plumbing.problems import BadRequest, Conflict, Fault, Forbidden, NotFound


class StudyNotFound(NotFound):
    """There is no such study."""

    code = "study-not-found"
    title = Text("Onderzoek niet gevonden", "Study not found")

    def __init__(self) -> None:
        super().__init__(Text("Dit onderzoek bestaat niet.", "This study does not exist."))


class ProviderNotInStudy(NotFound):
    """The provider is not asked to take part in the study."""

    code = "provider-not-in-study"
    title = Text("Zorgaanbieder niet in het onderzoek", "Provider not in the study")

    def __init__(self, agb_code: str) -> None:
        super().__init__(
            Text(
                f"Zorgaanbieder {agb_code} neemt niet deel aan dit onderzoek; de analist voegt haar toe.",
                f"Provider {agb_code} does not take part in this study; the analyst adds it.",
            )
        )


class SubmissionNotFound(NotFound):
    """There is no such submission, or it is another provider's."""

    code = "submission-not-found"
    title = Text("Aanlevering niet gevonden", "Submission not found")

    def __init__(self) -> None:
        super().__init__(
            Text("Deze aanlevering bestaat niet of is niet van u.", "This submission does not exist or is not yours.")
        )


class CostBaseNotFound(NotFound):
    """There is no such cost base."""

    code = "cost-base-not-found"
    title = Text("Kostenbasis niet gevonden", "Cost base not found")

    def __init__(self) -> None:
        super().__init__(Text("Deze kostenbasis bestaat niet.", "This cost base does not exist."))


class AnotherProvider(Forbidden):
    """A provider asks for what belongs to another."""

    code = "another-provider"
    title = Text("Van een andere zorgaanbieder", "Of another provider")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "U kunt alleen bij gegevens van uw eigen AGB-code (de claim agbCode in uw token).",
                "You can only reach data of your own AGB code (the claim agbCode in your token).",
            )
        )


class UnreadableForm(BadRequest):
    """The file cannot be opened as a form."""

    code = "unreadable-form"
    title = Text("Formulier niet leesbaar", "Form not readable")

    def __init__(self, refused: NotAForm) -> None:
        super().__init__(refused.message, errors=[Fault("/", refused.code, refused.message)])


class CostYearNotInStudy(BadRequest):
    """The study is not about this cost year."""

    code = "cost-year-not-in-study"
    title = Text("Kostenjaar niet in het onderzoek", "Cost year not in the study")

    def __init__(self, cost_years: Sequence[int]) -> None:
        years = ", ".join(map(str, cost_years))
        super().__init__(
            Text(f"Het onderzoek gaat over: {years}.", f"The study is about: {years}."),
            errors=[
                Fault("query.costYear", "cost_year_not_in_study", Text(f"kies uit: {years}", f"choose from: {years}"))
            ],
        )


class NotPossibleNow(Conflict):
    """A step that the submission's state does not allow; ``code`` says which rule forbids it."""

    def __init__(self, code: str, nl: str, en: str, *, errors: Sequence[Fault] = ()) -> None:
        super().__init__(Text(nl, en), errors=errors)
        self.code = code  # type: ignore[misc]


def invalid_input(refused: InputFaults, inside: str = "") -> BadRequest:
    """The problem for input that a rule refused; every fault with its place."""
    return problems.invalid_input(
        [Fault(inside + fault.location or "/", fault.code, fault.message) for fault in refused.faults]
    )
