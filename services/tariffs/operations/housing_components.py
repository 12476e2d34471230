"""Compute a housing component from given inputs and the parameters in force."""

from zoneinfo import ZoneInfo

from services.tariffs.errors.calculations import InvalidInput, NoValueForCalculation
from services.tariffs.operations.known import known
from services.tariffs.rules.housing_component import HousingInputs, InvalidHousingInputs, housing_component
from services.tariffs.rules.in_force import HOUSING_PARAMETERS
from services.tariffs.rules.labels import Origin, origin_of
from services.tariffs.schemas.housing_components import DefaultOut, HousingComponentIn, HousingComponentOut
from shared.kernel.dated import DatedValue, NoValueInForce
from shared.kernel.sources import Source
from shared.kernel.steps import Steps
from shared.plumbing.problems import Fault
from shared.plumbing.schemas import ReceiptOut, SourceOut, StepOut
from shared.plumbing.work import Work

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def compute_housing_component(work: Work, sent: HousingComponentIn) -> HousingComponentOut:
    """The component with every figure as a step; says which inputs were defaults and whether any is illustrative.

    Raises:
        NoValueForCalculation: an input is absent and its parameter has no value on the day; names each.
        InvalidInput: a default cannot be an input.
    """
    then = known(work, sent.known_at)
    in_force = then.on(sent.on or then.at.astimezone(AMSTERDAM).date())
    aliases = {name: field.alias or name for name, field in HousingComponentIn.model_fields.items()}
    values, origins, defaults, missing = {}, {}, [], []
    for name in HOUSING_PARAMETERS:
        given = getattr(sent, name)
        if given is not None:
            values[name] = given
            origins[name] = Origin(Source(form="request", cell=f"/{aliases[name]}"))
            continue
        try:
            default = in_force.value(name)
        except NoValueInForce as error:
            missing.append((f"/{aliases[name]}", error))
            continue
        values[name], origins[name] = default.value, origin_of(default)
        defaults.append(_default(aliases[name], default))
    if missing:
        raise NoValueForCalculation(missing)
    steps = Steps()
    try:
        component = housing_component(HousingInputs(**values), steps, origins)
    except InvalidHousingInputs as error:
        faults = [Fault(f"/{aliases[name]}", "value_not_possible", fault) for name, fault in error.faults.items()]
        raise InvalidInput(faults) from error
    request = sent.model_dump(mode="json", by_alias=True, exclude={"known_at"})
    return HousingComponentOut(
        annuity_factor=component.annuity_factor,
        per_year=component.per_year,
        per_day=component.per_day,
        per_day_cents=component.per_day_cents,
        defaults=defaults,
        illustrative=steps.illustrative,
        steps=StepOut.all(steps),
        receipt=ReceiptOut.of(then.receipt(request | {"on": in_force.on.isoformat()})),
    )


def _default(name: str, value: DatedValue) -> DefaultOut:
    return DefaultOut(
        name=name,
        value=value.value,
        unit=value.unit,
        status=value.status,
        source=SourceOut.of(value.source),
        illustrative=value.illustrative,
    )
