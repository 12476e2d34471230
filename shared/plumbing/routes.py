"""One kind of route for every service: who may call it is settled first, then what was sent, then the work.

Order of answers: 401/403 before anything is read; 406, 415, unknown query keys and malformed JSON before the handler.
"""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from shared.kernel.receipts import content_hash
from shared.kernel.sources import Text
from shared.plumbing.exact_json import NOT_STORABLE, UNSTORABLE, read_body
from shared.plumbing.identity import Allow
from shared.plumbing.problems import BadRequest, Fault, NotAcceptable, faults_of
from shared.plumbing.uploads import Accepts, body_of, media_type_of, receive, refuse_media_type

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Turn = Callable[[Request], AbstractAsyncContextManager[None]]
JSON = "application/json"


def walk(dependant: Dependant) -> Iterator[Dependant]:
    """A route's dependencies, the route itself first."""
    yield dependant
    for inner in dependant.dependencies:
        yield from walk(inner)


def rules_of(route: APIRoute) -> list[Allow]:
    """The authorisation rules that stand on a route; there must be exactly one."""
    return [d.call for d in walk(route.dependant) if isinstance(d.call, Allow)]


def upload_rule_of(route: APIRoute) -> Accepts | None:
    """What files the route takes, if it takes files."""
    return next((d.call for d in walk(route.dependant) if isinstance(d.call, Accepts)), None)


def query_keys_of(route: APIRoute) -> frozenset[str]:
    """The names of the query keys a route knows."""
    names: set[str] = set()
    for dependant in walk(route.dependant):
        for param in dependant.query_params:
            fields = getattr(param.field_info.annotation, "model_fields", None)
            if fields is None:
                names.add(param.alias)
            else:
                names.update(field.alias or name for name, field in fields.items())
    return frozenset(names)


def turn_of(route: APIRoute) -> Turn | None:
    """How a route waits for its turn to work on the database, if it does: what its unit of work says (``in_turn``)."""
    turns = (getattr(d.call, "in_turn", None) for d in walk(route.dependant))
    return next((turn for turn in turns if turn is not None), None)


class Produces:
    """Marks a route that answers with something other than JSON: its media types, the default first."""

    def __init__(self, media_types: tuple[str, ...]) -> None:
        self.media_types = media_types

    def __call__(self, request: Request) -> str:
        """The media type that the caller prefers among the route's; the default where it does not say."""
        return preferred(request.headers.get("accept", ""), self.media_types) or self.media_types[0]


def produces(*media_types: str) -> Produces:
    """A route that answers with one of these media types, the default first."""
    return Produces(media_types)


def produced_by(route: APIRoute) -> tuple[str, ...]:
    """The media types a route answers with."""
    marks = [d.call for d in walk(route.dependant) if isinstance(d.call, Produces)]
    return marks[0].media_types if marks else (JSON,)


class ContractRoute(APIRoute):
    """A route that keeps the conventions of the HTTP contract; it cannot be made without an authorisation rule."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if len(rules_of(self)) != 1:
            raise TypeError(
                f"route {path} needs exactly one authorisation rule: Depends(allow(…)) or Depends(public())"
            )

    def get_route_handler(self) -> Handler:
        """The framework's handler behind our checks."""
        inner = super().get_route_handler()
        rules, upload_rule, known_keys = rules_of(self), upload_rule_of(self), query_keys_of(self)
        takes_json = self.body_field is not None
        may_be_absent = self.body_field is not None and not self.body_field.field_info.is_required()
        turn = turn_of(self)
        offered = produced_by(self)

        async def answer(request: Request) -> Response:
            if turn is None:
                return await inner(request)
            async with turn(request):
                return await inner(request)

        async def handle(request: Request) -> Response:
            request.state.principal = await request.app.state.verifier.principal(request.headers.get("authorization"))
            rules[0].check(request.state.principal)
            refuse_unusable_address(request, self.dependant, known_keys)
            refuse_unless_accepted(request, offered)
            if upload_rule is not None:
                async with receive(request, upload_rule) as upload:
                    request.state.upload = upload
                    request.state.body_hash = upload.sha256
                    return await answer(request)
            found = media_type_of(request)
            if takes_json and found != JSON and not may_be_absent:
                raise refuse_media_type(found, (JSON,))
            body = await body_of(request)
            request.state.body_hash = content_hash(body)
            if takes_json and (body or not may_be_absent):
                if found != JSON:
                    raise refuse_media_type(found, (JSON,))
                # The framework would read floats and accept NaN; it takes what we read from here instead.
                request._json = read_body(body)
            return await answer(request)

        return handle


