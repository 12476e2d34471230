"""What is known at a moment: the history of all parameters, and the receipt that says what was used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.tariffs.parameters import published_parameters
from services.tariffs.rules.in_force import InForce
from services.tariffs.store.parameters import ParameterStore
from shared import __version__
from shared.kernel.dated import DatedValue
from shared.kernel.numbers import plain
from shared.kernel.receipts import Receipt, canonical_hash
from shared.plumbing.work import Work


@dataclass(frozen=True, slots=True)
class Known:
    """Every value of every parameter from files and from analysts, as one history known at a moment."""

    at: datetime
    history: tuple[DatedValue, ...]
    notes: Mapping[DatedValue, str]
    added: frozenset[DatedValue]
    hashes: Mapping[str, str] = field(default_factory=dict)

    def on(self, day: date, chosen: Mapping[str, DatedValue] | None = None) -> InForce:
        """The parameters in force on a day, with what somebody chose in their place."""
        return InForce(self.history, day, self.at, chosen or {})

    def receipt(self, request: Any) -> Receipt:
        """What a result made from this knowledge and this request (a JSON document) is made with."""
        return Receipt(__version__, self.hashes, canonical_hash(_texts(request)), self.at)


def known(work: Work, at: datetime | None) -> Known:
    """What was known at a moment; now, if none is given or it has not come yet. The receipt tells the moment used."""
    now = work.now()
    moment = min(at, now) if at else now
    published = published_parameters()
    added = ParameterStore(work.session).known_at(moment)
    hashes = dict(published.hashes)
    if added:
        hashes["added over the API"] = canonical_hash([_document(value) for value in added])
    return Known(
        moment,
        (*published.values, *added),
        {**published.notes, **added},
        frozenset(added),
        dict(sorted(hashes.items())),
    )


def _texts(document: Any) -> Any:
    """The document with every number as text: exact, whatever its size."""
    if isinstance(document, dict):
        return {name: _texts(inner) for name, inner in document.items()}
    if isinstance(document, list):
        return [_texts(inner) for inner in document]
    if isinstance(document, int) and not isinstance(document, bool):
        return str(document)
    return document


def _document(value: DatedValue) -> dict[str, str]:
    return {
        "name": value.name,
        "value": plain(value.value),
        "unit": value.unit,
        "inForceFrom": value.in_force_from.isoformat(),
        "inForceUntil": value.in_force_until.isoformat() if value.in_force_until else "",
        "knownFrom": value.known_from.isoformat(),
        "status": value.status.value,
        "source": f"{value.source.document}; {value.source.article}; {value.source.url}",
        "illustrative": str(value.illustrative),
    }
