"""What can stand in the way of a decision, or of a question about tariffs."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from services.tariffs.rules.decisions import Period
from shared.kernel.sources import Text
from shared.plumbing.problems import Conflict, Fault, NotFound, PreconditionFailed, Problem
from shared.plumbing.schemas import utc_text


class DecisionNotFound(NotFound):
    """There is no such decision, or it is not published and the caller may not see drafts."""

    code = "decision-not-found"
    title = Text("Besluit niet gevonden", "Decision not found")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Dit besluit bestaat niet of is niet gepubliceerd.", "This decision does not exist or is not published."
            )
        )


class NoTariffInForce(NotFound):
    """No maximum tariff was in force on the day, as known at the moment."""

    code = "no-tariff-in-force"
    title = Text("Geen maximumtarief", "No maximum tariff")

    def __init__(self, prestatie: str, day: date, known_at: datetime) -> None:
        known = utc_text(known_at)
        super().__init__(
            Text(
                f"Voor {prestatie} was op {day} geen maximumtarief van kracht, naar wat op {known} bekend was."
                " Zie /maximum-tariffs/history voor wat er wel was.",
                f"No maximum tariff for {prestatie} was in force on {day}, as known at {known}."
                " See /maximum-tariffs/history for what there was.",
            )
        )


class WrongState(Conflict):
    """The decision is not in the state in which this can be done."""

    code = "decision-in-wrong-state"
    title = Text("Het besluit is niet in die fase", "The decision is not in that state")

    def __init__(self, status: str, needed: Sequence[str]) -> None:
        states = ", ".join(needed)
        super().__init__(
            Text(
                f"Het besluit heeft de status {status}; dit kan bij: {states}.",
                f"The decision is {status}; this is possible while it is: {states}.",
            )
        )


class PublishedBefore(Conflict):
    """A decision of the same number is published and in force on some of the same days for the same prestatie."""

    code = "decision-published-before"
    title = Text("Besluit al gepubliceerd", "Decision published before")

    def __init__(self, number: str, other: UUID) -> None:
        told = Text(
            f"Besluit {other} met nummer {number} is al gepubliceerd en geldt op (een deel van) deze dagen."
            " Geef dit besluit een eigen nummer, of noem het andere in replaces.",
            f"Decision {other} with number {number} is published already and in force on some of these days."
            " Give this decision a number of its own, or name the other in replaces.",
        )
        super().__init__(
            told, errors=[Fault("/number", "decision_published_before", told)], extra={"decisionId": str(other)}
        )


class OwnDraft(Conflict):
    """A decision is adopted by another person than who drafted or changed it."""

    code = "own-draft"
    title = Text("Vier ogen", "Four eyes")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Wie een besluit heeft opgesteld of gewijzigd, stelt het niet vast. Vraag een ander.",
                "Who drafted or changed a decision does not adopt it. Ask another person.",
            )
        )


class IllustrativeDecision(Conflict):
    """A decision that rests on values without a public source cannot be adopted here."""

    code = "illustrative-decision"
    title = Text("Illustratief besluit", "Illustrative decision")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Het besluit rust op waarden zonder openbare bron. Buiten de demo kan het niet worden vastgesteld.",
                "The decision rests on values without a public source. Outside the demo it cannot be adopted.",
            )
        )


class NothingToReplaceThere(Conflict):
    """A decision replaces components of tariffs on days for which no tariff is known."""

    code = "nothing-to-replace"
    title = Text("Er is niets te vervangen", "There is nothing to replace")

    def __init__(self, prestatie: str, days: Sequence[Period]) -> None:
        periods = "; ".join(f"{p.start} – {p.until or '…'}" for p in days)
        super().__init__(
            Text(
                f"Voor {prestatie} is op deze dagen geen tarief bekend om een deel van te vervangen: {periods}.",
                f"For {prestatie} no tariff of which a part can be replaced is known on these days: {periods}.",
            )
        )


class ReplacedMaxMax(Conflict):
    """The replaced tariff has a max-max tariff and the decision sets none."""

    code = "max-max-unclear"
    title = Text("Max-maxtarief onduidelijk", "Max-max tariff unclear")

    def __init__(self, prestatie: str) -> None:
        super().__init__(
            Text(
                f"Het vervangen tarief van {prestatie} heeft een max-maxtarief. Noem het nieuwe: maxMaxTariffCents.",
                f"The replaced tariff of {prestatie} has a max-max tariff. Name the new one: maxMaxTariffCents.",
            )
        )


class CeilingsCrossed(Conflict):
    """A max-max tariff lies below the maximum tariff, or a tariff below zero or beyond all measure."""

    code = "ceilings-crossed"
    title = Text("De plafonds kloppen niet", "The ceilings do not agree")

    def __init__(self, prestatie: str) -> None:
        super().__init__(
            Text(
                f"Voor {prestatie} is het tarief lager dan nul of hoger dan tien miljoen euro, of het max-maxtarief"
                " lager dan het maximumtarief.",
                f"For {prestatie} the tariff is below zero, or above ten million euros, or the max-max tariff below the"
                " maximum tariff.",
            )
        )


class BuiltUpon(Conflict):
    """Another published decision took components of its tariffs from this one."""

    code = "decision-built-upon"
    title = Text("Een ander besluit rust hierop", "Another decision rests on this one")

    def __init__(self, numbers: Sequence[str]) -> None:
        names = ", ".join(numbers)
        super().__init__(
            Text(
                f"Deze besluiten namen delen van hun tarief hieruit over; trek ze eerst in: {names}.",
                f"These decisions took parts of their tariffs from this one; withdraw them first: {names}.",
            )
        )


class ReplacedNotPublished(Conflict):
    """A decision can only replace one that is published."""

    code = "replaced-not-published"
    title = Text("Het te vervangen besluit is niet gepubliceerd", "The decision to replace is not published")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Het besluit in replaces bestaat niet, is niet gepubliceerd of is ingetrokken.",
                "The decision in replaces does not exist, is not published, or was withdrawn.",
            )
        )


class ChangedMeanwhile(PreconditionFailed):
    """The draft is not the one the caller read."""

    code = "draft-changed"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Het concept is gewijzigd sinds u het las. Lees het opnieuw en neem de ETag over in If-Match.",
                "The draft changed since you read it. Read it again and copy its ETag into If-Match.",
            )
        )


class PreconditionRequired(Problem):
    """A change of a draft must say which version it changes."""

    status, code = 428, "precondition-required"
    title = Text("If-Match ontbreekt", "If-Match is missing")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Noem in de kopregel If-Match de ETag van het concept dat u wijzigt.",
                "Name in the If-Match header the ETag of the draft you change.",
            )
        )
