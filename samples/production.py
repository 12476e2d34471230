"""Declared production of a made-up year: one line per provider, insurer and day, under every contract basis."""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from samples.world import SEED, SampleProvider, World

COLUMNS = (
    "lineId",
    "agbCode",
    "uzovi",
    "prestatie",
    "serviceDate",
    "quantity",
    "unitPriceCents",
    "contractBasis",
    "contractValue",
)
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 10, 31)
BASES = ("none", "percentage", "fixed", "fixed-pass-through", "max-max")


Line = tuple[str, str, str, str, str, int, int, str, str]
"""A declared line, in the order of :data:`COLUMNS`."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The maximum tariff in force when the care was declared, in whole cents."""

    maximum_cents: int
    max_max_cents: int | None


@dataclass(frozen=True, slots=True)
class Contract:
    """What a provider and an insurer agreed: the basis, its value as text, and the price that follows."""

    basis: str
    value: str
    unit_price_cents: int


def contract(provider: SampleProvider, insurer_number: int, ceiling: Ceiling, chance: random.Random) -> Contract:
    """A made-up contract; over all providers and insurers every basis occurs."""
    basis = BASES[(int(provider.agb_code) + insurer_number) % len(BASES)]
    maximum = ceiling.maximum_cents
    if basis == "max-max" and ceiling.max_max_cents is None:
        basis = "fixed"
    if basis == "percentage":
        hundredths = chance.randint(90, 99)
        return Contract(basis, f"0.{hundredths}", (maximum * hundredths + 50) // 100)
    if basis == "fixed":
        return Contract(basis, "", maximum * chance.randint(930, 995) // 1000)
    if basis == "fixed-pass-through":
        share = chance.choice((50, 75, 100))
        return Contract(basis, f"{share / 100:.2f}", maximum * chance.randint(930, 985) // 1000)
    if basis == "max-max":
        assert ceiling.max_max_cents is not None
        return Contract(basis, "", (maximum + ceiling.max_max_cents) // 2)
    return Contract(basis, "", maximum)


def lines(sector: World, provider: SampleProvider, ceilings: dict[str, Ceiling], seed: int = SEED) -> Iterator[Line]:
    """The declared lines of a provider in the order of :data:`COLUMNS`."""
    chance = random.Random(f"production {seed} {provider.agb_code}")
    number = 0
    for prestatie in provider.prestaties:
        if prestatie not in ceilings:
            continue
        places = provider.beds if prestatie == "verblijf" else provider.day_care_places
        for index, insurer in enumerate(sector.insurers):
            agreed = contract(provider, index, ceilings[prestatie], chance)
            day = FIRST_DAY
            while day <= LAST_DAY:
                quantity = chance.randint(0, max(1, places // len(sector.insurers)))
                open_today = prestatie == "verblijf" or day.weekday() < 5
                if quantity and open_today:
                    number += 1
                    yield (
                        f"{provider.agb_code}-{number:05d}",
                        provider.agb_code,
                        insurer.uzovi,
                        prestatie,
                        day.isoformat(),
                        quantity,
                        agreed.unit_price_cents,
                        agreed.basis,
                        agreed.value,
                    )
                day += timedelta(days=1)


def production_file(sector: World, provider: SampleProvider, ceilings: dict[str, Ceiling]) -> bytes:
    """The production file of a provider as CSV."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines(sector, provider, ceilings))
    return target.getvalue().encode()
