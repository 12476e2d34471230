"""Ask for parameters, and add a value."""

from datetime import date, datetime

from fastapi import Response
from sqlalchemy.exc import IntegrityError

from services.tariffs.errors.calculations import InvalidInput, NoParameterValue, ParameterNotFound, ValueExists
from services.tariffs.operations.known import Known, known
from services.tariffs.rules.in_force import INDEX_PARAMETERS, fault_of_parameter
from services.tariffs.schemas.parameters import NAMES, ParameterIn, ParameterOut
from services.tariffs.store.parameters import ParameterStore
from shared.kernel.dated import DatedValue, NoValueInForce, Status, value_on
from shared.kernel.sources import Source, Text
from shared.plumbing.problems import Fault
from shared.plumbing.schemas import SourceOut
from shared.plumbing.work import Work

UNIT_WITHOUT_VALUE = "ratio"
"""Unit of a parameter that has no value yet: only the max-max surcharge starts without one."""


def list_parameters(work: Work, name: str | None, on: date | None, known_at: datetime | None) -> list[ParameterOut]:
    """The values known at a moment: all of them, or those in force on a day (one per name and status).

    Raises:
        ParameterNotFound: there is no parameter of this name.
        NoParameterValue: the named parameter has no value on the day.
    """
    if name is not None and name not in NAMES:
        raise ParameterNotFound(name, NAMES)
    then = known(work, known_at)
    values = [v for v in then.history if v.known_from <= then.at and name in (None, v.name)]
    if on is not None:
        values = _in_force(values, on, then.at)
        if name is not None and not values:
            try:
                value_on(then.history, name, on, then.at)
            except NoValueInForce as error:
                raise NoParameterValue(error) from error
    values.sort(key=lambda v: (v.name, v.in_force_from, v.status, v.known_from))
    return [_shown(value, then) for value in values]


def _in_force(values: list[DatedValue], on: date, at: datetime) -> list[DatedValue]:
    """Of every parameter and status the value that counts on the day."""
    found = []
    for name, status in sorted({(value.name, value.status) for value in values}):
        try:
            found.append(value_on(values, name, on, at, frozenset({status})))
        except NoValueInForce:
            continue
    return found


def add_parameter(work: Work, sent: ParameterIn, response: Response) -> ParameterOut:
    """Add a value, known from now on.

    Raises:
        InvalidInput: the name, unit, value or dates cannot be; every fault is named.
        ValueExists: the same value start became known at this very moment.
    """
    now = known(work, None)
    units = {value.name: value.unit for value in now.history}
    unit = units.get(sent.name, UNIT_WITHOUT_VALUE)
    faults = list(_faults(sent, unit))
    if faults:
        raise InvalidInput(faults)
    value = DatedValue(
        name=sent.name,
        value=sent.value,
        unit=unit,
        in_force_from=sent.in_force_from,
        in_force_until=sent.in_force_until,
        known_from=now.at,
        status=sent.status,
        source=Source(document=sent.source.document, article=sent.source.article, url=sent.source.url),
        illustrative=sent.illustrative or sent.status is Status.ILLUSTRATIVE,
    )
    try:
        ParameterStore(work.session).add(value, sent.note, work.principal.subject)
        work.session.flush()
    except IntegrityError as error:
        raise ValueExists(sent.name, sent.in_force_from) from error
    answer = _out(value, sent.note, added=True)
    return work.saved(answer, response)


def _faults(sent: ParameterIn, unit: str) -> list[Fault]:
    faults = []
    if sent.name not in NAMES:
        message = Text(
            f"er is geen parameter {sent.name}; zie GET /parameters",
            f"there is no parameter {sent.name}; see GET /parameters",
        )
        faults.append(Fault("/name", "unknown_parameter", message))
    elif fault := fault_of_parameter(sent.name, sent.value):
        faults.append(Fault("/value", "value_not_possible", fault))
    if sent.name in NAMES and sent.unit not in (None, unit):
        message = Text(
            f"{sent.name} is in: {unit}; laat unit weg of geef deze", f"{sent.name} is in: {unit}; give this or no unit"
        )
        faults.append(Fault("/unit", "other_unit", message))
    if sent.in_force_until is not None and sent.in_force_until <= sent.in_force_from:
        message = Text(
            "ligt na inForceFrom; het is de eerste dag die niet meer geldt",
            "lies after inForceFrom; it is the first day out of force",
        )
        faults.append(Fault("/inForceUntil", "period", message))
    if sent.name in INDEX_PARAMETERS and (sent.in_force_from.month, sent.in_force_from.day) != (1, 1):
        message = Text(
            "een indexcijfer geldt voor hele jaren: begin op 1 januari",
            "an index value holds for whole years: start on 1 January",
        )
        faults.append(Fault("/inForceFrom", "index_year", message))
    return faults


def _shown(value: DatedValue, then: Known) -> ParameterOut:
    return _out(value, then.notes.get(value, ""), added=value in then.added)


def _out(value: DatedValue, note: str, *, added: bool) -> ParameterOut:
    return ParameterOut(
        name=value.name,
        value=value.value,
        unit=value.unit,
        in_force_from=value.in_force_from,
        in_force_until=value.in_force_until,
        known_from=value.known_from,
        status=value.status,
        source=SourceOut.of(value.source),
        illustrative=value.illustrative,
        note=note,
        origin="analyst" if added else "file",
    )
