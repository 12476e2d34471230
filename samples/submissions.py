"""What a made-up provider sends in over a cost year: consistent, tied to its annual accounts, and synthetic throughout.

Salaries lie between the ends of the scales of the collective agreement (CAO VVT 1-7-2026: FWG 45 2,982–4,246 and FWG 50
3,324–4,823 euros a month; holiday 8 %, year-end 8.33 %); the employer's charges and all other amounts are made up.
"""

import calendar
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from samples.world import SEED, SampleProvider
from services.costprice.rules.categories import ACCOUNT_GROUP_OF, AccountGroup, CostCategory
from services.costprice.rules.content import (
    FORM_VERSION,
    Account,
    AllocationKey,
    CentreKind,
    CostCentre,
    Employment,
    KeyBasis,
    Location,
    OtherActivity,
    Personnel,
    Production,
    Revenue,
    SubmissionContent,
    Tenure,
    cost_by_group,
)
from services.costprice.rules.fte import fte

MONTHS = range(1, 13)
YEARLY_RISE = {2024: 1.0, 2025: 1.05}
HOLIDAY_AND_YEAR_END = 1.1633
EMPLOYER_CHARGES = 1.28
DAY_CARE_DAYS = 250
MEALS, BUILDING, OFFICE, OVERHEAD = "VOEDING", "GEBOUW", "BUREAU", "OVERHEAD"
STAY, DAY_CARE, HOME_NURSING = "VERBLIJF", "DAGOPVANG", "THUISZORG"


@dataclass(frozen=True, slots=True)
class Staffing:
    """A group of staff: function, grade and monthly salary, for so many full-time jobs."""

    function: str
    grade: int
    monthly: tuple[int, int]
    category: CostCategory
    employment: Employment = Employment.OWN


NURSE = Staffing("Kinderverpleegkundige", 50, (3700, 4600), CostCategory.STAFF_CARE_OWN)
CARER = Staffing("Verzorgende", 45, (3200, 4100), CostCategory.STAFF_CARE_OWN)
HIRED_NURSE = Staffing("Kinderverpleegkundige", 50, (5600, 6400), CostCategory.STAFF_CARE_HIRED, Employment.HIRED)
OFFICE_WORKER = Staffing("Administratie", 45, (3200, 4000), CostCategory.STAFF_OTHER_OWN)


def cents(amount: float) -> Fraction:
    """A drawn amount in whole cents, as any bookkeeping has it."""
    return Fraction(int(amount * 100), 100)


def submission(provider: SampleProvider, study_id: str, cost_year: int, seed: int = SEED) -> SubmissionContent:
    """The whole content of a provider's form over a cost year; the same for the same seed."""
    chance = random.Random(f"submission {seed} {provider.agb_code} {cost_year}")
    price = provider.price_factor * YEARLY_RISE[cost_year] * chance.uniform(0.98, 1.02)
    personnel = tuple(staff(provider, chance, price))
    centres = tuple(cost_centres(provider, chance, price, personnel))
    stay_area, day_area = 55 * provider.beds, 22 * provider.day_care_places
    content = SubmissionContent(
        form_version=FORM_VERSION,
        study_id=study_id,
        agb_code=provider.agb_code,
        cost_year=cost_year,
        provider_name=provider.name,
        nza_number=provider.nza_number,
        locations=(
            Location(
                id="L1",
                name=f"{provider.name}, hoofdlocatie",
                beds=provider.beds,
                day_care_places=provider.day_care_places,
                opening_days_stay=366 if calendar.isleap(cost_year) else 365,
                opening_days_day_care=DAY_CARE_DAYS,
                floor_area=Fraction(stay_area + day_area + 60),
                tenure=Tenure.OWNED if provider.owns_building else Tenure.RENTED,
                year_of_building=2004 + int(provider.agb_code) % 15,
            ),
        ),
        cost_centres=centres,
        personnel=personnel,
        production=tuple(production(provider, cost_year, chance)),
        allocation_keys=tuple(allocation_keys(provider, stay_area, day_area)),
        revenue=(Revenue(OVERHEAD, "Opleidingssubsidie (synthetisch)", cents(-chance.uniform(4000, 9000))),),
        other_activities=(
            (OtherActivity(HOME_NURSING, "Verpleging thuis (synthetisch)", cents(chance.uniform(240_000, 300_000))),)
            if provider.has_home_nursing
            else ()
        ),
    )
    return replace(content, annual_accounts=tuple(accounts_of(content)))


