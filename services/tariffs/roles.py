"""Who may ask what of this service; the names are those in the tokens."""

from enum import StrEnum


class Role(StrEnum):
    """A role in a token. ``provider`` comes with the claim ``agbCode``, ``insurer`` with ``uzovi``."""

    ANALYST = "analyst"
    DECIDER = "decider"
    PROVIDER = "provider"
    INSURER = "insurer"
    OPERATOR = "operator"


AUTHORITY = (Role.ANALYST, Role.DECIDER, Role.OPERATOR)
"""The healthcare authority itself: sees every row."""

ROW_CLAIMS = ("agbCode", "uzovi")
"""Claims that tie a caller to its own rows."""
