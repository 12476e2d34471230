"""A fault in what was given to a rule: where it stands, what is wrong and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel.sources import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        code: stable name of the kind of fault, for example ``zero-keys``.
        location: JSON pointer into the input, for example ``/keys/Laundry``.
        message: what is wrong and the remedy, in Dutch and English.
    """

    code: str
    location: str
    message: Text


class InputFaults(ValueError):
    """The input of a rule cannot be calculated with; every fault is named at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.location}: {fault.message.en}" for fault in self.faults))


def pointer(*parts: str | int) -> str:
    """The JSON pointer (RFC 6901) of a place in the input."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
