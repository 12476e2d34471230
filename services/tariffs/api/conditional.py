"""Conditional requests (RFC 9110, 13): 304 where the caller has the answer already, 412 where a draft changed."""

from fastapi import Request, Response
from fastapi.responses import Response as PlainResponse
from pydantic import BaseModel

from services.tariffs.errors.decisions import ChangedMeanwhile, PreconditionRequired
from shared.kernel.receipts import canonical_hash


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


def version_to_change(request: Request) -> int:
    """The version of the draft that the caller read, from If-Match.

    Raises:
        PreconditionRequired: there is no If-Match.
        ChangedMeanwhile: it names no version of a draft.
    """
    wanted = request.headers.get("if-match")
    if wanted is None:
        raise PreconditionRequired
    digits = wanted.strip().strip('"').removeprefix("v")
    if not digits.isdigit() or not digits.isascii() or len(digits) > 9:
        raise ChangedMeanwhile
    return int(digits)
