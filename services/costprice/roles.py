"""Who may ask what of this service; the names are those in the tokens."""

from enum import StrEnum


class Role(StrEnum):
    """A role in a token. ``provider`` comes with the claim ``agbCode``."""

    ANALYST = "analyst"
    DECIDER = "decider"
    PROVIDER = "provider"
    INSURER = "insurer"
    OPERATOR = "operator"


ROW_CLAIMS = ("agbCode",)
"""Claims that tie a caller to its own rows."""
