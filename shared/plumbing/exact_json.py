"""JSON read exactly: numbers with a point become Decimal; what JSON or we do not allow is refused by name and place."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from shared.kernel.numbers import PLAIN_DECIMAL
from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, Fault, pointer
from shared.plumbing.wording import MAX_FAULTS

MAX_DIGITS = 40
MAX_DEPTH = 64
"""Objects and lists inside each other; nothing that is sent in earnest comes near it."""

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that no text may hold: NUL, which the database refuses, and half a character (a lone surrogate)."""

TOO_DEEP = Text(
    f"objecten en lijsten staan ten hoogste {MAX_DEPTH} diep in elkaar; maak het document vlakker",
    f"objects and lists stand at most {MAX_DEPTH} deep; make the document flatter",
)
FIELD_TWICE = Text(
    "dit veld staat twee keer in één object; geef het één keer", "this field stands twice in one object; give it once"
)
NAME_NOT_STORABLE = Text(
    "de naam van het veld bevat NUL of een half teken; haal dat weg",
    "the field's name holds NUL or half a character; take that out",
)
NOT_STORABLE = Text(
    "de tekst bevat NUL of een half teken; haal dat weg", "the text holds NUL or half a character; take that out"
)


class NotExactJson(ValueError):
    """The text is not JSON, or holds a number, key, text or constant that is not taken; ``faults`` names each."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.location}: {fault.message.en}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class _Unusable:
    """Stands in the document where something is that is not taken, until every such place is known."""

    code: str
    message: Text


class _Doubled(dict[str, Any]):
    """An object in which a field stands more than once."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]


def _decimal(text: str) -> Decimal | _Unusable:
    if not PLAIN_DECIMAL.fullmatch(text):
        shown = text[:MAX_DIGITS]
        message = Text(
            f"schrijf het getal {shown} voluit, zonder exponent, met ten hoogste 18 cijfers voor en 20 na de punt",
            f"write the number {shown} in plain notation, without an exponent, at most 18 digits before and 20 after "
            "the point",
        )
        return _Unusable("number_not_plain", message)
    return Decimal(text)


def _integer(text: str) -> int | _Unusable:
    if len(text) > MAX_DIGITS:
        message = Text(f"een getal heeft ten hoogste {MAX_DIGITS} cijfers", f"a number has at most {MAX_DIGITS} digits")
        return _Unusable("number_too_long", message)
    return int(text)


def _constant(text: str) -> _Unusable:
    message = Text(
        f"{text} is geen bruikbaar getal; geef een getal of laat het veld weg",
        f"{text} is not a number that can be used; give a number or leave the field out",
    )
    return _Unusable("number_not_finite", message)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Doubled(pairs)


def read(content: bytes) -> Any:
    """The document in the bytes.

    Raises:
        NotExactJson: not UTF-8 JSON; nested too deep; or, each named with its place: NaN or Infinity, a number with an
            exponent or too many digits, a field named twice, a text with NUL or half a character.
    """
    try:
        document = json.loads(
            content.decode("utf-8"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        message = Text(
            f"byte {error.start} is geen UTF-8; stuur JSON in UTF-8", f"byte {error.start} is not UTF-8; send it so"
        )
        raise NotExactJson([Fault("/", "json_not_utf8", message)]) from error
    except json.JSONDecodeError as error:
        message = Text(
            f"dit is geen JSON; verbeter regel {error.lineno}, kolom {error.colno} ({error.msg})",
            f"this is not JSON; correct line {error.lineno}, column {error.colno} ({error.msg})",
        )
        raise NotExactJson([Fault("/", "json_invalid", message)]) from error
    except RecursionError:
        document = _Unusable("json_too_deep", TOO_DEEP)
    faults = list(islice(_faults(document), MAX_FAULTS))
    if faults:
        raise NotExactJson(faults)
    return document


def _faults(document: Any) -> Iterator[Fault]:
    """Every place in the document that is not taken, without recursion: the document may be as deep as it likes."""
    if not isinstance(document, dict | list):
        yield from _fault_of((), document)
        return
    level: list[tuple[tuple[Any, ...], Any]] = [((), document)]
    for _ in range(MAX_DEPTH):
        below: list[tuple[tuple[Any, ...], Any]] = []
        for path, node in level:
            if isinstance(node, dict):
                yield from _faults_of_names(path, node)
            for key, member in node.items() if isinstance(node, dict) else enumerate(node):
                if isinstance(member, dict | list):
                    below.append(((*path, key), member))
                elif not isinstance(member, int | Decimal):
                    yield from _fault_of((*path, key), member)
        if not below:
            return
        level = below
    yield _fault(level[0][0], "json_too_deep", TOO_DEEP)


def _faults_of_names(path: tuple[Any, ...], node: dict[str, Any]) -> Iterator[Fault]:
    for name in node:
        if UNSTORABLE.search(name):
            yield _fault((*path, name), "field_not_storable", NAME_NOT_STORABLE)
    if isinstance(node, _Doubled):
        for name in node.twice:
            yield _fault((*path, name), "field_twice", FIELD_TWICE)


def _fault_of(path: tuple[Any, ...], value: Any) -> Iterator[Fault]:
    if isinstance(value, _Unusable):
        yield _fault(path, value.code, value.message)
    elif isinstance(value, str) and UNSTORABLE.search(value):
        yield _fault(path, "text_not_storable", NOT_STORABLE)


def _fault(path: tuple[Any, ...], code: str, message: Text) -> Fault:
    # A name may itself hold what no answer can be written with.
    return Fault(UNSTORABLE.sub("\ufffd", pointer(("body", *path))), code, message)


def read_body(content: bytes) -> Any:
    """The document in a request body, or a 400 problem that says what is wrong with it."""
    try:
        return read(content)
    except NotExactJson as error:
        raise BadRequest(
            Text("De inhoud is geen bruikbare JSON.", "The body is not JSON that can be used."), errors=error.faults
        ) from error
