"""A proposal for tariffs: the cost base goes by value from costprice to tariffs, which never call each other."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import httpx

from services.gateway.backends import Backends
from services.gateway.errors import NotInCostBase, ServiceUnavailable
from services.gateway.schemas import TariffProposalIn
from shared.plumbing.problems import MEDIA_TYPE


class ProblemOfService(Exception):
    """A service refused; its problem is the answer, word for word."""

    def __init__(self, service: str, answer: httpx.Response) -> None:
        super().__init__(f"{service} answered {answer.status_code}")
        self.answer = answer


async def propose_tariffs(
    backends: Backends, asked: TariffProposalIn, caller: Mapping[str, str], idempotency_key: str | None
) -> bytes:
    """The answer, as JSON: the cost base's number and the calculation of each prestatie.

    The cost base and the calculations are passed on byte for byte, so that no figure is read and written again.

    Args:
        caller: headers that identify the caller to the services.
        idempotency_key: as sent; each calculation gets a key of its own that follows from it.

    Raises:
        ProblemOfService: a service refused.
        NotInCostBase: the cost base lacks a prestatie; nothing was calculated then.
        ServiceUnavailable: a service does not answer, or with something that is no answer.
    """
    cost_base = answer_of(
        "costprice", await backends.get("costprice", f"/cost-bases/{asked.cost_base_id}", headers=caller), {200}
    )
    found = json.loads(cost_base)
    require_prestaties(found, asked.prestaties)
    calculations = []
    # One after the other: where a service refuses the first, the rest is not calculated in vain.
    for place, prestatie in enumerate(asked.prestaties):
        keys = {} if idempotency_key is None else {"idempotency-key": derived_key(idempotency_key, place)}
        answer = await backends.post(
            "tariffs", "/tariff-calculations", calculation_request(asked, prestatie, cost_base), {**caller, **keys}
        )
        calculations.append(answer_of("tariffs", answer, {200, 201}))
    # As costprice names it: the request may have asked for the latest one.
    number = json.dumps(found.get("costBaseId", asked.cost_base_id)).encode()
    return b'{"costBaseId":' + number + b',"items":[' + b",".join(calculations) + b"]}"


def calculation_request(asked: TariffProposalIn, prestatie: str, cost_base: bytes) -> bytes:
    """The body of ``POST /tariff-calculations`` with the cost base as it came."""
    rest = {"prestatie": prestatie, "tariffYear": asked.tariff_year, "priceStatus": asked.price_status}
    return json.dumps(rest).encode()[:-1] + b', "costBase": ' + cost_base + b"}"


def derived_key(key: str, place: int) -> str:
    """The key of the calculation at a place in the list, the same whenever the request is repeated.

    The place and not the name is in it, so that the same key with another list meets the refusal of tariffs.
    """
    return "proposal-" + hashlib.sha256(f"{place}:{key}".encode()).hexdigest()


def require_prestaties(cost_base: Mapping[str, Any], prestaties: list[str]) -> None:
    """Refuse, before anything is calculated, what the cost base does not hold."""
    present = cost_base.get("prestaties")
    if isinstance(present, dict):
        missing = {place: name for place, name in enumerate(prestaties) if name not in present}
        if missing:
            raise NotInCostBase(missing, sorted(present))


def answer_of(service: str, answer: httpx.Response, expected: set[int]) -> bytes:
    """The JSON object that a service answered with.

    Raises:
        ProblemOfService: it answered with a problem.
        ServiceUnavailable: it answered with something else.
    """
    if answer.headers.get("content-type", "").startswith(MEDIA_TYPE):
        raise ProblemOfService(service, answer)
    try:
        found = json.loads(answer.content)
    except ValueError as error:
        raise ServiceUnavailable(service) from error
    if answer.status_code not in expected or not isinstance(found, dict):
        raise ServiceUnavailable(service)
    return answer.content
