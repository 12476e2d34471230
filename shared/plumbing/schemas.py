"""Building blocks of requests and responses: exact numbers as text, strict dates and instants, steps and receipts."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from shared.kernel.numbers import NotPlainDecimal, exact, plain
from shared.kernel.receipts import Receipt
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Step
from shared.plumbing.wording import refused

Item = TypeVar("Item")

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})")
DECIMAL_TEXT = r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,20})?$"


class RequestModel(BaseModel):
    """What a client sends: camelCase only, unknown fields refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class ResponseModel(BaseModel):
    """What a client gets: built by code name, written in camelCase."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True, extra="forbid"
    )


def _exact_number(value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, Decimal):
        value = format(value, "f")
    elif isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise refused(
            "number_type",
            'geef een getal, of een getal als tekst zoals "31.918742"',
            'give a number, or a number as text such as "31.918742"',
        )
    try:
        return exact(value)
    except NotPlainDecimal as error:
        raise refused(
            "number_not_plain",
            "schrijf het getal voluit met een punt, met ten hoogste 18 cijfers ervoor en 20 erachter",
            "write the number in plain notation with a point, at most 18 digits before and 20 after it",
        ) from error


def _date(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise refused("date_format", "schrijf de datum als JJJJ-MM-DD", "write the date as YYYY-MM-DD")
    return value


def _instant(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        raise refused(
            "instant_format",
            "schrijf het tijdstip met zijn tijdzone, zoals 2026-05-01T12:00:00Z of …+02:00",
            "write the instant with its offset, such as 2026-05-01T12:00:00Z or …+02:00",
        )
    return value


def _within_utc(moment: datetime) -> datetime:
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise refused(
            "instant_range",
            "geef een tijdstip dat in UTC in de jaren 1 tot en met 9999 ligt",
            "give an instant that lies in the years 1 to 9999 in UTC",
        ) from error
    return moment


def utc_text(moment: datetime) -> str:
    """An instant in UTC, as it stands in every answer."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


ExactNumber = Annotated[
    Fraction,
    BeforeValidator(_exact_number),
    PlainSerializer(plain, return_type=str),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": DECIMAL_TEXT}, {"type": "number"}], "examples": ["31.918742"]},
        mode="validation",
    ),
    WithJsonSchema({"type": "string", "pattern": DECIMAL_TEXT, "examples": ["31.918742"]}, mode="serialization"),
]
"""An exact number: text in plain decimal notation or a JSON number in, text out."""

IsoDate = Annotated[date, BeforeValidator(_date)]
"""A calendar day, written YYYY-MM-DD and in no other way."""

Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_instant),
    AfterValidator(_within_utc),
    PlainSerializer(utc_text, return_type=str, when_used="json"),
]
"""A moment with its offset; answers give it in UTC."""

Cents = Annotated[int, Field(strict=True, ge=-(10**15), le=10**15)]
"""Whole cents."""


class TextOut(ResponseModel):
    """The same words in Dutch and English."""

    nl: str
    en: str

    @classmethod
    def of(cls, text: Text) -> "TextOut":
        """From the kernel's text."""
        return cls(nl=text.nl, en=text.en)


class SourceOut(ResponseModel):
    """Where a figure can be checked: a document and article, or a form, sheet and cell."""

    document: str | None = None
    article: str | None = None
    url: str | None = None
    form: str | None = None
    sheet: str | None = None
    cell: str | None = None

    @classmethod
    def of(cls, source: Source) -> "SourceOut":
        """From the kernel's source; what is empty there is absent here."""
        return cls(
            document=source.document or None,
            article=source.article or None,
            url=source.url or None,
            form=source.form or None,
            sheet=source.sheet or None,
            cell=source.cell or None,
        )


class StepOut(ResponseModel):
    """One figure of a calculation, with the figures it was computed from."""

    id: str
    label: TextOut
    value: str = Field(description="An exact figure in plain decimal notation, whole cents, or a choice in words.")
    unit: str
    formula: str
    inputs: list[str]
    source: SourceOut | None
    illustrative: bool

    @classmethod
    def of(cls, step: Step) -> "StepOut":
        """From the kernel's step."""
        value = step.value if isinstance(step.value, str) else plain(step.value)
        return cls(
            id=step.id,
            label=TextOut.of(step.label),
            value=value,
            unit=step.unit,
            formula=step.formula,
            inputs=list(step.inputs),
            source=SourceOut.of(step.source) if step.source else None,
            illustrative=step.illustrative,
        )

    @classmethod
    def all(cls, steps: Iterable[Step]) -> list["StepOut"]:
        """From all steps of a result, in their order."""
        return [cls.of(step) for step in steps]


class ReceiptOut(ResponseModel):
    """What a result was made with, so that it can be made again."""

    code_version: str
    parameter_hashes: dict[str, str]
    input_hash: str
    known_at: Instant
    seed: int | None = None

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        """From the kernel's receipt."""
        return cls(
            code_version=receipt.code_version,
            parameter_hashes=dict(receipt.parameter_hashes),
            input_hash=receipt.input_hash,
            known_at=receipt.known_at,
            seed=receipt.seed,
        )


class Page(ResponseModel, Generic[Item]):
    """A part of a list; ``next`` is the cursor of the part after it, null at the end."""

    items: list[Item]
    next: str | None = None
