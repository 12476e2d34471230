"""Studies and the providers in them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from services.costprice.rules.allocation import Method
from shared.plumbing.schemas import Instant, IsoDate, RequestModel, ResponseModel
from shared.plumbing.wording import Found, refuse_all, refused

Prestatie = Literal["dagopvang", "verblijf"]
Year = Annotated[int, Field(strict=True, ge=2000, le=2100)]
AGB_PATTERN = r"^(0[1-9]|[1-9][0-9])[0-9]{6}$"
"""Eight digits, of which the first two are the class, 01 to 99; there is no check digit."""
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class StudyIn(RequestModel):
    """A cost-price study to be opened."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Kostprijsonderzoek medische kindzorg 2024–2025",
                    "policyRule": "BR/REG-26109",
                    "costYears": [2024, 2025],
                    "prestaties": ["dagopvang", "verblijf"],
                    "tariffYear": 2028,
                    "deadline": "2026-12-31",
                }
            ]
        },
    )

    name: ShortText
    policy_rule: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}/[A-Z]{2,4}-[0-9]{3,6}$")]
    cost_years: list[Year] = Field(min_length=1, max_length=10)
    prestaties: list[Prestatie] = Field(min_length=1, max_length=2)
    tariff_year: Year
    deadline: IsoDate | None = Field(default=None, description="Later submissions are taken and marked late.")
    allocation_method: Method = Field(
        default=Method.STEP_DOWN, description="How support centres give their cost to the others."
    )
    board_statement_required: bool = Field(
        default=False,
        description="If true, a submission can be accepted only after the provider gave its board statement.",
    )
    illustrative: bool = Field(
        default=False, description="The data are synthetic; every result of the study is marked illustrative."
    )

    @model_validator(mode="after")
    def _consistent(self) -> "StudyIn":
        found: list[Found] = []
        if len(set(self.cost_years)) < len(self.cost_years):
            error = refused("cost_years_twice", "geef elk kostenjaar één keer", "give each cost year once")
            found.append((("costYears",), error))
        if len(set(self.prestaties)) < len(self.prestaties):
            error = refused("prestaties_twice", "geef elke prestatie één keer", "give each prestatie once")
            found.append((("prestaties",), error))
        if self.tariff_year <= max(self.cost_years):
            error = refused(
                "tariff_year", "het tariefjaar komt na de kostenjaren", "the tariff year comes after the cost years"
            )
            found.append((("tariffYear",), error))
        refuse_all(found)
        return self


class StudyOut(ResponseModel):
    """A cost-price study."""

    study_id: str
    name: str
    policy_rule: str
    cost_years: list[int]
    prestaties: list[str]
    tariff_year: int
    deadline: IsoDate | None
    allocation_method: Method
    board_statement_required: bool
    illustrative: bool
    status: Literal["open"]
    created_at: Instant


class ProviderIn(RequestModel):
    """A provider that is asked to take part."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"name": "Kinderhuis De Voorbeeldster (verzonnen)", "nzaNumber": "90001"}]},
    )

    name: ShortText
    nza_number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-/]{0,19}$")] = Field(
        description="The NZa number as registered; up to 20 letters, digits, points, hyphens and slashes."
    )
    stratum: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None


class ProviderOut(ResponseModel):
    """A provider in a study."""

    study_id: str
    agb_code: str
    name: str
    nza_number: str
    stratum: str | None
