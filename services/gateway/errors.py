"""What can go wrong in the gateway itself. Problems of a service are handed on as they are."""

from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, Fault, Unavailable

NO_DOTS = Text("stuur het volledige pad zonder '.' en '..'", "send the full path without '.' and '..'")
HEADER_TEXT = Text("stuur deze kopregel in ASCII of UTF-8", "send this header in ASCII or UTF-8")


class ServiceUnavailable(Unavailable):
    """A service does not answer, or not in time."""

    code = "service-unavailable"

    def __init__(self, service: str) -> None:
        super().__init__(
            Text(
                f"De dienst {service} antwoordt niet. Probeer het zo opnieuw.",
                f"The service {service} does not answer. Try again shortly.",
            )
        )
        self.service = service


class PathNotPassedOn(BadRequest):
    """The path has parts that a service could read as another path than was checked here."""

    code = "path-not-passed-on"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Het pad bevat een deel '.' of '..'. Stuur het volledige pad zonder zulke delen.",
                "The path has a part '.' or '..'. Send the full path without such parts.",
            ),
            errors=[Fault("path", "dot_segment", NO_DOTS)],
        )


class HeaderNotPassedOn(BadRequest):
    """A header is not text that can be passed on."""

    code = "header-not-passed-on"

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(f"De kopregel {name} is geen UTF-8.", f"The header {name} is not UTF-8."),
            errors=[Fault(f"header.{name}", "not_utf8", HEADER_TEXT)],
        )


class NotInCostBase(BadRequest):
    """Prestaties are asked for that the cost base does not hold."""

    code = "prestatie-not-in-cost-base"

    def __init__(self, missing: dict[int, str], present: list[str]) -> None:
        names = ", ".join(present) or "none"
        super().__init__(
            Text(
                f"De kostenbasis bevat niet elke gevraagde prestatie; wel: {names}.",
                f"The cost base does not hold every prestatie asked for; it holds: {names}.",
            ),
            errors=[
                Fault(
                    f"/prestaties/{place}",
                    "prestatie_not_in_cost_base",
                    Text(
                        f"{name!r} staat niet in de kostenbasis; kies uit: {', '.join(present) or 'geen'}",
                        f"{name!r} is not in the cost base; choose from: {names}",
                    ),
                )
                for place, name in missing.items()
            ],
        )


class WrongSettings(Exception):
    """The gateway cannot start with these settings; the message says what to change."""
