"""The accountability report of a calculation: Dutch, one page of HTML that needs nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Sequence
from fractions import Fraction
from html import escape

from services.tariffs.operations.policy_rules import read_policy_rule
from services.tariffs.operations.workbook import source_text
from services.tariffs.rules.components import Component
from services.tariffs.rules.labels import COMPONENT_NAMES, POLICY_RULE, STATUS_NAMES
from services.tariffs.schemas.calculations import CalculationOut
from shared.kernel.dated import Status
from shared.kernel.numbers import plain
from shared.plumbing.schemas import StepOut

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1a1a1a; }
h1, h2 { line-height: 1.2; } table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border-bottom: 1px solid #ccc; padding: .35rem .5rem; text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-size: .85em; overflow-wrap: anywhere; } .mark { color: #8a1f11; font-weight: bold; }
p.banner { border: 2px solid #8a1f11; padding: .75rem 1rem; position: sticky; top: 0; background: #fff4f2; }
@media print { p.banner { position: static; } body { max-width: none; } }
"""

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "frame-ancestors 'none'"
)
"""The only thing a browser may use of the page is its own style."""

BANNER = "Illustratief: een of meer waarden hebben geen openbare bron. Dit is geen tarief van de NZa."


def report(calculation: CalculationOut) -> str:
    """The report as HTML."""
    rule = read_policy_rule(POLICY_RULE)
    title = f"Verantwoording maximumtarief {calculation.prestatie} {calculation.tariff_year}"
    banner = f'<p class="banner mark">{escape(BANNER)}</p>' if calculation.illustrative else ""
    status = STATUS_NAMES[Status(calculation.price_status)].nl
    second = (
        ""
        if calculation.max_max_tariff_cents is None
        else "<p>Max-maxtarief, met schriftelijke overeenkomst: "
        f"<strong>€ {euros(calculation.max_max_tariff_cents)}</strong>.</p>"
    )
    articles = "".join(
        f"<h3>Artikel {escape(a.number)}. {escape(a.title.nl)}</h3><p>{escape(a.text.nl)}</p>"
        + (f"<p><code>{escape(a.formula)}</code></p>" if a.formula else "")
        for a in rule.articles
    )
    gaps = "".join(f"<li>{escape(gap.nl)}</li>" for gap in rule.known_gaps)
    return f"""<!DOCTYPE html>
<html lang="nl">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style></head>
<body><main>
{banner}
<h1>{escape(title)}</h1>
<p>Maximumtarief: <strong>€ {euros(calculation.maximum_tariff_cents)}</strong>, {escape(calculation.unit)}, prijspeil
{calculation.tariff_year} ({escape(status)}).</p>
{second}
<h2>Van kostprijs naar tarief</h2>
{_components(calculation)}
<h2>Wat afwijkt van het gepubliceerde</h2>
{_deviations(calculation)}
<h2>Elke stap</h2>
{_steps(calculation.steps)}
<h2>De beleidsregel {escape(rule.code)}, in eigen woorden</h2>
<p>{escape(rule.summary.nl)}</p>
{articles}
<h2>Wat wij niet weten</h2>
<ul>{gaps}</ul>
<h2>Waarmee dit is berekend</h2>
{_receipt(calculation)}
</main></body></html>
"""


def euros(cents: int) -> str:
    """Whole cents as euros in Dutch notation: 123456 is 1.234,56."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d}"


def _decimal(value: Fraction, places: int = 6) -> str:
    return plain(value, places).replace(".", ",")


def _components(calculation: CalculationOut) -> str:
    rows = []
    for component in Component:
        amount = getattr(calculation.components, component.value)
        rows.append(_row([COMPONENT_NAMES[component].nl.capitalize()], ["" if amount is None else _decimal(amount)]))
    rows.append(_row(["Tarief, niet afgerond"], [_decimal(calculation.tariff)]))
    rows.append(_row(["Maximumtarief, afgerond op hele centen"], [euros(calculation.maximum_tariff_cents)]))
    return _table(["Component", "Euro"], rows)


def _deviations(calculation: CalculationOut) -> str:
    items = [
        f"Index {escape(s.index)} {s.year}: de waarde met status {escape(STATUS_NAMES[s.wanted].nl)} is niet bekend; "
        f"de waarde met status {escape(STATUS_NAMES[s.used].nl)} is gebruikt."
        for s in calculation.substituted
    ]
    items += [
        f"Gekozen waarde voor <code>{escape(o.parameter)}</code>: {_decimal(o.value)} in plaats van "
        + (_decimal(o.replaced) if o.replaced is not None else "geen waarde")
        + "."
        for o in calculation.overrides
    ]
    if not calculation.cost_base.verified:
        items.append("De kostenbasis draagt geen hash die met haar inhoud overeenkomt.")
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>" if items else "<p>Niets.</p>"


def _steps(steps: Sequence[StepOut]) -> str:
    rows = []
    for step in steps:
        mark = ' <span class="mark">illustratief</span>' if step.illustrative else ""
        rows.append(
            f'<tr id="{escape(step.id)}"><td><code>{escape(step.id)}</code></td><td>{escape(step.label.nl)}{mark}</td>'
            f'<td class="number">{escape(step.value)}</td><td>{escape(step.unit)}</td>'
            f"<td><code>{escape(step.formula)}</code></td><td>{escape(source_text(step.source))}</td></tr>"
        )
    return _table(["Stap", "Omschrijving", "Waarde", "Eenheid", "Formule", "Bron"], rows)


def _receipt(calculation: CalculationOut) -> str:
    receipt, base = calculation.receipt, calculation.cost_base
    facts = [
        ("Berekening", str(calculation.calculation_id)),
        ("Berekend op", calculation.calculated_at.isoformat()),
        ("Kostenbasis", base.cost_base_id or "zonder nummer"),
        ("SHA-256 van de kostenbasis", base.hash or "niet gegeven"),
        ("Versie van de programmatuur", receipt.code_version),
        ("SHA-256 van de invoer", receipt.input_hash),
        ("Bekend op", receipt.known_at.isoformat()),
        *((f"SHA-256 van {name}", value) for name, value in receipt.parameter_hashes.items()),
    ]
    return _table(["Wat", "Waarde"], [_row([name, value], []) for name, value in facts])


def _row(texts: Sequence[str], numbers: Sequence[str]) -> str:
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    return f"<tr>{cells}" + "".join(f'<td class="number">{escape(number)}</td>' for number in numbers) + "</tr>"


def _table(titles: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
