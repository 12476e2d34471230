"""What an accountant's finding means: the tolerances of NZa's assurance protocols."""

from enum import StrEnum
from fractions import Fraction

from shared.kernel.sources import Source

TOLERANCES = Source(document="NZa, NR/CU-246 en NR/CU-559", article="controletoleranties")
APPROVED_UP_TO = Fraction(3, 100)
QUALIFIED_UP_TO = Fraction(5, 100)


class Opinion(StrEnum):
    """Opinion that goes with a share of errors."""

    APPROVE = "approve"
    QUALIFIED = "qualified"
    ADVERSE = "adverse"


def opinion(error_share: Fraction) -> Opinion:
    """Errors up to 3 % of the total: approve; over 3 up to 5 %: qualified; over 5 %: adverse.

    Args:
        error_share: size of the errors as a ratio of the total (0.03 is 3 %); its sign does not matter.
    """
    size = abs(error_share)
    if size <= APPROVED_UP_TO:
        return Opinion.APPROVE
    return Opinion.QUALIFIED if size <= QUALIFIED_UP_TO else Opinion.ADVERSE
