"""Errors as RFC 9457 problems, in Dutch and English, with every fault at once.

The error tree of a service hangs under these classes; each class carries its HTTP status and its words::

    Problem
    ├── BadRequest 400           malformed or invalid input; lists every fault
    ├── Unauthenticated 401      no token, or one that does not hold
    ├── Forbidden 403            the token holds, but its role may not do this
    ├── NotFound 404
    ├── NotAcceptable 406
    ├── Conflict 409             a rule of the domain forbids it in this state
    ├── PreconditionFailed 412   the resource changed since it was read
    ├── TooLarge 413
    ├── UnsupportedMediaType 415
    └── Unavailable 503          try again after ``retry_after`` seconds
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from shared.kernel.sources import Text
from shared.plumbing.wording import MAX_FAULTS, words_of

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:zorgtarief:problem:"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the input: where, a stable code, and what to do about it in both languages."""

    location: str
    code: str
    message: Text


class Problem(HTTPException):
    """An error that knows its HTTP status and explains itself.

    Subclasses set ``status``, ``code`` and ``title``; ``detail`` tells what is wrong in this case and how to mend it.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    title: ClassVar[Text] = Text("Er ging iets mis", "Something went wrong")

    def __init__(
        self,
        detail: Text,
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(self.status, detail.en, dict(headers or {}))
        self.text = detail
        self.errors = tuple(errors[:MAX_FAULTS])
        self.extra = dict(extra or {})


class BadRequest(Problem):
    """The input is malformed or invalid."""

    status, code = 400, "invalid-input"
    title = Text("De invoer klopt niet", "The input is not valid")


class Unauthenticated(Problem):
    """There is no token, or it does not hold."""

    status, code = 401, "unauthenticated"
    title = Text("Wie u bent is niet aangetoond", "Your identity is not established")

    def __init__(self, detail: Text) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="zorgtarief"'})


class Forbidden(Problem):
    """The caller is known but may not do this."""

    status, code = 403, "forbidden"
    title = Text("Dit mag u niet", "You may not do this")


class NotFound(Problem):
    """There is nothing here, or nothing that the caller may see."""

    status, code = 404, "not-found"
    title = Text("Niet gevonden", "Not found")


class NotAcceptable(Problem):
    """The resource has no representation of the wanted media type."""

    status, code = 406, "not-acceptable"
    title = Text("Deze weergave bestaat niet", "There is no such representation")


class Conflict(Problem):
    """A rule of the domain forbids this in the present state."""

    status, code = 409, "conflict"
    title = Text("Dit kan nu niet", "This is not possible now")


class PreconditionFailed(Problem):
    """The resource changed since it was read."""

    status, code = 412, "precondition-failed"
    title = Text("Intussen gewijzigd", "Changed in the meantime")


class TooLarge(Problem):
    """The body is larger than this address takes."""

    status, code = 413, "too-large"
    title = Text("Te groot", "Too large")


class UnsupportedMediaType(Problem):
    """The body is of a media type that this address does not take."""

    status, code = 415, "unsupported-media-type"
    title = Text("Dit soort inhoud wordt hier niet aangenomen", "This kind of content is not taken here")


class Unavailable(Problem):
    """Something this needs is not available for the moment."""

    status, code = 503, "unavailable"
    title = Text("Tijdelijk niet beschikbaar", "Temporarily unavailable")

    def __init__(self, detail: Text, retry_after: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


PLAIN_STATUS: dict[int, tuple[str, Text, Text]] = {
    404: (
        "not-found",
        Text("Niet gevonden", "Not found"),
        Text(
            "Op dit adres is niets. Adressen hebben geen schuine streep aan het eind; zie /docs.",
            "There is nothing at this address. Addresses have no trailing slash; see /docs.",
        ),
    ),
    405: (
        "method-not-allowed",
        Text("Deze methode kan hier niet", "This method is not possible here"),
        Text("Kies een van de methoden in de kopregel Allow.", "Choose one of the methods in the Allow header."),
    ),
    413: (
        "too-large",
        TooLarge.title,
        Text("De inhoud is groter dan hier wordt aangenomen.", "The body is larger than is taken here."),
    ),
    500: (
        "internal-error",
        Problem.title,
        Text(
            "De fout is vastgelegd onder het verzoeknummer in de kopregel X-Request-Id.",
            "The error is recorded under the request number in the X-Request-Id header.",
        ),
    ),
}


def wants_dutch(accept_language: str) -> bool:
    """Whether the first language the reader names is Dutch."""
    return accept_language.strip().lower().startswith("nl")


def render(
    status: int,
    code: str,
    title: Text,
    detail: Text,
    *,
    path: str,
    dutch: bool,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """The response for a problem, in the reader's language."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": title.nl if dutch else title.en,
        "status": status,
        "detail": detail.nl if dutch else detail.en,
        "instance": path,
    }
    if errors:
        body["errors"] = [
            {"location": f.location, "code": f.code, "message": f.message.nl if dutch else f.message.en} for f in errors
        ]
    body |= extra or {}
    all_headers = {"Content-Language": "nl" if dutch else "en", "Cache-Control": "no-store"} | dict(headers or {})
    return JSONResponse(body, status, all_headers, MEDIA_TYPE)


