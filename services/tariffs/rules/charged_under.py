"""Under which tariff a declared line was charged. A line does not say so; its day, its price and the history do.

Our reading, in this order:

1. A line that was charged at exactly what a tariff gives (no contract: the maximum; percentage: the agreed share of it)
   was charged under that tariff: the last one that fits, of those the provider can have used.
2. Otherwise it was charged under the tariff that was known when its service day began.
3. Where none was known by then, or the line was declared before its day: under the last tariff known when the file was
   received that is not itself a retroactive replacement, because a replacement is what settling is for.
4. Where none was known by then either: under the first that became known.

The provider can have used the tariff that was known when the day began and those that became known from then until the
file was received. The answer never changes with later decisions, so that settling again starts from the same price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from services.tariffs.rules.contracts import CODE, MILLIONTHS, ContractBasis
from services.tariffs.rules.decisions import Rectangle, in_force_on
from services.tariffs.rules.settlement import UNKNOWN, Lines, Tariffs
from shared.kernel.money import Int64Array, divide_half_up


class Decided(Protocol):
    """A tariff that knows whether it came about by replacing components of an earlier one."""

    @property
    def replacing(self) -> bool:
        """Whether a retroactive decision set it by replacing named components."""
        ...


Tariff = TypeVar("Tariff", bound=Decided)


@dataclass(frozen=True, slots=True)
class Possible(Generic[Tariff]):
    """The tariffs a line of a day can have been charged under, in the order in which they became known.

    ``otherwise`` is the place of the one that counts where the price does not tell.
    """

    tariffs: tuple[Tariff, ...]
    otherwise: int


def possible_tariffs(
    history: Sequence[Rectangle[Tariff]], day: date, day_begins: datetime, received_at: datetime
) -> Possible[Tariff] | None:
    """The tariffs that a line can have been charged under; None where no tariff was ever known for its day.

    Args:
        history: all rectangles of one prestatie.
        day: the service date.
        day_begins: the moment at which that day begins.
        received_at: the moment at which the production file was received.
    """
    ever = sorted((r for r in history if r.in_force.holds(day)), key=lambda r: r.known_from)
    if not ever:
        return None
    heard = [r for r in ever if r.known_from <= received_at] or ever[:1]
    standing = in_force_on(ever, day, day_begins) if day_begins <= received_at else None
    if standing is not None:
        usable = [r for r in heard if r.known_from >= standing.known_from]
        return Possible(tuple(r.tariff for r in usable), 0)
    originals = [place for place, r in enumerate(heard) if not r.tariff.replacing] or [0]
    return Possible(tuple(r.tariff for r in heard), originals[-1])


def fitting(lines: Lines, possible: Sequence[Tariffs], otherwise: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per line the place of the tariff it was charged under.

    Args:
        lines: the declared lines.
        possible: the tariffs in the order in which they became known, each for all lines; ``UNKNOWN`` where a line has
            fewer of them.
        otherwise: per line the place that counts where the price does not tell.
    """
    none, share = lines.basis == CODE[ContractBasis.NONE], lines.basis == CODE[ContractBasis.PERCENTAGE]
    chosen = otherwise
    for place, tariffs in enumerate(possible):
        maximum = tariffs.maximum_cents
        agreed: Int64Array = divide_half_up(lines.agreed_millionths * maximum, MILLIONTHS)
        fits = (none & (lines.unit_price_cents == maximum)) | (share & (lines.unit_price_cents == agreed))
        chosen = np.where(fits & (maximum != UNKNOWN), place, chosen)
    return chosen
