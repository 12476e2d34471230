"""The content of a submission as JSON: the same as the Excel form holds.

A field that is null or absent was not filled in, which is not zero.
"""

from typing import Annotated, Any, TypeVar, cast

from pydantic import Field, StringConstraints

from services.costprice.rules.categories import AccountGroup, CostCategory
from services.costprice.rules.content import (
    FORM_VERSION,
    MONTHS,
    Account,
    AllocationKey,
    CentreKind,
    CostCentre,
    Employment,
    Explanation,
    KeyBasis,
    Location,
    OtherActivity,
    Personnel,
    Production,
    Revenue,
    SubmissionContent,
    Tenure,
)
from shared.plumbing.schemas import ExactNumber, RequestModel

Whole = Annotated[int, Field(strict=True, ge=-(10**15), le=10**15)]
Name = Annotated[str, StringConstraints(max_length=4000)]
"""As long as the reader of the form takes it, so that both ways in hold the same content."""

Document = TypeVar("Document", bound=RequestModel)
Row = TypeVar("Row")


class LocationDocument(RequestModel):
    """A place where care is given; days are opening days in the year, the floor area is in m²."""

    id: Name | None = None
    name: Name | None = None
    beds: Whole | None = None
    day_care_places: Whole | None = None
    opening_days_stay: Whole | None = None
    opening_days_day_care: Whole | None = None
    floor_area: ExactNumber | None = None
    tenure: Tenure | None = None
    year_of_building: Whole | None = None


class AccountDocument(RequestModel):
    """A figure of the annual accounts in euros; the groups add up to `total`."""

    group: AccountGroup
    amount: ExactNumber | None = None
    reference: Name | None = None


class CostCentreDocument(RequestModel):
    """A cost centre; cost per category in euros, where a category that is absent had none."""

    id: Name | None = None
    name: Name | None = None
    kind: CentreKind | None = None
    costs: dict[CostCategory, ExactNumber | None] = Field(default_factory=dict)


class PersonnelDocument(RequestModel):
    """Staff with the same function, grade and contract; hours and weeks per person, fte and cost together."""

    function: Name | None = None
    fwg_grade: Whole | None = None
    employment: Employment | None = None
    cost_centre: Name | None = None
    headcount: Whole | None = None
    hours_per_week: ExactNumber | None = None
    weeks: ExactNumber | None = None
    fte: ExactNumber | None = None
    salary_cost: ExactNumber | None = None


class ProductionDocument(RequestModel):
    """Units per month, January first."""

    location: Name | None = None
    prestatie: Name | None = None
    units: list[Whole | None] = Field(default=[None] * MONTHS, min_length=MONTHS, max_length=MONTHS)
    children: Whole | None = None


class AllocationKeyDocument(RequestModel):
    """What a support centre's cost is divided by, and the quantity that each other centre used."""

    cost_centre: Name | None = None
    basis: KeyBasis | None = None
    quantities: dict[Name, ExactNumber | None] = Field(default_factory=dict)


class RevenueDocument(RequestModel):
    """Revenue that is not for the prestaties: a negative amount, deducted from a category or else from material."""

    cost_centre: Name | None = None
    description: Name | None = None
    amount: ExactNumber | None = None
    deducted_from: CostCategory | None = None


class OtherActivityDocument(RequestModel):
    """An activity outside the study."""

    cost_centre: Name | None = None
    description: Name | None = None
    revenue: ExactNumber | None = None


class ExplanationDocument(RequestModel):
    """An answer beforehand to a check that is known to warn."""

    rule_id: Name | None = None
    text: Name | None = None


class SubmissionContentDocument(RequestModel):
    """Everything on the form of one provider over one cost year."""

    form_version: Name | None = Field(default=None, examples=[FORM_VERSION])
    study_id: Name | None = None
    agb_code: Name | None = None
    cost_year: Whole | None = None
    provider_name: Name | None = None
    nza_number: Name | None = None
    locations: list[LocationDocument] = Field(default_factory=list, max_length=500)
    annual_accounts: list[AccountDocument] = Field(default_factory=list, max_length=50)
    cost_centres: list[CostCentreDocument] = Field(default_factory=list, max_length=100)
    personnel: list[PersonnelDocument] = Field(default_factory=list, max_length=5000)
    production: list[ProductionDocument] = Field(default_factory=list, max_length=1000)
    allocation_keys: list[AllocationKeyDocument] = Field(default_factory=list, max_length=100)
    revenue: list[RevenueDocument] = Field(default_factory=list, max_length=500)
    other_activities: list[OtherActivityDocument] = Field(default_factory=list, max_length=100)
    explanations: list[ExplanationDocument] = Field(default_factory=list, max_length=200)

    def content(self) -> SubmissionContent:
        """As the rules know it."""
        return SubmissionContent(
            form_version=self.form_version,
            study_id=self.study_id,
            agb_code=self.agb_code,
            cost_year=self.cost_year,
            provider_name=self.provider_name,
            nza_number=self.nza_number,
            locations=tuple(_taken(Location, row) for row in self.locations),
            annual_accounts=tuple(_taken(Account, row) for row in self.annual_accounts),
            cost_centres=tuple(CostCentre(row.id, row.name, row.kind, dict(row.costs)) for row in self.cost_centres),
            personnel=tuple(_taken(Personnel, row) for row in self.personnel),
            production=tuple(
                Production(row.location, row.prestatie, tuple(row.units), row.children) for row in self.production
            ),
            allocation_keys=tuple(
                AllocationKey(row.cost_centre, row.basis, dict(row.quantities)) for row in self.allocation_keys
            ),
            revenue=tuple(
                Revenue(row.cost_centre, row.description, row.amount, row.deducted_from) for row in self.revenue
            ),
            other_activities=tuple(_taken(OtherActivity, row) for row in self.other_activities),
            explanations=tuple(_taken(Explanation, row) for row in self.explanations),
        )

    @classmethod
    def of(cls, content: SubmissionContent) -> "SubmissionContentDocument":
        """From the rules' content, which is of the right types already."""
        return cls.model_construct(
            form_version=content.form_version,
            study_id=content.study_id,
            agb_code=content.agb_code,
            cost_year=content.cost_year,
            provider_name=content.provider_name,
            nza_number=content.nza_number,
            locations=[_rows(LocationDocument, row) for row in content.locations],
            annual_accounts=[_rows(AccountDocument, row) for row in content.annual_accounts],
            cost_centres=[_rows(CostCentreDocument, row) for row in content.cost_centres],
            personnel=[_rows(PersonnelDocument, row) for row in content.personnel],
            production=[
                ProductionDocument.model_construct(
                    location=row.location, prestatie=row.prestatie, units=list(row.units), children=row.children
                )
                for row in content.production
            ],
            allocation_keys=[_rows(AllocationKeyDocument, row) for row in content.allocation_keys],
            revenue=[_rows(RevenueDocument, row) for row in content.revenue],
            other_activities=[_rows(OtherActivityDocument, row) for row in content.other_activities],
            explanations=[_rows(ExplanationDocument, row) for row in content.explanations],
        )


def _taken(kind: type[Row], row: RequestModel) -> Row:
    """A row of the content; not by model_dump, which writes exact numbers as text."""
    values: Any = {name: getattr(row, name) for name in type(row).model_fields}
    return kind(**values)


def _rows(model: type[Document], row: object) -> Document:
    values: Any = {name: getattr(row, name) for name in model.model_fields}
    return cast(Document, model.model_construct(**values))