def staff(provider: SampleProvider, chance: random.Random, price: float) -> Iterator[Personnel]:
    """Staff per centre; around-the-clock care of a bed takes about four full-time jobs."""
    if provider.beds:
        yield person(NURSE, STAY, round(provider.beds * 2.3), chance, price)
        yield person(CARER, STAY, round(provider.beds * 1.5), chance, price)
        yield person(HIRED_NURSE, STAY, 1 + provider.beds // 6, chance, price)
    if provider.day_care_places:
        yield person(NURSE, DAY_CARE, max(2, round(provider.day_care_places * 0.45)), chance, price)
        yield person(CARER, DAY_CARE, max(1, round(provider.day_care_places * 0.35)), chance, price)
    if provider.has_home_nursing:
        yield person(NURSE, HOME_NURSING, 3, chance, price)
    yield person(OFFICE_WORKER, OFFICE, 1 + (provider.beds + provider.day_care_places) // 6, chance, price)


def person(kind: Staffing, centre: str, headcount: int, chance: random.Random, price: float) -> Personnel:
    """A row of the personnel table; hired staff are charged without holiday and year-end payments."""
    hours, weeks = Fraction(chance.choice((32, 36))), Fraction(52)
    full_time = headcount * fte(hours, weeks)
    extra = EMPLOYER_CHARGES * HOLIDAY_AND_YEAR_END if kind.employment is Employment.OWN else 1.35
    yearly = chance.uniform(*kind.monthly) * 12 * extra * price
    return Personnel(
        function=kind.function,
        fwg_grade=kind.grade,
        employment=kind.employment,
        cost_centre=centre,
        headcount=headcount,
        hours_per_week=hours,
        weeks=weeks,
        fte=full_time,
        salary_cost=cents(float(full_time) * yearly),
    )


def cost_centres(
    provider: SampleProvider, chance: random.Random, price: float, personnel: tuple[Personnel, ...]
) -> Iterator[CostCentre]:
    """All centres with their cost; staff cost is exactly that of the personnel table."""
    size = provider.beds * 2.2 + provider.day_care_places
    building = {CostCategory.BUILDING_UPKEEP: cents(size * 900 * price)}
    if provider.owns_building:
        building[CostCategory.BUILDING_DEPRECIATION] = cents(size * 2600 * price)
        building[CostCategory.FINANCING] = cents(size * 650 * price)
    else:
        building[CostCategory.BUILDING_RENT] = cents(size * 3300 * price)
    yield centre(BUILDING, "Gebouw", CentreKind.SUPPORT, personnel, building)
    meals = {CostCategory.MATERIAL_OTHER: cents(size * 1900 * price * chance.uniform(0.9, 1.1))}
    yield centre(MEALS, "Voeding en was", CentreKind.SUPPORT, personnel, meals)
    office = {CostCategory.OTHER: cents(14_000 * price + size * 350)}
    yield centre(OFFICE, "Bureau en directie", CentreKind.SUPPORT, personnel, office)
    overhead = {CostCategory.OTHER: cents(size * 420 * price), CostCategory.FINANCING: cents(size * 120 * price)}
    yield centre(OVERHEAD, "Algemene kosten", CentreKind.SUPPORT, personnel, overhead)
    for id_, name, kind, places in (
        (STAY, "Verblijf", CentreKind.VERBLIJF, provider.beds * 2.0),
        (DAY_CARE, "Dagopvang", CentreKind.DAGOPVANG, provider.day_care_places * 1.0),
        (HOME_NURSING, "Verpleging thuis", CentreKind.OUTSIDE, 2.0 if provider.has_home_nursing else 0.0),
    ):
        if places:
            direct = {
                CostCategory.MATERIAL_PATIENT: cents(places * 2100 * price * chance.uniform(0.85, 1.15)),
                CostCategory.INVENTORY: cents(places * 780 * price),
            }
            yield centre(id_, name, kind, personnel, direct)


def centre(
    id_: str,
    name: str,
    kind: CentreKind,
    personnel: tuple[Personnel, ...],
    other: dict[CostCategory, Fraction],
) -> CostCentre:
    """A cost centre: the staff that the personnel table puts there, and its other cost."""
    costs: dict[CostCategory, Fraction | None] = dict(other)
    for row in personnel:
        if row.cost_centre == id_:
            hired = row.employment is Employment.HIRED
            office = row.function == OFFICE_WORKER.function
            if hired:
                category = CostCategory.STAFF_OTHER_HIRED if office else CostCategory.STAFF_CARE_HIRED
            else:
                category = CostCategory.STAFF_OTHER_OWN if office else CostCategory.STAFF_CARE_OWN
            costs[category] = (costs.get(category) or Fraction(0)) + (row.salary_cost or Fraction(0))
    return CostCentre(id_, name, kind, costs)


def production(provider: SampleProvider, cost_year: int, chance: random.Random) -> Iterator[Production]:
    """Units per month: days of stay by beds and occupancy, day care by places and working days."""
    if provider.beds:
        days = [calendar.monthrange(cost_year, month)[1] for month in MONTHS]
        units = tuple(int(provider.beds * day * chance.uniform(0.76, 0.93)) for day in days)
        yield Production("L1", "verblijf", units, children=provider.beds * 2)
    if provider.day_care_places:
        units = tuple(int(provider.day_care_places * 20 * chance.uniform(0.72, 0.92)) for _ in MONTHS)
        yield Production("L1", "dagopvang", units, children=provider.day_care_places * 2)


def allocation_keys(provider: SampleProvider, stay_area: int, day_area: int) -> Iterator[AllocationKey]:
    """Causal keys: floor area for the building, days for meals, fte for the office; the rest pro rata."""
    stay = {STAY: Fraction(stay_area)} if provider.beds else {}
    day = {DAY_CARE: Fraction(day_area)} if provider.day_care_places else {}
    home = {HOME_NURSING: Fraction(20)} if provider.has_home_nursing else {}
    yield AllocationKey(BUILDING, KeyBasis.FLOOR_AREA, {**stay, **day, **home, OFFICE: Fraction(40)})
    stay = {STAY: Fraction(provider.beds * 300)} if provider.beds else {}
    day = {DAY_CARE: Fraction(provider.day_care_places * 100)} if provider.day_care_places else {}
    yield AllocationKey(MEALS, KeyBasis.DAYS, {**stay, **day})
    stay = {STAY: Fraction(provider.beds * 4)} if provider.beds else {}
    day = {DAY_CARE: Fraction(provider.day_care_places)} if provider.day_care_places else {}
    home = {HOME_NURSING: Fraction(3)} if provider.has_home_nursing else {}
    yield AllocationKey(OFFICE, KeyBasis.FTE, {**stay, **day, **home})
    yield AllocationKey(OVERHEAD, KeyBasis.PRO_RATA)


def accounts_of(content: SubmissionContent) -> Iterator[Account]:
    """The annual accounts to which the form ties exactly."""
    for page, (group, amount) in enumerate(cost_by_group(content, ACCOUNT_GROUP_OF).items(), start=20):
        yield Account(group, amount, f"Jaarrekening {content.cost_year} (synthetisch), blz. {page}")


def with_a_slip(content: SubmissionContent) -> SubmissionContent:
    """The same form with a typing error in the annual accounts: two digits of the total stand the wrong way round."""
    accounts = tuple(
        replace(account, amount=account.amount + 900)
        if account.group is AccountGroup.TOTAL and account.amount
        else account
        for account in content.annual_accounts
    )
    return replace(content, annual_accounts=accounts)
