"""Declared lines as the settlement rule takes them, and the credit and debit lines and totals that come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.tariffs.rules.settlement import Corrections, Finding, Lines, Reason, exact_sums
from shared.kernel.money import Int64Array
from shared.kernel.sources import Text

CORRECTION = pa.schema(
    [
        ("lineId", pa.string()),
        ("kind", pa.string()),
        ("corrects", pa.string()),
        ("quantity", pa.int64()),
        ("unitPriceCents", pa.int64()),
        ("amountCents", pa.int64()),
        ("reason", pa.string()),
        ("agbCode", pa.string()),
        ("uzovi", pa.string()),
        ("prestatie", pa.string()),
        ("serviceDate", pa.date32()),
    ]
)
"""Credit and debit lines: ``lineId`` is the line's own name, ``corrects`` the declared line."""

REASONS = {reason: reason.name.lower().replace("_", "-") for reason in Reason}
"""Why a line is worth what it is worth now, as it stands on its credit and debit line."""

FINDING_CODES = {finding: finding.name.lower() for finding in Finding if finding.name}

TARIFF_WITHDRAWN = "tariff_withdrawn"

FINDING_TEXTS = {
    "no_tariff": Text(
        "voor de dag van de zorg is geen maximumtarief bekend; de regel is niet verrekend",
        "no maximum tariff is known for the day of the care; the line is not settled",
    ),
    "price_above_old_maximum": Text(
        "de prijs lag boven het maximum dat gold; verrekend tot ten hoogste het nieuwe maximum",
        "the price was above the maximum that held; settled down to the new maximum at most",
    ),
    "max_max_unknown": Text(
        "er is geen max-maxtarief voor deze max-maxafspraak; de regel is niet verrekend",
        "there is no max-max tariff for this max-max agreement; the line is not settled",
    ),
    "price_below_zero": Text(
        "de doorgegeven huisvesting zou de prijs onder nul brengen; de regel is niet verrekend",
        "the housing passed on would bring the price below zero; the line is not settled",
    ),
    "price_not_as_agreed": Text(
        "de prijs was niet het afgesproken deel van het maximum; verrekend naar wat is afgesproken",
        "the price was not the agreed share of the maximum; settled to what was agreed",
    ),
    TARIFF_WITHDRAWN: Text(
        "het tarief van deze dag is ingetrokken zonder opvolger; de regel blijft zoals zij het laatst was",
        "the tariff of this day was withdrawn without a successor; the line stays as it was last",
    ),
}


def lines_of(table: Any) -> Lines:
    """The lines of a table of the ``STORED`` schema, as the rule takes them."""
    names = ("quantity", "unitPriceCents", "basis", "agreedMillionths")
    return Lines(*(np.asarray(table.column(name), dtype=np.int64) for name in names))


def correction_table(declared: Any, found: Corrections, reasons: NDArray[np.int64], run: int) -> Any:
    """The credit line and the debit line of each corrected line, one after the other, as a table.

    Args:
        declared: all declared lines, a table of the ``STORED`` schema.
        found: the corrections among them.
        reasons: per declared line the reason of its new price.
        run: how often the file was settled, this time included; it makes the names of the lines unique.
    """
    corrected = declared.take(pa.array(found.place))

    def both(credit: Any, debit: Any) -> Any:
        return pa.array(np.column_stack([credit, debit]).ravel())

    def twice(name: str) -> Any:
        return corrected.column(name).take(pa.array(np.repeat(np.arange(len(found.place)), 2)))

    names = pa.array([REASONS[reason] for reason in Reason]).take(pa.array(np.repeat(reasons[found.place], 2)))
    count = len(found.place)
    suffix = pa.array([f"-C{run}", f"-D{run}"] * count, pa.string())
    columns = {
        "lineId": pc.binary_join_element_wise(twice("lineId"), suffix, ""),
        "kind": pa.array(["credit", "debit"] * count, pa.string()),
        "corrects": twice("lineId"),
        "quantity": both(-found.quantity, found.quantity),
        "unitPriceCents": both(found.old_price_cents, found.new_price_cents),
        "amountCents": both(found.credit_cents, found.debit_cents),
        "reason": names,
    }
    columns |= {name: twice(name) for name in ("agbCode", "uzovi", "prestatie", "serviceDate")}
    return pa.table([columns[name] for name in CORRECTION.names], schema=CORRECTION)


@dataclass(frozen=True, slots=True)
class Total:
    """Lines of one insurer, prestatie and month: how many, how many corrected, their worth before and now in cents."""

    lines: int
    corrected: int
    old_cents: int
    new_cents: int


def totals(declared: Any, old_cents: Int64Array, new_cents: Int64Array) -> dict[tuple[str, str, str], Total]:
    """Exact totals per (uzovi, prestatie, month written as YYYY-MM), over all lines, corrected or not.

    Args:
        declared: all declared lines, a table of the ``STORED`` schema.
        old_cents: per line the amount before.
        new_cents: per line the amount now.
    """
    month = pc.strftime(declared.column("serviceDate"), "%Y-%m")
    texts = [_encoded(column) for column in (declared.column("uzovi"), declared.column("prestatie"), month)]
    sizes = [max(len(values), 1) for values, _ in texts]
    key = (texts[0][1] * sizes[1] + texts[1][1]) * sizes[2] + texts[2][1]
    keys, groups = np.unique(key, return_inverse=True)
    old, new = (exact_sums(groups, len(keys), amounts) for amounts in (old_cents, new_cents))
    counts = np.bincount(groups, minlength=len(keys)).tolist()
    changed = np.bincount(groups[old_cents != new_cents], minlength=len(keys)).tolist()
    found = {}
    for place, one in enumerate(keys.tolist()):
        insurer, prestatie = divmod(one // sizes[2], sizes[1])
        name = (texts[0][0][insurer], texts[1][0][prestatie], texts[2][0][one % sizes[2]])
        found[name] = Total(counts[place], changed[place], old[place], new[place])
    return found


def finding_names(flags: int) -> list[str]:
    """The codes of what is to be told about a line."""
    return [code for finding, code in FINDING_CODES.items() if flags & finding]


def _encoded(column: Any) -> tuple[Sequence[str], NDArray[np.int64]]:
    encoded = pc.dictionary_encode(column.combine_chunks())
    return encoded.dictionary.to_pylist(), np.asarray(encoded.indices, dtype=np.int64)
