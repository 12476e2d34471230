"""shared.plumbing.problems: an error says what is wrong, where, and how to mend it, in two languages."""

import json
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import StringConstraints, ValidationError

import shared.plumbing.problems as module
from shared.kernel.sources import Text
from shared.plumbing.problems import (
    MEDIA_TYPE,
    BadRequest,
    Conflict,
    Fault,
    Problem,
    Unauthenticated,
    Unavailable,
    faults_of,
    invalid_input,
    pointer,
    render,
    render_for,
    render_plain,
    wants_dutch,
)
from shared.plumbing.schemas import RequestModel
from shared.plumbing.wording import MAX_FAULTS, WORDS

DETAIL = Text("Kies een ander jaar.", "Choose another year.")
OUT_OF_RANGE = BadRequest(
    DETAIL,
    errors=[Fault("/year", "range", Text("kies 2024 tot en met 2028", "choose 2024 to 2028"))],
    extra={"limit": 5},
)


def request(language: str = "") -> Request:
    headers = [(b"accept-language", language.encode())]
    return Request({"type": "http", "method": "GET", "path": "/books/v1/x", "query_string": b"y=1", "headers": headers})


def test_each_problem_has_a_status_a_code_and_a_title_of_its_own() -> None:
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Problem)]
    table = {kind.__name__: kind.status for kind in kinds}
    assert table == {
        "Problem": 500,
        "BadRequest": 400,
        "Unauthenticated": 401,
        "Forbidden": 403,
        "NotFound": 404,
        "NotAcceptable": 406,
        "Conflict": 409,
        "PreconditionFailed": 412,
        "TooLarge": 413,
        "UnsupportedMediaType": 415,
        "Unavailable": 503,
    }
    assert len({kind.code for kind in kinds}) == len({kind.title for kind in kinds}) == len(kinds)
    assert 422 not in table.values()


def test_a_problem_is_rendered_whole() -> None:
    answer = render_for(request(), OUT_OF_RANGE)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(bytes(answer.body)) == {
        "type": "urn:zorgtarief:problem:invalid-input",
        "title": "The input is not valid",
        "status": 400,
        "detail": "Choose another year.",
        "instance": "/books/v1/x",
        "errors": [{"location": "/year", "code": "range", "message": "choose 2024 to 2028"}],
        "limit": 5,
    }


def test_a_problem_speaks_dutch_to_who_reads_dutch() -> None:
    answer = render_for(request("nl-BE, en;q=0.5"), OUT_OF_RANGE)
    body = json.loads(bytes(answer.body))
    assert (body["title"], body["detail"]) == ("De invoer klopt niet", "Kies een ander jaar.")
    assert body["errors"] == [{"location": "/year", "code": "range", "message": "kies 2024 tot en met 2028"}]
    assert answer.headers["content-language"] == "nl"


def test_a_problem_without_faults_lists_none() -> None:
    assert "errors" not in json.loads(bytes(render_for(request(), Conflict(DETAIL)).body))


@pytest.mark.parametrize(
    ("header", "dutch"), [("nl", True), (" NL-be", True), ("en", False), ("en, nl", False), ("", False)]
)
def test_the_first_language_named_counts(header: str, dutch: bool) -> None:
    assert wants_dutch(header) is dutch


def test_some_problems_bring_a_header() -> None:
    assert Unauthenticated(DETAIL).headers == {"WWW-Authenticate": 'Bearer realm="zorgtarief"'}
    assert Unavailable(DETAIL, retry_after=7).headers == {"Retry-After": "7"}
    assert render_for(request(), Unavailable(DETAIL)).headers["retry-after"] == "2"


@pytest.mark.parametrize("status", [404, 405, 413, 500, 418])
def test_a_status_without_words_gets_ours(status: int) -> None:
    body = json.loads(bytes(render_plain(status, "/x", dutch=False).body))
    assert (body["status"], body["instance"]) == (status, "/x")
    assert all(body[name] for name in ("type", "title", "detail"))


def test_a_subclass_brings_its_own_code_and_title() -> None:
    class OutOfPrint(Conflict):
        """No more copies."""

        code, title = "out-of-print", Text("Niet meer leverbaar", "Out of print")

    body: dict[str, Any] = json.loads(bytes(render_for(request(), OutOfPrint(DETAIL)).body))
    assert (body["type"], body["title"], body["status"]) == ("urn:zorgtarief:problem:out-of-print", "Out of print", 409)


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        (("body",), "/"),
        ((), "/"),
        (("body", "costYears", 0), "/costYears/0"),
        (("body", "a/b", "c~d"), "/a~1b/c~0d"),
        (("query", "on"), "query.on"),
        (("header", "if-match"), "header.if-match"),
        (("path", "bookId"), "path.bookId"),
    ],
)
def test_a_place_is_a_pointer_or_a_part_of_the_request(parts: tuple[Any, ...], place: str) -> None:
    assert pointer(parts) == place


def test_every_fault_of_the_framework_is_named_up_to_a_measure() -> None:
    errors = [{"loc": ("body", index), "type": "missing", "msg": "Field required"} for index in range(MAX_FAULTS + 5)]
    found = faults_of(RequestValidationError(errors))
    assert found[:2] == [Fault("/0", "missing", WORDS["missing"]), Fault("/1", "missing", WORDS["missing"])]
    assert len(found) == MAX_FAULTS


class Shelf(RequestModel):
    books: dict[Annotated[str, StringConstraints(max_length=3)], int | UUID]
    first: Literal["latest"] | UUID
    open: bool


def test_a_place_is_one_of_the_body_also_where_the_framework_names_a_branch() -> None:
    sent = {"books": {"a": "x", "long": 1, "b": {}}, "first": {}}
    with pytest.raises(ValidationError) as caught:
        Shelf.model_validate(sent)
    assert {(fault.location, fault.code) for fault in faults_of(caught.value, sent)} == {
        ("/books/a", "int_parsing"),
        ("/books/a", "uuid_parsing"),
        ("/books/b", "int_type"),
        ("/books/b", "uuid_type"),
        ("/books/long", "string_too_long"),
        ("/first", "literal_error"),
        ("/first", "uuid_type"),
        ("/open", "missing"),
    }


def test_a_place_in_a_list_is_its_number() -> None:
    error = RequestValidationError(
        [{"loc": ("body", "lines", 1, "uuid"), "type": "uuid_type", "msg": "m"}], body={"lines": [1, 2]}
    )
    assert [fault.location for fault in faults_of(error)] == ["/lines/1"]


def test_a_place_outside_the_body_stays_as_it_is() -> None:
    error = RequestValidationError([{"loc": ("query", "on"), "type": "missing", "msg": "m"}], body={"on": 1})
    assert [fault.location for fault in faults_of(error)] == ["query.on"]


def test_more_faults_than_are_named_are_said_to_be_more() -> None:
    few = invalid_input([Fault("/", "x", DETAIL)] * (MAX_FAULTS - 1))
    assert (len(few.errors), few.text.en) == (MAX_FAULTS - 1, "The input is not valid; errors names every fault.")
    many = invalid_input([Fault("/", "x", DETAIL)] * (MAX_FAULTS + 1))
    assert (len(many.errors), many.text.nl) == (
        MAX_FAULTS,
        "De invoer heeft ten minste 1000 fouten; errors noemt de eerste 1000.",
    )


def test_headers_given_win_over_ours() -> None:
    answer = render(400, "x", DETAIL, DETAIL, path="/", dutch=False, headers={"Cache-Control": "private"})
    assert answer.headers["cache-control"] == "private"
