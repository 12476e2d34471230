"""A made-up sector, the same every time: who takes part in the study and what its insurers agreed.

Eight providers give stay (three of them day care too) and fifteen give day care only: as many as the trade association
has members of each kind (parliamentary answers 2026Z02971). Everything else is drawn from a seeded generator. AGB codes
start with 99 and UZOVI codes with 999, which are not in use as far as is known; names say that they are synthetic.
"""

import random
from dataclasses import dataclass

SEED = 20260302
COST_YEARS = (2024, 2025)

STAY_ONLY, STAY_AND_DAY_CARE, DAY_CARE_ONLY = 5, 3, 15


@dataclass(frozen=True, slots=True)
class SampleProvider:
    """A made-up provider: its size, and how dear it is compared with the others."""

    agb_code: str
    nza_number: str
    name: str
    beds: int
    day_care_places: int
    price_factor: float
    owns_building: bool
    has_home_nursing: bool

    @property
    def prestaties(self) -> tuple[str, ...]:
        """What the provider delivers."""
        return (("verblijf",) if self.beds else ()) + (("dagopvang",) if self.day_care_places else ())


@dataclass(frozen=True, slots=True)
class SampleInsurer:
    """A made-up insurer and what it agreed with everyone; passants have no contract."""

    uzovi: str
    name: str


@dataclass(frozen=True, slots=True)
class World:
    """The made-up sector."""

    providers: tuple[SampleProvider, ...]
    insurers: tuple[SampleInsurer, ...]

    @property
    def agb_codes(self) -> tuple[str, ...]:
        """AGB codes of all providers."""
        return tuple(provider.agb_code for provider in self.providers)

    @property
    def uzovi_codes(self) -> tuple[str, ...]:
        """UZOVI codes of all insurers."""
        return tuple(insurer.uzovi for insurer in self.insurers)

    def provider(self, agb_code: str) -> SampleProvider:
        """The provider with this AGB code."""
        return next(provider for provider in self.providers if provider.agb_code == agb_code)


def world(seed: int = SEED) -> World:
    """The sector that belongs to a seed."""
    chance = random.Random(f"world {seed}")
    shapes = [(True, False)] * STAY_ONLY + [(True, True)] * STAY_AND_DAY_CARE + [(False, True)] * DAY_CARE_ONLY
    providers = tuple(
        SampleProvider(
            agb_code=f"99{number:06d}",
            nza_number=f"9{number:04d}",
            name=f"Voorbeeldhuis {number:02d} (synthetisch)",
            beds=chance.randint(5, 12) if stays else 0,
            day_care_places=chance.randint(6, 14) if day_care else 0,
            price_factor=chance.uniform(0.9, 1.12),
            owns_building=chance.random() < 0.5,
            has_home_nursing=chance.random() < 0.6,
        )
        for number, (stays, day_care) in enumerate(shapes, start=1)
    )
    insurers = tuple(
        SampleInsurer(uzovi=f"999{number}", name=f"Voorbeeldverzekeraar {number} (synthetisch)") for number in (1, 2, 3)
    )
    return World(providers, insurers)
