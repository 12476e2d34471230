"""Under which tariff a line was charged: by its price, its day and what was known when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pytest

from services.tariffs.rules.charged_under import fitting, possible_tariffs
from services.tariffs.rules.contracts import CODE, ContractBasis, agreed_millionths
from services.tariffs.rules.decisions import Period, Rectangle
from services.tariffs.rules.settlement import UNKNOWN, Lines, Tariffs


@dataclass(frozen=True)
class Tariff:
    name: str
    replacing: bool = False


YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
FIRST, SECOND, THIRD = Tariff("first"), Tariff("second", replacing=True), Tariff("third", replacing=True)


def at(month, day=1, year=2026):
    return datetime(year, month, day, tzinfo=UTC)


def history(*known):
    """Tariffs of one year, each known from its moment until the next."""
    moments = [moment for _, moment in known] + [None]
    return [Rectangle(YEAR, known[n][1], moments[n + 1], known[n][0]) for n in range(len(known))]


def chosen(rectangles, service_day, received_at):
    found = possible_tariffs(rectangles, service_day, datetime(*service_day.timetuple()[:3], tzinfo=UTC), received_at)
    return [tariff.name for tariff in found.tariffs], found.tariffs[found.otherwise].name


ANNOUNCED = history((FIRST, at(11, year=2025)), (SECOND, at(9)))


def test_the_tariff_known_when_the_day_began_and_what_became_known_until_the_file_came():
    assert chosen(ANNOUNCED, date(2026, 3, 1), at(4)) == (["first"], "first")
    assert chosen(ANNOUNCED, date(2026, 3, 1), at(10)) == (["first", "second"], "first")


def test_after_a_retroactive_decision_a_day_is_charged_under_it():
    assert chosen(ANNOUNCED, date(2026, 10, 1), at(11)) == (["second"], "second")


LATE = history((FIRST, at(5)), (SECOND, at(6)), (THIRD, at(7)))


def test_where_nothing_was_known_on_the_day_the_last_tariff_that_replaced_nothing():
    assert chosen(LATE, date(2026, 3, 1), at(8)) == (["first", "second", "third"], "first")
    assert chosen(LATE, date(2026, 3, 1), at(6)) == (["first", "second"], "first")
    renewed = history((FIRST, at(5)), (Tariff("renewed"), at(6)), (SECOND, at(7)))
    assert chosen(renewed, date(2026, 3, 1), at(8)) == (["first", "renewed", "second"], "renewed")


def test_where_every_tariff_heard_of_replaced_another_the_first_of_them():
    assert chosen(history((SECOND, at(5)), (THIRD, at(6))), date(2026, 3, 1), at(8))[1] == "second"


def test_where_nothing_was_known_when_the_file_came_the_first_that_became_known():
    assert chosen(LATE, date(2026, 3, 1), at(4)) == (["first"], "first")


def test_a_line_declared_before_its_day_is_charged_under_what_was_known_by_then():
    assert chosen(LATE, date(2026, 12, 1), at(8)) == (["first", "second", "third"], "first")


def test_a_day_that_never_had_a_tariff_has_no_answer():
    assert possible_tariffs(LATE, date(2027, 1, 1), at(1, year=2027), at(2, year=2027)) is None


def tariffs(*maxima):
    maximum = np.array(maxima, np.int64)
    return Tariffs(maximum, np.zeros_like(maximum), np.full_like(maximum, UNKNOWN))


@pytest.mark.parametrize(
    ("basis", "value", "charged", "place"),
    [
        (ContractBasis.NONE, "", 100, 0),
        (ContractBasis.NONE, "", 110, 1),
        (ContractBasis.NONE, "", 105, 7),
        (ContractBasis.PERCENTAGE, "0.95", 105, 1),
        (ContractBasis.PERCENTAGE, "0.95", 95, 0),
        (ContractBasis.PERCENTAGE, "0.95", 100, 7),
        (ContractBasis.FIXED, "", 110, 7),
        (ContractBasis.FIXED_PASS_THROUGH, "1", 110, 7),
        (ContractBasis.MAX_MAX, "", 110, 7),
    ],
)
def test_the_last_tariff_that_fits_the_price_exactly_counts(basis, value, charged, place):
    columns = [1, charged, CODE[basis], agreed_millionths(basis, value)]
    lines = Lines(*(np.array([number], np.int64) for number in columns))
    possible = [tariffs(100), tariffs(110), tariffs(UNKNOWN)]
    assert fitting(lines, possible, np.array([7], np.int64)).tolist() == [place]


def test_of_two_that_fit_the_later_one():
    lines = Lines(*(np.array([number], np.int64) for number in (1, 100, CODE[ContractBasis.NONE], 0)))
    assert fitting(lines, [tariffs(100), tariffs(110), tariffs(100)], np.array([0], np.int64)).tolist() == [2]
