"""Allocation of the costs of support centres to final centres: direct, step-down or reciprocal.

* direct: each support centre gives to final centres only;
* step-down: support centres close one by one in a given order; each gives to every centre that is still open, and a
  key quantity for a centre that closed earlier (or for itself) does not count;
* reciprocal: support centres give to each other at the same time; their full costs solve simultaneous equations.
  What a centre uses of its own service changes no outcome and is left out.

Every amount is an exact fraction: what comes out adds up to what went in. The three methods are those of the textbooks
on cost accounting in hospitals (see the golden cases); which one NZa will use for medical child care is not published.
"""

from services.costprice.rules.allocation.centres import (
    Allocation,
    AllocationFaults,
    Centre,
    Keys,
    Method,
    check,
)
from services.costprice.rules.allocation.explanation import ShownAllocation, explain, record, shown
from services.costprice.rules.allocation.methods import allocate

__all__ = [
    "Allocation",
    "AllocationFaults",
    "Centre",
    "Keys",
    "Method",
    "ShownAllocation",
    "allocate",
    "check",
    "explain",
    "record",
    "shown",
]
