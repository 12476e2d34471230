"""What provider and insurer agreed on the price: the contract bases, and what the agreed value means for each.

========================  ==========================================================================================
basis                     agreed value (``contractValue``)
========================  ==========================================================================================
``none``                  empty: nothing was agreed (passant)
``percentage``            share f of the maximum tariff, as a ratio: ``0.95``
``fixed``                 empty: the agreed price is the price charged
``fixed-pass-through``    share s of a change of the housing component that is passed on, 0 to 1
``max-max``               empty: the agreed price is the price charged; or a ratio of the maximum tariff: ``1.08``
========================  ==========================================================================================
"""

import re
from enum import StrEnum

from shared.kernel.sources import Text

MILLIONTHS = 1_000_000
"""A ratio is kept as whole millionths, so that settling stays within whole numbers."""

MAX_RATIO_MILLIONTHS = 2 * MILLIONTHS
"""Largest ratio of the maximum tariff that is taken; ``95`` where ``0.95`` is meant must not slip through."""

RATIO = re.compile(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,6})?")


class ContractBasis(StrEnum):
    """How the price of a declared line was agreed."""

    NONE = "none"
    PERCENTAGE = "percentage"
    FIXED = "fixed"
    FIXED_PASS_THROUGH = "fixed-pass-through"  # noqa: S105 (a contract clause, not a password)
    MAX_MAX = "max-max"


BASES = tuple(ContractBasis)
"""A basis is kept as its place in this order."""

CODE = {basis: place for place, basis in enumerate(BASES)}

NOTHING_AGREED = 0
"""Stands for an empty contract value."""

ONLY_EMPTY = frozenset({ContractBasis.NONE, ContractBasis.FIXED})


class NotAContract(ValueError):
    """The contract value does not fit its basis; ``reason`` says what does."""

    def __init__(self, code: str, reason: Text) -> None:
        super().__init__(reason.en)
        self.code, self.reason = code, reason


def agreed_millionths(basis: ContractBasis, value: str) -> int:
    """The agreed value in whole millionths; ``NOTHING_AGREED`` where it is empty.

    Args:
        basis: how the price was agreed.
        value: the contract value as text in plain decimal notation with at most six decimals, or empty.

    Raises:
        NotAContract: the value does not belong to the basis, is missing, or is out of range.
    """
    if basis in ONLY_EMPTY:
        if value:
            raise NotAContract(
                "contract_value_not_empty",
                Text(f"laat leeg bij {basis}", f"leave it empty for {basis}"),
            )
        return NOTHING_AGREED
    if not value and basis is ContractBasis.MAX_MAX:
        return NOTHING_AGREED
    if not RATIO.fullmatch(value):
        raise NotAContract(
            "contract_value_not_a_ratio",
            Text(
                "geef een verhouding met ten hoogste zes decimalen, zoals 0.95 voor 95 procent",
                "give a ratio with at most six decimals, such as 0.95 for 95 per cent",
            ),
        )
    whole, _, decimals = value.partition(".")
    millionths = int(whole) * MILLIONTHS + int(decimals.ljust(6, "0"))
    if basis is ContractBasis.FIXED_PASS_THROUGH:
        if millionths > MILLIONTHS:
            raise NotAContract(
                "contract_value_out_of_range",
                Text(
                    "het door te geven deel ligt van 0 tot en met 1",
                    "the share passed on is from 0 up to and including 1",
                ),
            )
    elif not 0 < millionths <= MAX_RATIO_MILLIONTHS:
        raise NotAContract(
            "contract_value_out_of_range",
            Text(
                "de verhouding tot het maximumtarief ligt boven 0 en is ten hoogste 2; schrijf 0.95 voor 95 procent",
                "the ratio to the maximum tariff is above 0 and at most 2; write 0.95 for 95 per cent",
            ),
        )
    return millionths
