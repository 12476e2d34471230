"""shared.plumbing.wording: what the framework finds wrong is told in both languages, with the remedy."""

from datetime import date
from enum import StrEnum
from string import Formatter
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import pytest
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError, ValidationInfo, field_validator
from pydantic_core import core_schema

from shared.kernel.sources import Text
from shared.plumbing.schemas import ExactNumber, Instant, IsoDate, RequestModel
from shared.plumbing.wording import WORDS, refused, words_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def told(kind: Any, value: Any) -> tuple[str, Text]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    error = caught.value.errors()[0]
    return error["type"], words_of(error["type"], error["msg"], error.get("ctx") or {})


@pytest.mark.parametrize(
    ("kind", "value", "nl", "en"),
    [
        (Annotated[str, Field(min_length=2)], "a", "ten minste 2", "at least 2"),
        (Annotated[str, Field(max_length=2)], "abc", "ten hoogste 2", "at most 2"),
        (Annotated[str, Field(pattern="^[a-z]{2}$")], "1", "^[a-z]{2}$", "^[a-z]{2}$"),
        (Annotated[int, Field(gt=3)], 3, "groter dan 3", "above 3"),
        (Annotated[int, Field(ge=3)], 2, "ten minste 3", "at least 3"),
        (Annotated[int, Field(lt=3)], 3, "kleiner dan 3", "below 3"),
        (Annotated[int, Field(le=3)], 4, "ten hoogste 3", "at most 3"),
        (Annotated[list[int], Field(min_length=1)], [], "ten minste 1", "at least 1"),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "ten hoogste 1", "at most 1"),
        (Literal["a", "b", "c"], "d", "kies: 'a', 'b' of 'c'", "choose: 'a', 'b' or 'c'"),
        (Colour, "green", "kies: 'red' of 'blue'", "choose: 'red' or 'blue'"),
        (int, "x", "geef een geheel getal", "give a whole number"),
        (int, 1.5, "geef een geheel getal", "give a whole number"),
        (bool, "x", "true of false", "true or false"),
        (UUID, "x", "UUID", "UUID"),
        (AwareDatetime, "2026-01-01T00:00:00", "tijdzone", "offset"),
        (IsoDate, "2026-02-30", "JJJJ-MM-DD", "YYYY-MM-DD"),
        (IsoDate, "1-1-2026", "JJJJ-MM-DD", "YYYY-MM-DD"),
        (Instant, "2026-02-30T00:00:00Z", "bestaand tijdstip", "existing instant"),
        (Instant, "2026-01-01T00:00:00", "tijdzone", "offset"),
        (Instant, "0001-01-01T00:00:00+14:00", "1 tot en met 9999", "1 to 9999"),
        (ExactNumber, "1e5", "voluit", "plain notation"),
        (ExactNumber, [], "geef een getal", "give a number"),
        (dict[str, int], 1, "geef een object", "give an object"),
        (list[int], 1, "geef een lijst", "give a list"),
        (date, "x", "JJJJ-MM-DD", "YYYY-MM-DD"),
    ],
)
def test_the_framework_speaks_both_languages(kind: Any, value: Any, nl: str, en: str) -> None:
    _, words = told(kind, value)
    assert nl in words.nl
    assert en in words.en


class Sent(RequestModel):
    year: int
    name: str = ""

    @field_validator("name")
    @classmethod
    def known(cls, name: str, info: ValidationInfo) -> str:
        if name == "braces":
            raise refused("odd", "niet {nl} of {year}", "not {en} or {year}")
        if name == "old":
            raise ValueError("of another kind")
        return name


@pytest.mark.parametrize(
    ("sent", "kind", "words"),
    [
        ({}, "missing", Text("dit ontbreekt; geef het", "this is missing; give it")),
        ({"year": 1, "x": 1}, "extra_forbidden", WORDS["extra_forbidden"]),
        ({"year": 1, "name": "braces"}, "odd", Text("niet {nl} of {year}", "not {en} or {year}")),
        (
            {"year": 1, "name": "old"},
            "value_error",
            Text("deze waarde kan niet: of another kind", "this value cannot be: of another kind"),
        ),
        ([], "model_type", WORDS["model_type"]),
    ],
)
def test_what_our_models_refuse(sent: Any, kind: str, words: Text) -> None:
    assert told(Sent, sent) == (kind, words)


def test_a_kind_without_words_keeps_those_of_the_framework() -> None:
    assert words_of("arguments_type", "Arguments must be a tuple", {}) == Text(*["Arguments must be a tuple"] * 2)


def test_a_context_that_lacks_a_name_keeps_the_words_of_the_framework() -> None:
    assert words_of("greater_than", "Input should be greater than 3", {}) == Text(
        *["Input should be greater than 3"] * 2
    )


def test_every_kind_is_one_of_the_framework() -> None:
    assert set(WORDS) <= set(get_args(core_schema.ErrorType))


def test_both_languages_are_filled_from_the_same_names() -> None:
    for kind, words in WORDS.items():
        names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (words.nl, words.en)]
        assert names[0] == names[1], kind
        assert words.nl != words.en, kind
