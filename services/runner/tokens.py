"""Tokens for people who try things out: ``python -m services token analyst``."""

from pathlib import Path

import httpx

from services.runner.whole_set import RunningSet


class NoToken(RuntimeError):
    """The issuer gave no token, or no set runs."""


def token(running: RunningSet, client: str) -> str:
    """An access token of the demo issuer for a demo client.

    Raises:
        NoToken: there is no such client, or the issuer does not answer.
    """
    secret = running.demo_clients.get(client, running.demo_clients["analyst"])
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    try:
        answer = httpx.post(f"{running.gateway}/oauth2/token", data=form, timeout=10, trust_env=False)
    except httpx.TransportError as error:
        raise NoToken(f"the issuer at {running.gateway} does not answer; is the set running?") from error
    if answer.status_code != 200:
        raise NoToken(f"the issuer refused client {client!r}: {answer.text}")
    return str(answer.json()["access_token"])


def running_set_in(file: Path) -> RunningSet:
    """The running set that a ready file tells of.

    Raises:
        NoToken: the file is not there, so no set was started from here.
    """
    try:
        return RunningSet.read(file)
    except FileNotFoundError:
        raise NoToken(
            f"no set is running (there is no {file.name}); start one with `make demo` or `make serve`"
        ) from None
