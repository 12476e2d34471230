"""What a declared line is worth once the maximum tariff of its day is another: the whole rule, on one screen.

A maximum tariff is a ceiling (Wmg article 35); a provider gains by a higher one only where its contract follows it, and
gives back only what exceeds a lower one. With c the price charged, m0 and m1 the old and new maximum, nhc0 and nhc1
the housing component and x1 the new max-max tariff of the service date, in whole cents, the new unit price is:

* nothing changed for the basis:  c; a settlement corrects what follows from a decision, nothing else
* none:                m1 if c = m0, otherwise c, at most m1
* percentage f:        half_up(f · m1), at most m1
* fixed:               c, at most m1
* fixed-pass-through:  half_up(c + s · (nhc1 − nhc0)), at most m1
* max-max:             as agreed (c, or half_up(f · m1) where a ratio f was agreed), at most x1

A line is *not settled*, keeps its charged price and gets a finding, where the rule gives it no new price:

* no tariff is known for its day;
* a max-max agreement where the new tariff has no max-max;
* the pass-through would bring the price below zero.

A line is settled *and* gets a finding, so that it is never corrected in silence, where

* its price broke the old maximum (for max-max: the old max-max; the old maximum where no max-max was known): it is
  settled down to the new ceiling, and what was charged too much under the old one shows in the finding;
* its price is not the agreed share of the old maximum (percentage, max-max with a ratio): its contract says what it is
  worth.

Everything is int64 arithmetic within the bounds named below, one function for one line and for millions.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

from services.tariffs.rules.contracts import CODE, MAX_RATIO_MILLIONTHS, MILLIONTHS, NOTHING_AGREED, ContractBasis
from shared.kernel.money import Int64Array, divide_half_up

UNKNOWN = -1
"""Stands for a tariff that is not known, or a max-max tariff that does not exist."""

MAX_QUANTITY = 10_000_000
MAX_PRICE_CENTS = 1_000_000_000
"""With these bounds every product below stays under 2 · 10^16, far within int64."""

SPLIT = 1 << 31
"""Sums are taken of the high and low parts of the amounts apart, so that no number of lines overflows."""

Flags = NDArray[np.uint8]


class Finding(IntFlag):
    """What is to be told about a line."""

    NO_TARIFF = 1
    PRICE_ABOVE_OLD_MAXIMUM = 2
    MAX_MAX_UNKNOWN = 4
    PRICE_BELOW_ZERO = 8
    PRICE_NOT_AS_AGREED = 16


NOT_SETTLED = Finding.NO_TARIFF | Finding.MAX_MAX_UNKNOWN | Finding.PRICE_BELOW_ZERO
"""A line with one of these findings keeps the price it was charged at."""


class Reason(IntEnum):
    """Why a line is worth what it is worth."""

    AS_CHARGED = 0
    FOLLOWS_MAXIMUM = 1
    SHARE_OF_MAXIMUM = 2
    HOUSING_PASSED_THROUGH = 3
    CAPPED_AT_MAXIMUM = 4
    CAPPED_AT_MAX_MAX = 5


@dataclass(frozen=True, slots=True)
class Lines:
    """Declared lines: parallel int64 arrays.

    Attributes:
        quantity: units, not zero; below zero where an earlier declaration is credited.
        unit_price_cents: price charged per unit.
        basis: contract basis as its ``CODE``.
        agreed_millionths: agreed value, see :mod:`services.tariffs.rules.contracts`.
    """

    quantity: Int64Array
    unit_price_cents: Int64Array
    basis: Int64Array
    agreed_millionths: Int64Array


@dataclass(frozen=True, slots=True)
class Tariffs:
    """The tariff of each line's service date, in whole cents: parallel int64 arrays; ``UNKNOWN`` where none."""

    maximum_cents: Int64Array
    housing_cents: Int64Array
    max_max_cents: Int64Array


@dataclass(frozen=True, slots=True)
class Worth:
    """Unit price per line in cents, the reason for it, and what is to be told."""

    unit_price_cents: Int64Array
    reason: NDArray[np.int64]
    findings: Flags


class OutOfBounds(OverflowError):
    """A quantity, price, tariff or agreed value lies outside the bounds within which the arithmetic is exact."""


