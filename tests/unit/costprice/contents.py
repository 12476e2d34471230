"""A sound content to start from: two support centres, both prestaties, and home nursing outside the study."""

from dataclasses import replace
from fractions import Fraction

from services.costprice.rules.allocation import Method
from services.costprice.rules.categories import ACCOUNT_GROUP_OF, AccountGroup, CostCategory
from services.costprice.rules.checks import StudyContext
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

STUDY = StudyContext(
    study_id="kindzorg-2028",
    agb_code="41010001",
    nza_number="300-0001",
    cost_year=2025,
    prestaties=("dagopvang", "verblijf"),
    method=Method.STEP_DOWN,
)


def euros(amount: str | int) -> Fraction:
    return Fraction(amount)


def with_accounts(content: SubmissionContent) -> SubmissionContent:
    """The content with annual accounts that tie to it."""
    sums = cost_by_group(content, ACCOUNT_GROUP_OF)
    return replace(content, annual_accounts=tuple(Account(group, sums[group], "p. 12") for group in AccountGroup))


def sound_content(agb_code: str = "41010001", cost_year: int = 2025, scale: int = 1) -> SubmissionContent:
    """A content without findings; ``scale`` multiplies the salary cost of care."""
    care = euros("1200000.40") * scale
    content = SubmissionContent(
        form_version=FORM_VERSION,
        study_id=STUDY.study_id,
        agb_code=agb_code,
        cost_year=cost_year,
        provider_name="Kinderhuis De Voorbeeldster",
        nza_number="300-0001",
        locations=(
            Location("L1", "Hoofdhuis", 10, 8, 365, 250, Fraction(1200), Tenure.RENTED, 1998),
            Location("L2", "Bijhuis", 0, 6, 0, 250, Fraction("301.5"), Tenure.OWNED, None),
        ),
        cost_centres=(
            CostCentre(
                "BEST",
                "Bestuur en administratie",
                CentreKind.SUPPORT,
                {CostCategory.STAFF_OTHER_OWN: euros(240_000), CostCategory.FINANCING: euros("12000.01")},
            ),
            CostCentre(
                "GEB",
                "Gebouwen",
                CentreKind.SUPPORT,
                {
                    CostCategory.BUILDING_RENT: euros(180_000),
                    CostCategory.BUILDING_DEPRECIATION: euros(40_000),
                    CostCategory.BUILDING_UPKEEP: euros(20_000),
                },
            ),
            CostCentre(
                "VER",
                "Verblijf",
                CentreKind.VERBLIJF,
                {
                    CostCategory.STAFF_CARE_OWN: care,
                    CostCategory.STAFF_CARE_HIRED: euros(90_000),
                    CostCategory.MATERIAL_PATIENT: euros(60_000),
                    CostCategory.MATERIAL_OTHER: euros("30000.99"),
                    CostCategory.INVENTORY: euros(25_000),
                },
            ),
            CostCentre(
                "DAG",
                "Dagopvang",
                CentreKind.DAGOPVANG,
                {CostCategory.STAFF_CARE_OWN: euros(500_000), CostCategory.OTHER: euros(10_000)},
            ),
            CostCentre("WIJK", "Thuiszorg", CentreKind.OUTSIDE, {CostCategory.STAFF_CARE_OWN: euros(300_000)}),
        ),
        personnel=(
            Personnel(
                "Kinderverpleegkundige",
                50,
                Employment.OWN,
                "VER",
                20,
                Fraction(36),
                Fraction(46),
                Fraction(20),
                care + 800_000 + 240_000,
            ),
            Personnel(
                "Invalkracht",
                None,
                Employment.HIRED,
                "VER",
                3,
                Fraction(18),
                Fraction(46),
                Fraction("1.5"),
                euros(90_000),
            ),
        ),
        production=(
            Production("L1", "verblijf", (280,) * 12, 14),
            Production("L1", "dagopvang", (120,) * 12, 20),
            Production("L2", "dagopvang", (90,) * 11 + (80,), 9),
        ),
        allocation_keys=(
            AllocationKey("BEST", KeyBasis.PRO_RATA),
            AllocationKey(
                "GEB",
                KeyBasis.FLOOR_AREA,
                {"BEST": Fraction(100), "VER": Fraction(800), "DAG": Fraction(600), "WIJK": Fraction("1.5")},
            ),
        ),
        revenue=(Revenue("VER", "Stagefonds zorg", euros("-15000.55"), CostCategory.STAFF_CARE_OWN),),
        other_activities=(OtherActivity("WIJK", "Verpleging thuis", euros(310_000)),),
    )
    return with_accounts(content)
