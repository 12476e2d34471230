"""The tariffs that a block of declared lines needs: looked up once per prestatie and day, laid out per line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.tariffs.rules.charged_under import Possible, fitting, possible_tariffs
from services.tariffs.rules.decisions import Rectangle, last_known_on
from services.tariffs.rules.settlement import UNKNOWN, Lines, Tariffs
from services.tariffs.store.decisions import PublishedTariff

LOCAL = ZoneInfo("Europe/Amsterdam")

History = Mapping[str, Sequence[Rectangle[PublishedTariff]]]
"""Every rectangle of each prestatie."""

NONE = (UNKNOWN, UNKNOWN, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Days:
    """The distinct prestaties and days of a block, and per line the place of its own among them."""

    names: list[tuple[str, date]]
    places: NDArray[np.int64]


def days_of(table: Any) -> Days:
    """The distinct prestaties and days of a block of lines."""
    prestaties = pc.dictionary_encode(table.column("prestatie").combine_chunks())
    days = pc.dictionary_encode(table.column("serviceDate").combine_chunks())
    names, dates = prestaties.dictionary.to_pylist(), days.dictionary.to_pylist()
    key = np.asarray(prestaties.indices, np.int64) * max(len(dates), 1) + np.asarray(days.indices, np.int64)
    distinct, places = np.unique(key, return_inverse=True)
    return Days([(names[one // len(dates)], dates[one % len(dates)]) for one in distinct.tolist()], places)


def known_at(history: History, days: Days, moment: datetime) -> tuple[Tariffs, NDArray[np.bool_]]:
    """Per line the tariff as known at a moment, and whether it was withdrawn by then without a successor."""
    found = [last_known_on(history.get(prestatie, ()), day, moment) for prestatie, day in days.names]
    withdrawn = np.array([one is not None and not one.known_at(moment) for one in found], np.bool_)
    return _laid_out([one.tariff if one else None for one in found], days.places), withdrawn[days.places]


def charged_under(history: History, days: Days, lines: Lines, received_at: datetime) -> Tariffs:
    """Per line the tariff it was charged under."""
    found = [
        possible_tariffs(
            history.get(prestatie, ()), day, datetime(day.year, day.month, day.day, tzinfo=LOCAL), received_at
        )
        for prestatie, day in days.names
    ]
    empty: Possible[PublishedTariff] = Possible((), 0)
    candidates = [one or empty for one in found]
    most = max((len(one.tariffs) for one in candidates), default=0)
    by_place = [
        _laid_out([one.tariffs[n] if n < len(one.tariffs) else None for one in candidates], days.places)
        for n in range(max(most, 1))
    ]
    otherwise = np.array([one.otherwise for one in candidates], np.int64)[days.places]
    chosen = fitting(lines, by_place, otherwise)
    lines_in_order = np.arange(len(chosen))

    def picked(name: str) -> NDArray[np.int64]:
        values: NDArray[np.int64] = np.stack([getattr(tariffs, name) for tariffs in by_place])[chosen, lines_in_order]
        return values

    return Tariffs(picked("maximum_cents"), picked("housing_cents"), picked("max_max_cents"))


def _laid_out(tariffs: Sequence[PublishedTariff | None], places: NDArray[np.int64]) -> Tariffs:
    rows = [
        NONE
        if one is None
        else (
            one.tariff.maximum_cents,
            one.tariff.housing_cents,
            UNKNOWN if one.tariff.max_max_cents is None else one.tariff.max_max_cents,
        )
        for one in tariffs
    ]
    columns = np.array(rows, np.int64).reshape(-1, 3)[places]
    return Tariffs(columns[:, 0], columns[:, 1], columns[:, 2])
