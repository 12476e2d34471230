"""What the framework finds wrong with input, in Dutch and English: what is wrong, and what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.kernel.sources import Text

MAX_FAULTS = 1000
"""Faults named in one answer, so that a small body cannot ask for a huge answer."""

OBJECT = Text("geef een object", "give an object")
LIST = Text("geef een lijst", "give a list")
WHOLE = Text("geef een geheel getal", "give a whole number")
NUMBER = Text("geef een getal", "give a number")
YES_OR_NO = Text("geef true of false", "give true or false")
CHOICE = Text("kies: {expected}", "choose: {expected}")
DAY = Text("geef een bestaande dag, geschreven als JJJJ-MM-DD", "give an existing day, written as YYYY-MM-DD")
MOMENT = Text(
    "geef een bestaand tijdstip met zijn tijdzone, zoals 2026-05-01T12:00:00Z",
    "give an existing instant with its offset, such as 2026-05-01T12:00:00Z",
)
UUID_TEXT = Text(
    "geef een UUID, zoals 123e4567-e89b-12d3-a456-426614174000",
    "give a UUID, such as 123e4567-e89b-12d3-a456-426614174000",
)

WORDS: Mapping[str, Text] = {
    "missing": Text("dit ontbreekt; geef het", "this is missing; give it"),
    "extra_forbidden": Text(
        "dit veld is hier onbekend; verbeter de naam of laat het weg",
        "this field is unknown here; correct its name or leave it out",
    ),
    "invalid_key": Text("de naam van een veld is tekst", "the name of a field is text"),
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "dataclass_type": OBJECT,
    "dict_type": OBJECT,
    "mapping_type": OBJECT,
    "list_type": LIST,
    "tuple_type": LIST,
    "set_type": LIST,
    "frozen_set_type": LIST,
    "iterable_type": LIST,
    "too_short": Text(
        "dit zijn er te weinig; geef er ten minste {min_length}", "these are too few; give at least {min_length}"
    ),
    "too_long": Text(
        "dit zijn er te veel; geef er ten hoogste {max_length}", "these are too many; give at most {max_length}"
    ),
    "string_type": Text("geef tekst", "give text"),
    "string_unicode": Text("geef tekst in UTF-8", "give text in UTF-8"),
    "string_too_short": Text(
        "de tekst is te kort; de lengte is ten minste {min_length}",
        "the text is too short; its length is at least {min_length}",
    ),
    "string_too_long": Text(
        "de tekst is te lang; de lengte is ten hoogste {max_length}",
        "the text is too long; its length is at most {max_length}",
    ),
    "string_pattern_mismatch": Text(
        "de tekst heeft een andere vorm dan het patroon {pattern}; schrijf haar zo",
        "the text does not have the form of the pattern {pattern}; write it so",
    ),
    "enum": CHOICE,
    "literal_error": CHOICE,
    "bool_type": YES_OR_NO,
    "bool_parsing": YES_OR_NO,
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "int_parsing_size": Text("dit getal is te groot; geef een kleiner", "this number is too large; give a smaller one"),
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": NUMBER,
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "greater_than": Text("geef een waarde groter dan {gt}", "give a value above {gt}"),
    "greater_than_equal": Text("geef een waarde van ten minste {ge}", "give a value of at least {ge}"),
    "less_than": Text("geef een waarde kleiner dan {lt}", "give a value below {lt}"),
    "less_than_equal": Text("geef een waarde van ten hoogste {le}", "give a value of at most {le}"),
    "multiple_of": Text("geef een veelvoud van {multiple_of}", "give a multiple of {multiple_of}"),
    "date_type": DAY,
    "date_parsing": DAY,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY,
    "datetime_type": MOMENT,
    "datetime_parsing": MOMENT,
    "datetime_from_date_parsing": MOMENT,
    "datetime_object_invalid": MOMENT,
    "timezone_aware": MOMENT,
    "uuid_type": UUID_TEXT,
    "uuid_parsing": UUID_TEXT,
    "uuid_version": UUID_TEXT,
    "union_tag_invalid": Text(
        "{discriminator} heeft een onbekende waarde; kies: {expected_tags}",
        "{discriminator} has an unknown value; choose: {expected_tags}",
    ),
    "union_tag_not_found": Text("{discriminator} ontbreekt; geef het", "{discriminator} is missing; give it"),
    "json_type": Text("geef tekst met JSON erin", "give text that holds JSON"),
    "json_invalid": Text("dit is geen JSON; verbeter: {error}", "this is not JSON; correct: {error}"),
    "value_error": Text("deze waarde kan niet: {error}", "this value cannot be: {error}"),
    "assertion_error": Text("deze waarde kan niet: {error}", "this value cannot be: {error}"),
}
"""Per kind of error of the framework what is told; names in braces are filled from the error's context."""


def refused(code: str, nl: str, en: str) -> PydanticCustomError:
    """What a validator raises to refuse a value, with a stable code and the words of both languages."""
    return PydanticCustomError(code, "{en}", {"nl": nl, "en": en})


Found = tuple[tuple[int | str, ...], PydanticCustomError]
"""A place below the value that is validated, and what is wrong there."""


def refuse_all(found: Sequence[Found]) -> None:
    """Raise what a validator found, each at its place and no more than are told; nothing where it found nothing."""
    if found:
        details = [InitErrorDetails(type=error, loc=place, input=None) for place, error in found[:MAX_FAULTS]]
        raise ValidationError.from_exception_data("input", details)


def found_in(error: ValidationError) -> list[Found]:
    """What the framework found, to be raised again beside what a validator of ours finds."""
    found = []
    for one in error.errors(include_url=False, include_input=False)[:MAX_FAULTS]:
        words = words_of(one["type"], one["msg"], one.get("ctx") or {})
        found.append((one["loc"], refused(one["type"], words.nl, words.en)))
    return found


def words_of(kind: str, message: str, context: Mapping[str, Any]) -> Text:
    """What is told about an error of the framework.

    Args:
        kind: the framework's name of the error.
        message: the framework's own message; told in both languages where we have no words for the kind.
        context: what the framework says about the error, such as the limit that was passed.
    """
    if "nl" in context and "en" in context:
        return Text(str(context["nl"]), str(context["en"]))
    if kind not in WORDS:
        return Text(message, message)
    words = WORDS[kind]
    try:
        return Text(words.nl.format_map(_dutch(context)), words.en.format_map(context))
    except KeyError:
        return Text(message, message)


def _dutch(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context with the framework's "'a', 'b' or 'c'" in Dutch."""
    expected = str(context.get("expected", ""))
    return {**context, **({"expected": expected.replace("' or ", "' of ")} if expected else {})}
