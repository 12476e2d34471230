"""OpenAPI documents: the gateway's own under its versioned base, and everything merged at the root."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute

router = APIRouter(route_class=ContractRoute, tags=["document"])


@router.get(
    "/openapi.json",
    operation_id="get_openapi_document",
    summary="The OpenAPI document of the gateway",
    response_model=dict[str, Any],
)
async def openapi_json(request: Request, _caller: Principal = Depends(public())) -> Response:
    """`/v1/openapi.json` is the gateway's own document; `/openapi.json` holds all services, fetched from them."""
    headers = {"Access-Control-Allow-Origin": "*"}
    if request.scope["path"].startswith(request.app.state.base_path + "/"):
        return JSONResponse(request.app.openapi(), headers=headers)
    content = await request.app.state.library.merged()
    return Response(content, headers=headers, media_type="application/json")
