"""Whether the gateway lives, and whether the whole set can work."""

from fastapi import APIRouter, Depends, Request

from services.gateway.operations.health import health_of_set, require_ready
from services.gateway.schemas import Live, Ready, SetHealth
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute

router = APIRouter(route_class=ContractRoute, tags=["health"])


@router.get("/livez", operation_id="is_gateway_alive", summary="Does the gateway answer?")
async def livez(_caller: Principal = Depends(public())) -> Live:
    """Says nothing of the services behind it: a gateway is not restarted because a service is down."""
    return Live(status="ok")


@router.get("/readyz", operation_id="is_set_ready", summary="Can every service do its work now?")
async def readyz(request: Request, _caller: Principal = Depends(public())) -> Ready:
    """503 with Retry-After, naming the service, where one is not ready."""
    backends = request.app.state.backends
    await require_ready(backends)
    return Ready(status="ok", services=list(backends.names))


@router.get("/health", operation_id="get_set_health", summary="Version, migration and latency of each service")
async def health(request: Request, _caller: Principal = Depends(public())) -> SetHealth:
    """Always 200 with what could be learned; `status` is `degraded` where a service does not answer."""
    return await health_of_set(request.app.state.backends, request.app.version)
