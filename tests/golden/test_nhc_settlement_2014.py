"""Settling the housing component of 2014 for days billed at the rate of the year before.

Published example: NZa, NR/CU-559, annex 6 (BWBR0036535), amounts in whole euros: 69,350 days at an average component of
€33 = 2,288,550; 7,000 of those days were billed at the old rate, 231,000, of which the index part, 2.5/102.5, is 5,634;
revenue 2,282,916. A provider that takes the national default of 99.7 % gets 2,281,684.

The example settles totals, not days: each total enters the rule as one line of one unit.
"""

from fractions import Fraction

import numpy as np

from services.tariffs.rules.contracts import CODE, ContractBasis, agreed_millionths
from services.tariffs.rules.settlement import UNKNOWN, Lines, Tariffs, corrections, exact_sum, worth
from shared.kernel.money import CENTS_PER_EURO, divide_half_up, euros_to_cents

DAYS, DAYS_AT_OLD_RATE, RATE_CENTS = 69_350, 7_000, 3_300
INDEX = Fraction(25, 1000)


def one_line(quantity, charged, basis, value=""):
    columns = [quantity, charged, CODE[basis], agreed_millionths(basis, value)]
    return Lines(*(np.array([number], np.int64) for number in columns))


def ceiling(cents):
    return Tariffs(*(np.array([number], np.int64) for number in (cents, cents, UNKNOWN)))


def euros(cents):
    return divide_half_up(cents, CENTS_PER_EURO)


def total_cents(lines, old, new):
    prices = worth(lines, old, new).unit_price_cents
    return exact_sum(lines.quantity * prices)


def test_the_component_over_all_days():
    lines = one_line(DAYS, RATE_CENTS, ContractBasis.NONE)
    assert euros(total_cents(lines, ceiling(RATE_CENTS), ceiling(RATE_CENTS))) == 2_288_550


def test_the_index_part_of_the_days_billed_at_the_old_rate():
    at_new_rate = DAYS_AT_OLD_RATE * RATE_CENTS
    at_old_rate = euros_to_cents(Fraction(at_new_rate, CENTS_PER_EURO) / (1 + INDEX))
    lines = one_line(1, at_old_rate, ContractBasis.NONE)
    found = worth(lines, ceiling(at_old_rate), ceiling(at_new_rate))
    correction = corrections(lines.quantity, lines.unit_price_cents, found.unit_price_cents)
    difference = exact_sum(correction.credit_cents) + exact_sum(correction.debit_cents)

    assert euros(at_new_rate) == 231_000
    assert euros(difference) == 5_634
    assert euros(DAYS * RATE_CENTS - difference) == 2_282_916


def test_the_national_default_of_the_component():
    budget = DAYS * RATE_CENTS
    before = ceiling(budget - 100_000)
    charged = divide_half_up((budget - 100_000) * 997, 1000)
    lines = one_line(1, charged, ContractBasis.PERCENTAGE, "0.997")
    assert total_cents(lines, before, ceiling(budget)) == 228_168_435
    assert euros(228_168_435) == 2_281_684


def test_by_the_day_each_price_is_rounded_once_to_whole_cents():
    # €33 before the index is 32.1951…, billed as 32.20: by the day 7,000 times 80 cents comes back, not 5,634.
    before = euros_to_cents(Fraction(RATE_CENTS, CENTS_PER_EURO) / (1 + INDEX))
    lines = one_line(DAYS_AT_OLD_RATE, before, ContractBasis.FIXED_PASS_THROUGH, "1")
    difference = total_cents(lines, ceiling(before), ceiling(RATE_CENTS)) - DAYS_AT_OLD_RATE * before
    assert (before, difference) == (3_220, 560_000)
