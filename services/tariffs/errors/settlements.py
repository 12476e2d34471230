"""What can stand in the way of declared production and of settling it."""

from collections.abc import Sequence
from datetime import datetime

from services.tariffs.rules.production import FaultList
from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, Conflict, Fault, Forbidden, NotFound
from shared.plumbing.schemas import utc_text


class ProductionFileNotFound(NotFound):
    """There is no such production file, or it is not the caller's."""

    code = "production-file-not-found"
    title = Text("Productiebestand niet gevonden", "Production file not found")

    def __init__(self, missing: Sequence[object] = ()) -> None:
        names = ", ".join(map(str, missing))
        super().__init__(
            Text(
                f"Niet gevonden, of niet van u: {names or 'dit bestand'}.",
                f"Not found, or not yours: {names or 'this file'}.",
            )
        )


class SettlementNotFound(NotFound):
    """There is no such settlement, or nothing in it is the caller's."""

    code = "settlement-not-found"
    title = Text("Verrekening niet gevonden", "Settlement not found")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze verrekening bestaat niet of raakt u niet.",
                "This settlement does not exist or does not concern you.",
            )
        )


class ProductionRefused(BadRequest):
    """The file has faults; it is refused as a whole."""

    code = "production-refused"
    title = Text("Productiebestand geweigerd", "Production file refused")

    def __init__(self, faults: FaultList) -> None:
        shown = len(faults.listed)
        super().__init__(
            Text(
                f"Het bestand heeft {faults.count} fouten en is geheel geweigerd; de eerste {shown} staan in errors.",
                f"The file has {faults.count} faults and is refused as a whole; errors lists the first {shown}.",
            ),
            errors=[Fault(fault.place, fault.code, fault.told) for fault in faults.listed],
            extra={
                "faultCount": faults.count,
                "faults": [
                    {
                        "line": fault.line,
                        "column": fault.column,
                        "value": fault.value,
                        "code": fault.code,
                        "reason": {"nl": fault.reason.nl, "en": fault.reason.en},
                    }
                    for fault in faults.listed
                ],
            },
        )


class LinesKnownBefore(Conflict):
    """Lines of the file were declared before, in another file."""

    code = "lines-declared-before"
    title = Text("Regels zijn al gedeclareerd", "Lines were declared before")

    def __init__(self, count: int, listed: Sequence[tuple[str, str, object]]) -> None:
        super().__init__(
            Text(
                f"{count} regels staan al in een eerder bestand; het bestand is geheel geweigerd.",
                f"{count} lines stand in an earlier file; the file is refused as a whole.",
            ),
            errors=[
                Fault(
                    f"lineId {line_id}",
                    "line_declared_before",
                    Text(
                        f"zorgaanbieder {agb_code} declareerde deze regel in productiebestand {file}; laat haar weg",
                        f"provider {agb_code} declared it in production file {file}; leave it out",
                    ),
                )
                for agb_code, line_id, file in listed
            ],
            extra={"faultCount": count},
        )


class RowsOfAnother(Forbidden):
    """A provider may declare its own production only."""

    code = "rows-of-another-provider"
    title = Text("Niet uw eigen productie", "Not your own production")

    def __init__(self, count: int, own: str) -> None:
        super().__init__(
            Text(
                f"{count} regels hebben een andere agbCode dan de uwe ({own}).",
                f"{count} lines have another agbCode than yours ({own}).",
            )
        )


class SettledWithLaterKnowledge(Conflict):
    """A settlement goes forward in time only."""

    code = "settled-with-later-knowledge"
    title = Text("Al verder verrekend", "Settled further already")

    def __init__(self, settled: datetime) -> None:
        moment = utc_text(settled)
        super().__init__(
            Text(
                f"Er is al verrekend met wat op {moment} bekend was. Noem een later knownAt.",
                f"What was known at {moment} was settled already. Name a later knownAt.",
            )
        )


class NothingToSettle(Conflict):
    """There is no production to settle."""

    code = "nothing-to-settle"
    title = Text("Niets te verrekenen", "Nothing to settle")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Er is geen gedeclareerde productie. Lever eerst een bestand aan bij /production-files.",
                "There is no declared production. Send a file to /production-files first.",
            )
        )