def worth(lines: Lines, old: Tariffs, new: Tariffs) -> Worth:
    """What each line is worth under the new tariff, given the old one it was charged under.

    Raises:
        OutOfBounds: a number lies outside the bounds named in this module.
    """
    _within_bounds(lines, old, new)
    charged, agreed, m0, m1 = lines.unit_price_cents, lines.agreed_millionths, old.maximum_cents, new.maximum_cents
    by = {basis: lines.basis == CODE[basis] for basis in ContractBasis}
    by_share = by[ContractBasis.PERCENTAGE] | (by[ContractBasis.MAX_MAX] & (agreed != NOTHING_AGREED))

    housing_change = new.housing_cents - old.housing_cents
    passed_through = divide_half_up(charged * MILLIONTHS + agreed * housing_change, MILLIONTHS)
    ceiling = np.where(by[ContractBasis.MAX_MAX], new.max_max_cents, m1)
    cases = [by[ContractBasis.NONE] & (charged == m0), by_share, by[ContractBasis.FIXED_PASS_THROUGH]]
    uncapped = np.select(cases, [m1, divide_half_up(agreed * m1, MILLIONTHS), passed_through], charged)
    price = np.minimum(uncapped, ceiling)

    findings = _findings(lines, old, new, by_share, passed_through)
    changed = (
        (m1 != m0)
        | (by[ContractBasis.FIXED_PASS_THROUGH] & (housing_change != 0))
        | (by[ContractBasis.MAX_MAX] & (new.max_max_cents != old.max_max_cents))
    )
    settled = changed & ((findings & NOT_SETTLED) == 0)

    reasons = [Reason.FOLLOWS_MAXIMUM, Reason.SHARE_OF_MAXIMUM, Reason.HOUSING_PASSED_THROUGH]
    capped = np.where(by[ContractBasis.MAX_MAX], Reason.CAPPED_AT_MAX_MAX, Reason.CAPPED_AT_MAXIMUM)
    reason = np.where(uncapped > ceiling, capped, np.select(cases, reasons, Reason.AS_CHARGED))
    return Worth(np.where(settled, price, charged), np.where(settled, reason, Reason.AS_CHARGED), findings)


def _findings(
    lines: Lines, old: Tariffs, new: Tariffs, by_share: NDArray[np.bool_], passed_through: Int64Array
) -> Flags:
    charged, m0 = lines.unit_price_cents, old.maximum_cents
    max_max = lines.basis == CODE[ContractBasis.MAX_MAX]
    known = (m0 != UNKNOWN) & (new.maximum_cents != UNKNOWN)
    old_ceiling = np.where(max_max & (old.max_max_cents != UNKNOWN), old.max_max_cents, m0)
    share_of_old = np.minimum(divide_half_up(lines.agreed_millionths * m0, MILLIONTHS), old_ceiling)
    told = [
        (Finding.PRICE_ABOVE_OLD_MAXIMUM, charged > old_ceiling),
        (Finding.MAX_MAX_UNKNOWN, max_max & (new.max_max_cents == UNKNOWN)),
        (Finding.PRICE_BELOW_ZERO, (lines.basis == CODE[ContractBasis.FIXED_PASS_THROUGH]) & (passed_through < 0)),
        (Finding.PRICE_NOT_AS_AGREED, by_share & (charged != share_of_old)),
    ]
    findings = np.where(known, 0, Finding.NO_TARIFF).astype(np.uint8)
    for finding, holds in told:
        findings |= np.where(known & holds, finding, 0).astype(np.uint8)
    return findings


def _within_bounds(lines: Lines, old: Tariffs, new: Tariffs) -> None:
    bounds = [
        ("quantity", np.abs(lines.quantity), MAX_QUANTITY),
        ("price", lines.unit_price_cents, MAX_PRICE_CENTS),
        ("agreed value", lines.agreed_millionths, MAX_RATIO_MILLIONTHS),
    ]
    for when, tariff in (("old", old), ("new", new)):
        bounds += [
            (f"{when} maximum", tariff.maximum_cents, MAX_PRICE_CENTS),
            (f"{when} housing component", tariff.housing_cents, MAX_PRICE_CENTS),
            (f"{when} max-max", tariff.max_max_cents, MAX_PRICE_CENTS),
        ]
    for name, values, most in bounds:
        least = UNKNOWN if name.startswith(("old", "new")) else 0
        if values.size and (values.max() > most or values.min() < least):
            raise OutOfBounds(f"the {name} must be {least} to {most}")


@dataclass(frozen=True, slots=True)
class Corrections:
    """The lines whose unit price changed: where they stand, and the credit and debit line of each.

    The credit line has quantity ``−quantity`` at the old price, the debit line the quantity at the new price; together
    they add up to ``quantity · (new − old)``.
    """

    place: NDArray[np.int64]
    quantity: Int64Array
    old_price_cents: Int64Array
    new_price_cents: Int64Array

    @property
    def credit_cents(self) -> Int64Array:
        """Amount of each credit line: what was billed, reversed."""
        return -self.quantity * self.old_price_cents

    @property
    def debit_cents(self) -> Int64Array:
        """Amount of each debit line: what it is worth now."""
        return self.quantity * self.new_price_cents


def corrections(quantity: Int64Array, old_price_cents: Int64Array, new_price_cents: Int64Array) -> Corrections:
    """Credit and debit lines for the lines whose unit price changed; a line whose price stays gives none."""
    place = np.flatnonzero(old_price_cents != new_price_cents)
    return Corrections(place, quantity[place], old_price_cents[place], new_price_cents[place])


def exact_sum(amounts: Int64Array) -> int:
    """The sum of the amounts, exact whatever their number."""
    return int((amounts // SPLIT).sum()) * SPLIT + int((amounts % SPLIT).sum())


def exact_sums(groups: NDArray[np.int64], count: int, amounts: Int64Array) -> list[int]:
    """The sum of the amounts of each group 0 … count − 1, exact whatever their number."""
    high, low = np.zeros(count, np.int64), np.zeros(count, np.int64)
    np.add.at(high, groups, amounts // SPLIT)
    np.add.at(low, groups, amounts % SPLIT)
    return [int(h) * SPLIT + int(w) for h, w in zip(high, low, strict=True)]
