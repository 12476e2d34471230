"""What stands in the way of an index chain: every year without a value, and which end of the chain lies too far."""

from datetime import date
from enum import StrEnum

from services.tariffs.rules.components import INDEX_OF, Component, PriceLevel
from services.tariffs.rules.indexation import CatchUp, IndexBelowZero, IndexValues, moves
from shared.kernel.dated import NoValueInForce, Status


class Bound(StrEnum):
    """An end of a chain."""

    START = "start"
    END = "end"


def chain_faults(
    component: Component, start: PriceLevel, end: PriceLevel, *, values: IndexValues, catch_up: CatchUp
) -> list[NoValueInForce | IndexBelowZero]:
    """Every year on the way from one price level to another that has no value, or one of −100 % or less."""
    index = INDEX_OF[component]
    found: dict[int, NoValueInForce | IndexBelowZero] = {}
    for move in moves(start, end, catch_up):
        for status in (move.multiply_by, move.divide_by):
            if status is None:
                continue
            try:
                value = values.of(index, move.year, status).value
            except NoValueInForce as missing:
                found[move.year] = missing
                continue
            if value <= -1:
                found[move.year] = IndexBelowZero(index, move.year, value)
    return [found[year] for year in sorted(found)]


def bounds_at_fault(missing: NoValueInForce, start: PriceLevel, end: PriceLevel) -> list[Bound]:
    """The ends of a chain that lie where nothing is known, so that another choice of them alone can mend it.

    A year after the last known value is the fault of each end after it, a year before the first known value of each
    end before it: the level of the year before the first value needs no value itself, if it is definitive. Where the
    year lies between known values, or nothing is known at all, both ends are at fault.
    """
    bounds = {Bound.START: start, Bound.END: end}
    last, following = missing.last, missing.following
    if last is not None and following is None:
        until = last.in_force_until
        assert until is not None, "a value without an end would hold"
        return [bound for bound, level in bounds.items() if date(level.year, 1, 1) >= until]
    if following is not None and last is None:
        first, year = following.in_force_from.year, missing.on.year
        return [
            bound
            for bound, level in bounds.items()
            if level.year < first - 1 or (level.year == year and level.status is not Status.DEFINITIVE)
        ]
    return list(bounds)
