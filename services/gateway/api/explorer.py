"""The explorer: a start page, and per service a page to try and a page to read. Everything comes from the gateway."""

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.gateway.explorer import DOCUMENTS, MEDIA_TYPES, POLICIES, Pages
from shared.kernel.sources import Text
from shared.plumbing.identity import Principal, public
from shared.plumbing.problems import NotFound
from shared.plumbing.routes import ContractRoute, produces

router = APIRouter(route_class=ContractRoute, tags=["explorer"])

HTML = "text/html"
DAY = 86400


def page(request: Request, kind: str, service: str) -> Response:
    """A page with its own content policy."""
    pages: Pages = request.app.state.pages
    text = pages.page(
        kind, service, public_url=request.app.state.settings.public_url, demo=request.app.state.demo_issuer is not None
    )
    headers = {"Content-Security-Policy": POLICIES[kind], "Content-Language": "nl, en", "Cache-Control": "no-cache"}
    return HTMLResponse(text, headers=headers)


@router.get("/docs", operation_id="get_explorer", summary="The start page of the explorer", response_class=HTMLResponse)
async def start(
    request: Request, _caller: Principal = Depends(public()), _kind: str = Depends(produces(HTML))
) -> Response:
    """In Dutch and English: what this is, the main job in steps, how to get a token, and where to go on."""
    return page(request, "start", "all")


@router.get(
    "/docs/{service}",
    operation_id="get_explorer_to_try",
    summary="Try the addresses of a service (Swagger UI)",
    response_class=HTMLResponse,
)
async def try_out(
    request: Request, service: str, _caller: Principal = Depends(public()), _kind: str = Depends(produces(HTML))
) -> Response:
    """`service` is all, costprice, tariffs or gateway."""
    require_known(service)
    return page(request, "try", service)


@router.get(
    "/docs/{service}/reference",
    operation_id="get_explorer_to_read",
    summary="Read about the addresses of a service (Redoc)",
    response_class=HTMLResponse,
)
async def read(
    request: Request, service: str, _caller: Principal = Depends(public()), _kind: str = Depends(produces(HTML))
) -> Response:
    """`service` is all, costprice, tariffs or gateway."""
    require_known(service)
    return page(request, "read", service)


@router.get("/static/{path:path}", include_in_schema=False)
async def static(
    request: Request,
    path: str,
    _caller: Principal = Depends(public()),
    _kind: str = Depends(produces(*dict.fromkeys(MEDIA_TYPES.values()))),
) -> Response:
    """A file of the explorer."""
    asset = request.app.state.assets.get(path)
    if asset is None:
        raise NotFound(Text("Dit bestand is er niet.", "There is no such file."))
    headers = {"ETag": asset.etag, "Cache-Control": f"public, max-age={DAY}"}
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers=headers, media_type=asset.media_type)


def require_known(service: str) -> None:
    """Refuse a name that stands for no document."""
    if service not in DOCUMENTS:
        names = ", ".join(DOCUMENTS)
        raise NotFound(Text(f"Kies een van: {names}.", f"Choose one of: {names}."))