def refuse_unusable_address(request: Request, dependant: Dependant, known: frozenset[str]) -> None:
    """No part of an address holds what no text may hold, and its query has no unknown key and none twice.

    The framework, which looks no further than the keys it knows, then says what is wrong with those in the same answer.
    """
    faults = [*_unstorable_faults(request), *_key_faults(request, known)]
    if faults:
        raise BadRequest(
            Text(
                "Het adres klopt niet; elke fout staat in errors.",
                "The address is not valid; errors names every fault.",
            ),
            errors=list(dict.fromkeys([*faults, *_parameter_faults(request, dependant)])),
        )


def _unstorable_faults(request: Request) -> Iterator[Fault]:
    parts = [("path", name, str(value)) for name, value in request.path_params.items()]
    parts += [("query", key, key + value) for key, value in request.query_params.multi_items()]
    for part, name, value in parts:
        if UNSTORABLE.search(value):
            yield Fault(_place(part, name), "text_not_storable", NOT_STORABLE)


def _key_faults(request: Request, known: frozenset[str]) -> Iterator[Fault]:
    keys = [key for key, _ in request.query_params.multi_items()]
    names = ", ".join(sorted(known))
    unknown = Text(
        f"deze sleutel is hier onbekend; laat haar weg of kies uit: {names or 'geen'}",
        f"this key is unknown here; leave it out or choose from: {names or 'none'}",
    )
    for key in dict.fromkeys(keys):
        if key not in known and not UNSTORABLE.search(key):
            yield Fault(_place("query", key), "unknown_query_key", unknown)
    twice = Text("geef deze sleutel één keer", "give this key once")
    for key in dict.fromkeys(keys):
        if key in known and keys.count(key) > 1:
            yield Fault(_place("query", key), "query_key_twice", twice)


def _parameter_faults(request: Request, dependant: Dependant) -> list[Fault]:
    """What is wrong with the path and query parameters that the route knows."""
    errors: list[Any] = []
    for one in walk(dependant):
        errors += request_params_to_args(one.path_params, request.path_params)[1]
        errors += request_params_to_args(one.query_params, request.query_params)[1]
    return faults_of(RequestValidationError(errors))


def _place(part: str, name: str) -> str:
    return UNSTORABLE.sub("\ufffd", f"{part}.{name}")


def preferred(accept: str, offered: tuple[str, ...]) -> str | None:
    """The offered media type that an Accept header prefers (RFC 9110, 12.5.1); None where it takes none of them.

    For each offered type the most specific range that matches it counts; of equals, the one offered first.
    """
    ranges = [
        (wanted.strip(), next((_quality(p.strip()[2:]) for p in parameters if p.strip().startswith("q=")), 1.0))
        for wanted, *parameters in (part.lower().split(";") for part in accept.split(","))
        if wanted.strip()
    ]
    if not ranges:
        return offered[0]
    choice, best = None, 0.0
    for kind in offered:
        matching = [
            (specific, quality)
            for wanted, quality in ranges
            for specific, pattern in enumerate(("*/*", kind.partition("/")[0] + "/*", kind))
            if wanted == pattern
        ]
        quality = max(matching, default=(0, 0.0))[1]
        if quality > best:
            choice, best = kind, quality
    return choice


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def refuse_unless_accepted(request: Request, offered: tuple[str, ...]) -> None:
    """The caller must accept at least one media type that the route can answer with (problems always come)."""
    accept = request.headers.get("accept")
    if accept and preferred(accept, offered) is None:
        names = ", ".join(offered)
        raise NotAcceptable(Text(f"Dit adres geeft: {names}.", f"This address gives: {names}."))
