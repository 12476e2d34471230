"""The parameters of one day, and what somebody chose in their place."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from services.tariffs.rules.components import Index
from services.tariffs.rules.housing_component import InvalidHousingInputs
from services.tariffs.rules.in_force import HOUSING_PARAMETERS, InForce, chosen_value, fault_of_parameter, is_parameter
from shared.kernel.dated import DatedValue, NoValueInForce, Status
from shared.kernel.sources import Source

ON = date(2028, 1, 1)
KNOWN_AT = datetime(2027, 1, 1, tzinfo=UTC)


def published(name: str, value: str) -> DatedValue:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    return DatedValue(name, Fraction(value), "", date(2020, 1, 1), None, since, Status.DEFINITIVE, Source(document="D"))


def chosen(name: str, value: str) -> DatedValue:
    return chosen_value(name, Fraction(value), "", ON, KNOWN_AT, f"/overrides/{name}")


HISTORY = [published(name, "1") for name in (*HOUSING_PARAMETERS, "max_max_on_housing")]


def in_force(**choices: str) -> InForce:
    return InForce(HISTORY, ON, KNOWN_AT, {name: chosen(name, value) for name, value in choices.items()})


def test_a_choice_stands_in_the_place_of_the_published_value_and_says_so() -> None:
    assert in_force().value("occupancy").value == 1
    value = in_force(occupancy="0.9").value("occupancy")
    assert value.value == Fraction("0.9")
    assert value.illustrative
    assert value.source == Source(form="request", cell="/overrides/occupancy")


def test_a_parameter_without_a_value_is_an_error_by_name() -> None:
    with pytest.raises(NoValueInForce, match="max_max_surcharge has no value on 2028-01-01"):
        in_force().value("max_max_surcharge")
    assert in_force().find("max_max_surcharge") is None


class TestHousingNorm:
    def test_it_carries_the_origin_of_every_input(self) -> None:
        norm = in_force(investment_per_place="200000").housing_norm()
        assert norm.inputs.investment_per_place == 200_000
        assert norm.origins["investment_per_place"].illustrative
        assert not norm.origins["occupancy"].illustrative

    def test_an_input_that_cannot_be_is_refused(self) -> None:
        with pytest.raises(InvalidHousingInputs, match="occupancy"):
            in_force(occupancy="0").housing_norm()


class TestMaxMax:
    def test_there_is_none_without_a_surcharge(self) -> None:
        assert in_force().max_max() is None

    def test_a_chosen_surcharge_makes_one(self) -> None:
        max_max = in_force(max_max_surcharge="0.10").max_max()
        assert max_max is not None
        assert (max_max.surcharge, max_max.on_housing) == (Fraction("0.10"), 1)


class TestIndexValues:
    def test_a_choice_called_after_the_index_counts_for_the_tariff_year(self) -> None:
        values = in_force(labour_index="0.05").index_values()
        assert set(values.chosen) == {(Index.LABOUR, 2028)}

    def test_a_year_can_be_named(self) -> None:
        day = InForce([], ON, KNOWN_AT, {"material_index.2027": chosen("material_index.2027", "0.05")})
        assert set(day.index_values().chosen) == {(Index.MATERIAL, 2027)}

    def test_other_choices_are_no_index(self) -> None:
        assert in_force(occupancy="0.9").index_values().chosen == {}


@pytest.mark.parametrize("name", ["occupancy", "labour_index", "labour_index.2027", "max_max_surcharge"])
def test_what_a_tariff_uses_can_be_chosen(name: str) -> None:
    assert is_parameter(name)


@pytest.mark.parametrize(
    "name", ["", "occupation", "occupancy.2027", "labour_index.", "labour_index.27", "labour_index.²²²²"]
)
def test_what_it_does_not_use_cannot(name: str) -> None:
    assert not is_parameter(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("labour_index", "-1"),
        ("labour_index.2027", "0.0000000000001"),
        ("max_max_surcharge", "-0.01"),
        ("max_max_on_housing", "2"),
        ("occupancy", "1.1"),
    ],
)
def test_a_value_that_cannot_be_is_told(name: str, value: str) -> None:
    assert fault_of_parameter(name, Fraction(value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("labour_index", "-0.02"),
        ("material_index.2027", "0"),
        ("max_max_surcharge", "0"),
        ("max_max_on_housing", "1"),
        ("occupancy", "1"),
    ],
)
def test_a_value_that_can_be_has_no_fault(name: str, value: str) -> None:
    assert fault_of_parameter(name, Fraction(value)) is None
