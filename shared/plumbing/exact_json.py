"""JSON read exactly: numbers with a point become Decimal; what JSON or we do not allow is refused by name."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NoReturn

from shared.kernel.numbers import PLAIN_DECIMAL
from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, Fault

MAX_DIGITS = 40


class NotExactJson(ValueError):
    """The text is not JSON, or holds a number, key or constant that is not taken."""

    def __init__(self, code: str, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.code, self.position = code, position


def _decimal(text: str) -> Decimal:
    if not PLAIN_DECIMAL.fullmatch(text):
        raise NotExactJson("number_not_plain", f"write the number {text[:40]} in plain notation, without an exponent")
    return Decimal(text)


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise NotExactJson("number_too_long", f"a number has at most {MAX_DIGITS} digits")
    return int(text)


def _constant(text: str) -> NoReturn:
    raise NotExactJson("number_not_finite", f"{text} is not a number that can be used")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotExactJson("field_twice", f"the field {twice!r} stands twice in one object")
    return found


def read(content: bytes) -> Any:
    """The document in the bytes.

    Raises:
        NotExactJson: not UTF-8 JSON; NaN or Infinity; a number with an exponent; a field named twice; nested too deep.
    """
    try:
        return json.loads(
            content.decode("utf-8"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise NotExactJson("json_not_utf8", "the text is not UTF-8", error.start) from error
    except json.JSONDecodeError as error:
        raise NotExactJson("json_invalid", f"this is not JSON: {error.msg}", error.pos) from error
    except RecursionError as error:
        raise NotExactJson("json_too_deep", "the document is nested too deep") from error


def read_body(content: bytes) -> Any:
    """The document in a request body, or a 400 problem that says what is wrong with it."""
    try:
        return read(content)
    except NotExactJson as error:
        place = "/" if error.position is None else f"/ (byte {error.position})"
        raise BadRequest(
            Text("De inhoud is geen geldige JSON.", "The body is not valid JSON."),
            errors=[Fault(place, error.code, str(error))],
        ) from error
