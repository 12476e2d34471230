"""Parameters as the contract has them."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from services.tariffs.rules.in_force import INDEX_PARAMETERS, TARIFF_PARAMETERS
from shared.kernel.dated import Status
from shared.plumbing.schemas import ExactNumber, Instant, IsoDate, Page, RequestModel, ResponseModel, SourceOut

NAMES = (*INDEX_PARAMETERS, *TARIFF_PARAMETERS)
"""Every parameter that can have a value."""

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Optional = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]

EXAMPLE: dict[str, Any] = {
    "name": "labour_index",
    "value": "0.0395",
    "inForceFrom": "2027-01-01",
    "inForceUntil": "2028-01-01",
    "status": "expected",
    "source": {"document": "Example: a letter that does not exist", "article": "table 1"},
    "illustrative": True,
    "note": "An example of how a value is added; not a figure of NZa.",
}


class ParameterSource(RequestModel):
    """The published document in which the value can be checked."""

    document: Short
    article: Optional = ""
    url: Optional = ""


class ParameterIn(RequestModel):
    """A new value of a parameter. A correction of an earlier value is a new value too; it is known from now on."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)] = Field(
        description="Code name, as in the glossary and in `GET /parameters`.", json_schema_extra={"enum": list(NAMES)}
    )
    value: ExactNumber = Field(description="Ratios as a ratio: 0.0518 is 5.18 %.")
    unit: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = Field(
        None, description="If given, it must be the unit the parameter has."
    )
    in_force_from: IsoDate
    in_force_until: IsoDate | None = Field(None, description="First day no longer in force; absent: until replaced.")
    status: Status
    source: ParameterSource
    illustrative: bool = Field(False, description="True where there is no public source, whatever the status.")
    note: Annotated[str, StringConstraints(max_length=2000)] = ""


class ParameterOut(ResponseModel):
    """A value of a parameter in two times: in force on days, known from a moment."""

    name: str
    value: ExactNumber
    unit: str
    in_force_from: IsoDate
    in_force_until: IsoDate | None
    known_from: Instant
    status: Status
    source: SourceOut
    illustrative: bool
    note: str
    origin: Literal["file", "analyst"] = Field(
        description="Whether a parameter file states it, or an analyst added it."
    )


class ParameterPage(Page[ParameterOut]):
    """A part of the list of values."""