def render_for(request: Request, problem: Problem) -> JSONResponse:
    """The response for a problem raised while answering this request."""
    return render(
        problem.status,
        problem.code,
        problem.title,
        problem.text,
        path=request.scope["path"],
        dutch=wants_dutch(request.headers.get("accept-language", "")),
        errors=problem.errors,
        headers=problem.headers,
        extra=problem.extra,
    )


def render_plain(status: int, path: str, dutch: bool, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The response for a status that the framework raised without words of its own."""
    code, title, detail = PLAIN_STATUS.get(status, (f"http-{status}", Text("Fout", "Error"), Text("Fout", "Error")))
    return render(status, code, title, detail, path=path, dutch=dutch, headers=headers)


def invalid_input(errors: Sequence[Fault]) -> BadRequest:
    """The problem for input with these faults; says so where there are more than are named."""
    detail = Text(
        "De invoer klopt niet; elke fout staat in errors.", "The input is not valid; errors names every fault."
    )
    if len(errors) >= MAX_FAULTS:
        detail = Text(
            f"De invoer heeft ten minste {MAX_FAULTS} fouten; errors noemt de eerste {MAX_FAULTS}.",
            f"The input has at least {MAX_FAULTS} faults; errors names the first {MAX_FAULTS}.",
        )
    return BadRequest(detail, errors=errors)


def pointer(parts: Sequence[Any]) -> str:
    """Where a fault is: ``query.on``, ``header.if-match`` or a JSON pointer into the body such as ``/costYears/0``."""
    place, rest = str(parts[0]) if parts else "body", [str(p) for p in parts[1:]]
    if place == "body":
        return "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in rest)
    return ".".join([place, *rest])


def faults_of(error: RequestValidationError | ValidationError, document: Any = None) -> list[Fault]:
    """Every fault that the framework found in the input.

    Args:
        error: of a request, or of a model of ours, whose places are then in the body.
        document: the body as it was read, so that a place is one of the body; of a request its own.
    """
    start: tuple[str, ...] = ("body",)
    if isinstance(error, RequestValidationError):
        start, document = (), error.body
    return [
        Fault(
            pointer(_in_document((*start, *found["loc"]), found["type"], document)),
            str(found["type"]),
            words_of(found["type"], found["msg"], found.get("ctx") or {}),
        )
        for found in error.errors()[:MAX_FAULTS]
    ]


def _in_document(parts: tuple[Any, ...], kind: str, document: Any) -> list[Any]:
    """The parts of a place that are in the body; the framework also names the branch of a choice, and "[key]"."""
    if document is None or not parts or parts[0] != "body":
        return list(parts)
    place, node = [parts[0]], document
    for number, part in enumerate(parts[1:], start=2):
        if isinstance(node, dict) and (part in node or (kind == "missing" and number == len(parts))):
            place, node = [*place, part], node.get(part)
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            place, node = [*place, part], node[part]
    return place
