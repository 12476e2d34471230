"""The clients of the demo: who they are follows from their name, so there is no list to keep."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.gateway.roles import Role
from shared.kernel.sources import Text

PROVIDER = re.compile(r"provider-((?!00)[0-9]{8})", re.ASCII)
"""An AGB-code has eight digits; the first two, the class, are 01 to 99."""

INSURER = re.compile(r"insurer-([0-9]{4})", re.ASCII)
"""An UZOVI has four digits."""

OFFICE = {"analyst": Role.ANALYST, "decider": Role.DECIDER, "decider-2": Role.DECIDER, "operator": Role.OPERATOR}


@dataclass(frozen=True, slots=True)
class Client:
    """A client: its id, its roles, and the claims that tie it to its own rows."""

    client_id: str
    role: Role
    claims: Mapping[str, str] = field(default_factory=dict)


def client_named(client_id: str) -> Client | None:
    """The demo client of this name; None where there is none."""
    if client_id in OFFICE:
        return Client(client_id, OFFICE[client_id])
    provider = PROVIDER.fullmatch(client_id)
    if provider:
        return Client(client_id, Role.PROVIDER, {"agbCode": provider[1]})
    insurer = INSURER.fullmatch(client_id)
    if insurer:
        return Client(client_id, Role.INSURER, {"uzovi": insurer[1]})
    return None


KINDS: tuple[tuple[str, Role, Text], ...] = (
    ("analyst", Role.ANALYST, Text("Analist van het tarieventeam", "Analyst of the tariff team")),
    ("decider", Role.DECIDER, Text("Besluit over tarieven", "Decides on tariffs")),
    ("decider-2", Role.DECIDER, Text("Een tweede beslisser", "A second decider")),
    ("operator", Role.OPERATOR, Text("Beheerder", "Operator")),
    (
        "provider-01000001",
        Role.PROVIDER,
        Text("Zorgaanbieder; elke AGB-code kan: provider-<agb>", "Provider; any AGB code will do: provider-<agb>"),
    ),
    (
        "insurer-0001",
        Role.INSURER,
        Text("Zorgverzekeraar; elke UZOVI kan: insurer-<uzovi>", "Insurer; any UZOVI will do: insurer-<uzovi>"),
    ),
)
"""An example of each kind of client, for the explorer."""
