"""What the main job did, as tables a person can read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

COMPONENTS = ("labour", "material", "inventory", "housing", "capital")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the main job produced, as the API answered it."""

    base: Any
    proposals: list[Any]
    before: Any
    after: Any
    settlement: Any


def euros(amount: str | None) -> str:
    """An unrounded amount in euros, for reading."""
    return "–" if amount is None else f"{Decimal(amount):,.2f}"


def cents(amount: int | None) -> str:
    """Whole cents, as euros."""
    return "–" if amount is None else f"{Decimal(amount) / 100:,.2f}"


def show(console: Console, outcome: Outcome) -> None:
    """Print the cost prices, the tariffs and the settlement."""
    console.print()
    for prestatie, found in outcome.base["prestaties"].items():
        console.print(cost_price_table(prestatie, found, outcome.base["confidence"]))
    console.print(tariff_table(outcome))
    console.print(settlement_table(outcome.settlement["totals"]))
    console.print(
        "All of it is illustrative: synthetic providers, housing inputs without a public source, and index values of "
        "2027 and 2028 that nobody has published yet."
    )


def cost_price_table(prestatie: str, found: Any, confidence: str) -> Table:
    """The sector cost price of a prestatie by component, with its interval."""
    table = Table(title=f"Sector cost price of {prestatie}, EUR per {found['unit']}", title_justify="left")
    for heading in ("component", "cost price", f"{Decimal(confidence):.0%} interval", "contributors", "price level"):
        table.add_column(heading, justify="left" if heading == "component" else "right")
    for name in COMPONENTS:
        part = found["components"][name]
        low, high = part["interval"] or (None, None)
        level = f"{part['priceLevel']['year']} {part['priceLevel']['status']}"
        interval = f"{euros(low)} – {euros(high)}"
        table.add_row(name, euros(part["unitCost"]), interval, str(part["contributors"]), level)
    low, high = found["interval"] or (None, None)
    interval = f"{euros(low)} – {euros(high)}"
    table.add_row("total", euros(found["unitCost"]), interval, str(found["contributors"]), "", style="bold")
    return table


def tariff_table(outcome: Outcome) -> Table:
    """The tariff proposed for 2028, and that of 2026 before and after the retroactive decision."""
    table = Table(title="Maximum tariffs, EUR (illustrative)", title_justify="left")
    for heading in ("what", "prestatie", "maximum", "of which housing"):
        table.add_column(heading, justify="right" if heading in {"maximum", "of which housing"} else "left")
    for item in outcome.proposals:
        table.add_row("2028, from the cost base", item["prestatie"], *amounts(item))
    day = f"{outcome.before['on']}, known"
    table.add_row(f"{day} before", "verblijf", *amounts(outcome.before))
    table.add_row(f"{day} after", "verblijf", *amounts(outcome.after))
    return table


def amounts(found: Any) -> tuple[str, str]:
    """The maximum tariff and its housing component."""
    return cents(found["maximumTariffCents"]), cents(found["housingCents"])


def settlement_table(totals: Iterable[Any]) -> Table:
    """The settlement per insurer: it adds up to the last cent."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in totals:
        for place, name in enumerate(("lines", "oldCents", "newCents", "differenceCents")):
            sums[row["uzovi"]][place] += row[name]
    table = Table(title="Settlement per insurer, EUR", title_justify="left")
    for heading in ("insurer", "lines", "as declared", "as it should be", "to pay"):
        table.add_column(heading, justify="left" if heading == "insurer" else "right")
    for uzovi, (count, old, new, difference) in sorted(sums.items()):
        table.add_row(uzovi, f"{count:,}", cents(old), cents(new), cents(difference))
    count, old, new, difference = (sum(row[place] for row in sums.values()) for place in range(4))
    table.add_row("total", f"{count:,}", cents(old), cents(new), cents(difference), style="bold")
    return table
