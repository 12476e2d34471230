"""Lists in parts: a cursor is the place of the last item of the part before."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import RowMapping

from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, Fault
from shared.plumbing.schemas import Page, ResponseModel

Item = TypeVar("Item", bound=ResponseModel)
LARGEST_NUMBER = 2**63 - 1


def after_number(cursor: str | None) -> int:
    """The number behind a cursor of a numbered list; 0 at the start.

    Raises:
        BadRequest: the cursor was not given out by such a list.
    """
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()) or int(cursor) > LARGEST_NUMBER:
        raise BadRequest(
            Text("De cursor is niet van deze lijst.", "The cursor is not one of this list."),
            errors=[
                Fault(
                    "query.cursor",
                    "cursor",
                    Text(
                        "gebruik de waarde van `next` van het vorige deel, onveranderd",
                        "use the value of `next` of the part before, as it is",
                    ),
                )
            ],
        )
    return int(cursor)


def page(
    rows: Sequence[RowMapping], limit: int, item: Callable[[RowMapping], Item], place: Callable[[RowMapping], object]
) -> Page[Item]:
    """A part of a list from rows of which one more than ``limit`` was asked for."""
    shown = rows[:limit]
    following = str(place(shown[-1])) if len(rows) > limit else None
    return Page(items=[item(row) for row in shown], next=following)
