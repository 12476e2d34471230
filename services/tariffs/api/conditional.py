"""Conditional requests (RFC 9110, 13): 304 where the caller has the answer already, 412 where a draft changed."""

import re

from fastapi import Request, Response
from fastapi.responses import Response as PlainResponse
from pydantic import BaseModel

from services.tariffs.errors.decisions import PreconditionRequired
from shared.kernel.receipts import canonical_hash

ENTITY_TAG = re.compile(r'(?:W/)?"[^"]*"')
VERSION_TAG = re.compile(r'"v([1-9][0-9]{0,8})"', re.ASCII)


def tagged(
    request: Request, response: Response, answer: BaseModel, tag: str | None = None
) -> BaseModel | PlainResponse:
    """The answer with its ETag; 304 without a body where the caller's If-None-Match holds that tag.

    Args:
        tag: what identifies this state of the resource; absent: the content itself.
    """
    entity_tag = f'"{tag or canonical_hash(answer.model_dump(mode="json"))[:32]}"'
    response.headers["ETag"] = entity_tag
    response.headers["Cache-Control"] = "no-cache"
    known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if entity_tag in known or known == ["*"]:
        return PlainResponse(status_code=304, headers={"ETag": entity_tag, "Cache-Control": "no-cache"})
    return answer


def versions_to_change(request: Request) -> frozenset[int] | None:
    """The versions of the draft that the caller read, from If-Match; None for ``*``: whatever it is now.

    Only a strong tag can match (RFC 9110, 13.1.1); what is no tag of a version matches none.

    Raises:
        PreconditionRequired: there is no If-Match.
    """
    given = request.headers.getlist("if-match")
    if not given:
        raise PreconditionRequired
    wanted = ",".join(given).strip()
    if wanted == "*":
        return None
    found = (VERSION_TAG.fullmatch(tag) for tag in ENTITY_TAG.findall(wanted))
    return frozenset(int(tag[1]) for tag in found if tag)
