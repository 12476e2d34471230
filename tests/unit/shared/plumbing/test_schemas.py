"""shared.plumbing.schemas: strict in what comes in, plain in what goes out."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.receipts import Receipt
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps
from shared.plumbing.schemas import (
    Cents,
    ExactNumber,
    Instant,
    IsoDate,
    Page,
    ReceiptOut,
    RequestModel,
    ResponseModel,
    SourceOut,
    StepOut,
    TextOut,
    utc_text,
)

NUMBER: TypeAdapter[Fraction] = TypeAdapter(ExactNumber)
DATE: TypeAdapter[date] = TypeAdapter(IsoDate)
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
CENTS: TypeAdapter[int] = TypeAdapter(Cents)


def code_of(adapter: TypeAdapter[Any], value: Any) -> str:
    """The code with which the value is refused."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    return str(caught.value.errors()[0]["type"])


class Order(RequestModel):
    unit_price: ExactNumber
    ordered_on: IsoDate


class OrderOut(ResponseModel):
    unit_price: ExactNumber
    moment: Instant


def test_a_request_is_camel_case_and_holds_nothing_unknown() -> None:
    order = Order.model_validate({"unitPrice": "1.10", "orderedOn": "2028-02-29"})
    assert (order.unit_price, order.ordered_on) == (Fraction(11, 10), date(2028, 2, 29))
    with pytest.raises(ValidationError) as caught:
        Order.model_validate({"unit_price": "1", "orderedOn": "2028-01-01", "color": "red"})
    found = {(error["loc"], error["type"]) for error in caught.value.errors()}
    assert found == {(("unitPrice",), "missing"), (("unit_price",), "extra_forbidden"), (("color",), "extra_forbidden")}


def test_a_request_cannot_be_changed() -> None:
    order = Order.model_validate({"unitPrice": "1.10", "orderedOn": "2028-02-29"})
    with pytest.raises(ValidationError):
        order.unit_price = Fraction(2)


def test_an_answer_is_camel_case_with_numbers_as_text() -> None:
    answer = OrderOut(unit_price=Fraction(1, 8), moment=datetime.fromisoformat("2028-01-01T00:30:00+01:00"))
    assert json.loads(answer.model_dump_json()) == {"unitPrice": "0.125", "moment": "2027-12-31T23:30:00Z"}
    assert OrderOut.model_validate_json(answer.model_dump_json()) == answer


@pytest.mark.parametrize(
    ("value", "expected"),
    [("31.918742", "31.918742"), (Decimal("0.10"), "0.1"), (Decimal("1E+2"), "100"), (7, "7"), ("-0", "0")],
)
def test_a_number_comes_as_text_or_number_and_goes_as_text(value: Any, expected: str) -> None:
    assert NUMBER.dump_python(NUMBER.validate_python(value)) == expected


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,20})?", fullmatch=True))
def test_what_goes_out_comes_back_in(text: str) -> None:
    value = NUMBER.validate_python(text)
    assert NUMBER.validate_python(NUMBER.dump_python(value)) == value


@pytest.mark.parametrize("value", ["1e5", "NaN", "1,5", " 1", "", "1" * 19, 10**18, Decimal("NaN"), Decimal("1E+30")])
def test_a_number_is_plain(value: Any) -> None:
    assert code_of(NUMBER, value) == "number_not_plain"


@pytest.mark.parametrize("value", [True, None, 0.1, [], {}, b"1"])
def test_a_number_is_a_number(value: Any) -> None:
    assert code_of(NUMBER, value) == "number_type"


@pytest.mark.parametrize(
    "value",
    [
        *[20280101, 1830297600, "20280101", "2028-1-1", "2028-01-01T00:00:00", " 2028-01-01", "2028-01-01\n"],
        *[True, None, 1.5, datetime(2028, 1, 1, tzinfo=UTC)],
    ],
)
def test_a_date_is_written_in_one_way(value: Any) -> None:
    assert code_of(DATE, value) == "date_format"


