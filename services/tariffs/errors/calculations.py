"""What can stand in the way of a calculation, or of a question about parameters and policy rules."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.kernel.dated import DatedValue, NoValueInForce
from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, Conflict, Fault, NotFound


class PolicyRuleNotFound(NotFound):
    """There is no policy rule of this code."""

    code = "policy-rule-not-found"
    title = Text("Beleidsregel niet gevonden", "Policy rule not found")

    def __init__(self, code: str, known: Sequence[str]) -> None:
        names = ", ".join(known)
        super().__init__(
            Text(
                f"Er is geen beleidsregel {code}. Wel: {names}.", f"There is no policy rule {code}. There are: {names}."
            )
        )


class ParameterNotFound(NotFound):
    """There is no parameter of this name."""

    code = "parameter-not-found"
    title = Text("Parameter niet gevonden", "Parameter not found")

    def __init__(self, name: str, known: Sequence[str]) -> None:
        names = ", ".join(sorted(known))
        super().__init__(
            Text(f"Er is geen parameter {name}. Wel: {names}.", f"There is no parameter {name}. There are: {names}.")
        )


class NoParameterValue(NotFound):
    """The parameter has no value on the day, as known at the moment."""

    code = "no-value-in-force"
    title = Text("Geen waarde op die dag", "No value on that day")

    def __init__(self, error: NoValueInForce) -> None:
        told = _no_value(error)
        super().__init__(Text(f"{told.nl}.", f"{told.en}."), extra=_nearest(error))


class NoValueForCalculation(BadRequest):
    """Parameters that the calculation needs have no value on a day; nothing is extended past its last known date.

    ``errors`` names per place what is missing there, ``others`` what else is wrong.
    """

    code = "no-value-in-force"
    title = Text("Een parameter heeft geen waarde", "A parameter has no value")

    def __init__(self, errors: Sequence[tuple[str, NoValueInForce]], others: Sequence[Fault] = ()) -> None:
        super().__init__(
            Text(
                "De berekening heeft waarden nodig die niet bekend zijn. Kies een ander jaar of voeg een waarde toe "
                "met POST /parameters.",
                "The calculation needs values that are not known. Choose another year, or add a value with "
                "POST /parameters.",
            ),
            errors=[
                *(Fault(location, "no_value_in_force", _with_remedy(_no_value(error))) for location, error in errors),
                *others,
            ],
            extra={
                "missing": [
                    {"parameter": name, "on": on.isoformat(), **_nearest(error)}
                    for (name, on), error in {(error.name, error.on): error for _, error in errors}.items()
                ]
            },
        )


class InvalidInput(BadRequest):
    """Values that cannot be; every one is named."""

    def __init__(self, errors: Sequence[Fault]) -> None:
        super().__init__(
            Text(
                "De invoer klopt niet; elke fout staat in errors.", "The input is not valid; errors names every fault."
            ),
            errors=errors,
        )


class UnusableCostBase(BadRequest):
    """The cost base lacks what the tariff is made of: missing is not zero."""

    code = "cost-base-incomplete"
    title = Text("De kostenbasis is niet volledig", "The cost base is not complete")

    def __init__(self, prestatie: str, errors: Sequence[Fault]) -> None:
        super().__init__(
            Text(
                f"Voor {prestatie} ontbreken kostprijzen of zijn ze onderdrukt; elke staat in errors.",
                f"For {prestatie} cost prices are missing or suppressed; errors names each.",
            ),
            errors=errors,
        )


class BelowZero(Conflict):
    """The components add up to less than nothing."""

    code = "tariff-below-zero"
    title = Text("Het tarief is lager dan nul", "The tariff is below zero")

    def __init__(self, prestatie: str, amount: str) -> None:
        super().__init__(
            Text(
                f"De componenten van {prestatie} tellen op tot {amount} euro. Een tarief kan niet lager zijn dan nul.",
                f"The components of {prestatie} add up to {amount} euros. A tariff cannot be below zero.",
            )
        )


class CalculationNotFound(NotFound):
    """There is no such calculation."""

    code = "calculation-not-found"
    title = Text("Berekening niet gevonden", "Calculation not found")

    def __init__(self) -> None:
        super().__init__(Text("Deze berekening bestaat niet.", "This calculation does not exist."))


class StepNotFound(NotFound):
    """The calculation has no step of this id."""

    code = "step-not-found"
    title = Text("Stap niet gevonden", "Step not found")

    def __init__(self, id: str) -> None:
        super().__init__(Text(f"De berekening heeft geen stap {id}.", f"The calculation has no step {id}."))


class ScenarioNotFound(NotFound):
    """There is no such scenario."""

    code = "scenario-not-found"
    title = Text("Scenario niet gevonden", "Scenario not found")

    def __init__(self) -> None:
        super().__init__(Text("Dit scenario bestaat niet.", "This scenario does not exist."))


class ValueExists(Conflict):
    """A value of this parameter, status and start became known at this very moment."""

    code = "parameter-value-exists"
    title = Text("Deze waarde bestaat al", "This value exists")

    def __init__(self, name: str, start: date) -> None:
        super().__init__(
            Text(
                f"Voor {name} vanaf {start} is op dit moment al een waarde vastgelegd. Probeer het opnieuw.",
                f"For {name} from {start} a value was recorded at this very moment. Try again.",
            )
        )


def _nearest(error: NoValueInForce) -> dict[str, Any]:
    """The known values on either side of the day."""
    return {"lastKnown": _period(error.last), "nextKnown": _period(error.following)}


def _period(value: DatedValue | None) -> dict[str, str | None] | None:
    if value is None:
        return None
    until = value.in_force_until
    return {
        "inForceFrom": value.in_force_from.isoformat(),
        "inForceUntil": until.isoformat() if until else None,
        "status": value.status.value,
    }


def _no_value(error: NoValueInForce) -> Text:
    last, following = error.last, error.following
    nl, en = [], []
    if last is not None:
        nl.append(f"de laatst bekende waarde daarvoor geldt van {last.in_force_from} tot {last.in_force_until}")
        en.append(f"the last known value before it holds from {last.in_force_from} until {last.in_force_until}")
    if following is not None:
        nl.append(f"{'daarna' if last else 'pas'} zijn waarden bekend vanaf {following.in_force_from}")
        en.append(f"values are known {'again' if last else 'only'} from {following.in_force_from}")
    return Text(
        f"{error.name} heeft geen waarde op {error.on}; {', '.join(nl) or 'er is geen enkele waarde bekend'}",
        f"{error.name} has no value on {error.on}; {', '.join(en) or 'no value is known at all'}",
    )


def _with_remedy(told: Text) -> Text:
    return Text(
        f"{told.nl}; kies een andere dag of voeg een waarde toe", f"{told.en}; choose another day or add a value"
    )