@pytest.mark.parametrize("value", ["2027-02-29", "2028-13-01", "0000-01-01", "２０２８-01-01"])
def test_a_date_exists(value: str) -> None:
    with pytest.raises(ValidationError):
        DATE.validate_python(value)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z"),
        ("2026-05-01t14:00:00.250+02:00", "2026-05-01T12:00:00.250000Z"),
        ("2026-05-01T12:00-00:30", "2026-05-01T12:30:00Z"),
    ],
)
def test_an_instant_is_answered_in_utc(text: str, utc: str) -> None:
    assert utc_text(INSTANT.validate_python(text)) == utc


@pytest.mark.parametrize(
    "value",
    [
        *["2026-05-01T12:00:00", "2026-05-01", "2026-05-01 12:00:00Z", 1777636800, "1777636800", True, None, "now"],
        *["2026-05-01T12:00:00+0200", "2026-05-01T12:00:00.1234567Z", "2026-05-01T12:00:00Z "],
    ],
)
def test_an_instant_has_an_offset(value: Any) -> None:
    assert code_of(INSTANT, value) == "instant_format"


def test_a_naive_moment_is_refused_in_code_too() -> None:
    assert code_of(INSTANT, datetime(2026, 5, 1)) == "timezone_aware"  # noqa: DTZ001


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_can_be_told_in_utc(value: str) -> None:
    assert code_of(INSTANT, value) == "instant_range"


@pytest.mark.parametrize("value", ["2026-02-30T00:00:00Z", "2026-05-01T25:00:00Z", "2026-05-01T12:00:00+99:99"])
def test_an_instant_exists(value: str) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(value)


@pytest.mark.parametrize("value", ["1", 1.0, Decimal(1), True, 10**15 + 1, -(10**15) - 1, None])
def test_cents_are_whole_and_not_beyond_all_measure(value: Any) -> None:
    with pytest.raises(ValidationError):
        CENTS.validate_python(value)
    assert CENTS.validate_python(-(10**15)) == -(10**15)


def test_steps_receipts_and_sources_go_out_as_the_contract_says() -> None:
    steps = Steps()
    steps.add("a", Text("een", "one"), Fraction(1, 3), "EUR", source=Source(form="f", sheet="s", cell="C7"))
    steps.add("b", Text("twee", "two"), 5, "cent", formula="round(a)", inputs=["a"], illustrative=True)
    steps.add("c", Text("keus", "choice"), "peer group", "choice", inputs=["b"])
    first, second, third = (step.model_dump(mode="json") for step in StepOut.all(steps))
    assert first == {
        "id": "a",
        "label": {"nl": "een", "en": "one"},
        "value": "0.33333333333333333333",
        "unit": "EUR",
        "formula": "",
        "inputs": [],
        "source": {"document": None, "article": None, "url": None, "form": "f", "sheet": "s", "cell": "C7"},
        "illustrative": False,
    }
    assert (second["value"], second["inputs"], second["source"], second["illustrative"]) == ("5", ["a"], None, True)
    assert (third["value"], third["illustrative"]) == ("peer group", True)


def test_a_receipt_tells_everything_needed_to_make_the_result_again() -> None:
    receipt = Receipt("1.0", {"p": "ab"}, "cd", datetime(2028, 1, 1, tzinfo=UTC), seed=7)
    assert ReceiptOut.of(receipt).model_dump(mode="json") == {
        "codeVersion": "1.0",
        "parameterHashes": {"p": "ab"},
        "inputHash": "cd",
        "knownAt": "2028-01-01T00:00:00Z",
        "seed": 7,
    }


def test_a_page_ends_with_next_null() -> None:
    page = Page[TextOut](items=[TextOut.of(Text("a", "b"))])
    assert json.loads(page.model_dump_json()) == {"items": [{"nl": "a", "en": "b"}], "next": None}
    assert SourceOut.of(Source(document="d", article="1")).article == "1"
