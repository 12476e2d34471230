"""The life of a decision: drafted, adopted by another person, published, perhaps withdrawn."""

from collections.abc import Sequence, Set
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError
from sqlalchemy import Row

from services.tariffs.errors.decisions import (
    BuiltUpon,
    ChangedMeanwhile,
    DecisionNotFound,
    IllustrativeDecision,
    NothingToReplaceThere,
    OwnDraft,
    PublishedBefore,
    ReplacedMaxMax,
    WrongState,
)
from services.tariffs.errors.decisions import CeilingsCrossed as CeilingsCrossedThere
from services.tariffs.operations.decision_content import (
    components_of,
    content_of,
    require_published,
    second_ceiling_of,
)
from services.tariffs.rules.decisions import (
    CeilingsCrossed,
    MaxMaxUnclear,
    NothingToReplace,
    Period,
    Piece,
    change,
    decided,
    replaced_by,
    replaced_throughout,
    view,
    with_components_replaced,
)
from services.tariffs.schemas.decisions import COMPONENTS, DraftChangeIn, DraftIn, WithdrawalIn
from services.tariffs.store.decisions import DecisionStore, NewTariff, PublishedTariff
from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, faults_of
from shared.plumbing.work import Work


def draft(work: Work, wanted: DraftIn) -> UUID:
    """Write down a draft; not committed yet.

    Raises:
        BadRequest: a line names a calculation that does not exist or is of another prestatie.
        ReplacedNotPublished: the decision to replace is not published.
        CeilingsCrossedThere: a tariff is below zero, or its second ceiling below the first.
    """
    store, decision_id = DecisionStore(work.session), uuid4()
    content = content_of(store, wanted)
    store.add_draft(
        {
            "decision_id": decision_id,
            "drafters": [work.principal.subject],
            "drafted_at": work.now(),
            **content,
        }
    )
    return decision_id


def change_draft(work: Work, decision_id: UUID, versions: Set[int] | None, wanted: DraftChangeIn) -> None:
    """Change a draft that the caller read; whoever changes it counts as a drafter, whoever changes nothing does not.

    Args:
        versions: those the caller read; None: whatever it is now.

    Raises:
        DecisionNotFound, WrongState: there is no such draft.
        ChangedMeanwhile: the draft is of none of these versions any more.
        BadRequest, ReplacedNotPublished, CeilingsCrossedThere: as for a new draft.
    """
    store = DecisionStore(work.session)
    row = _held(store, decision_id)
    _require(row, "draft")
    if versions is not None and row.version not in versions:
        raise ChangedMeanwhile
    as_sent = {
        "number": row.number,
        "title": row.title,
        "lines": [line["request"] for line in row.lines],
        "inForceFrom": row.in_force_from,
        "inForceUntil": row.in_force_until,
        "replaces": row.replaces,
        "replacedComponents": list(row.replaced_components),
        "reasons": row.reasons,
    }
    changed = wanted.model_dump(by_alias=True, exclude_unset=True, mode="json")
    try:
        merged = DraftIn.model_validate(as_sent | changed)
    except ValidationError as error:
        raise BadRequest(
            Text("Het gewijzigde concept klopt niet.", "The changed draft is not valid."),
            errors=faults_of(error, as_sent | changed),
        ) from error
    content = content_of(store, merged)
    if all(row._mapping[name] == value for name, value in content.items()):
        return
    drafters = list(dict.fromkeys([*row.drafters, work.principal.subject]))
    store.change(decision_id, {"drafters": drafters, **content})


def adopt(work: Work, decision_id: UUID, *, allow_illustrative: bool) -> None:
    """Adopt a draft, as another person than who drafted it.

    Raises:
        DecisionNotFound, WrongState: there is no such draft.
        OwnDraft: the caller drafted or changed it.
        IllustrativeDecision: it rests on a value without a public source, and this is not a demo.
        NothingToReplaceThere, ReplacedMaxMax, CeilingsCrossedThere, PublishedBefore: it could not be published.
    """
    store = DecisionStore(work.session)
    row = _held(store, decision_id)
    _require(row, "draft")
    if work.principal.subject in row.drafters:
        raise OwnDraft
    _require_not_published_before(store, row)
    would_set = would_be_set(store, row)
    if not allow_illustrative and (row.illustrative or any(one.tariff.illustrative for one in would_set)):
        raise IllustrativeDecision
    store.change(decision_id, {"status": "adopted", "adopted_by": work.principal.subject, "adopted_at": work.now()})


def publish(work: Work, decision_id: UUID, *, allow_illustrative: bool) -> None:
    """Publish an adopted decision: from this moment its tariffs are known, and cover what they overlap.

    Raises:
        DecisionNotFound, WrongState: there is no such adopted decision.
        NothingToReplaceThere, ReplacedMaxMax, CeilingsCrossedThere, ReplacedNotPublished: what it builds on is gone.
        PublishedBefore: a decision of the same number is in force on some of its days.
        IllustrativeDecision: what it builds on is illustrative by now, and this is not a demo.
    """
    store = DecisionStore(work.session)
    at = store.one_at_a_time()
    row = _held(store, decision_id)
    _require(row, "adopted")
    require_published(store, row.replaces)
    _require_not_published_before(store, row)
    new = would_be_set(store, row)
    if not allow_illustrative and any(one.tariff.illustrative for one in new):
        raise IllustrativeDecision
    store.set_tariffs(decision_id, new)
    store.change(decision_id, {"status": "published", "published_by": work.principal.subject, "published_at": at})
    for prestatie in {one.prestatie for one in new}:
        _show(store, store.prestatie_ids()[prestatie], at)


def withdraw(work: Work, decision_id: UUID, wanted: WithdrawalIn) -> None:
    """Withdraw a decision; from this moment what lay under it is in force again. What was known before stays readable.

    Raises:
        DecisionNotFound, WrongState: there is no such adopted or published decision.
        BuiltUpon: a standing decision took components from its tariffs.
    """
    store = DecisionStore(work.session)
    at = store.one_at_a_time()
    row = _held(store, decision_id)
    _require(row, "adopted", "published")
    if numbers := store.built_on(decision_id):
        raise BuiltUpon(numbers)
    store.change(
        decision_id,
        {
            "status": "withdrawn",
            "withdrawn_by": work.principal.subject,
            "withdrawn_at": at,
            "withdrawal_reason": wanted.reason,
        },
    )
    for prestatie in {piece.tariff.prestatie for piece in store.set_by(decision_id)}:
        _show(store, store.prestatie_ids()[prestatie], at)


def _show(store: DecisionStore, prestatie_id: int, at: Any) -> None:
    """Bring what is known in line with the decisions that stand."""
    step = change(store.seen(prestatie_id), view(store.sheets(prestatie_id)))
    for piece in step.closed:
        store.close(prestatie_id, piece, at)
    for piece in step.opened:
        store.open(prestatie_id, piece, at)


def would_be_set(store: DecisionStore, row: Row[Any]) -> list[NewTariff]:
    """What a decision sets if it is published now.

    Raises:
        NothingToReplaceThere, ReplacedMaxMax, CeilingsCrossedThere: it cannot be published now.
    """
    in_force, ids = Period(row.in_force_from, row.in_force_until), store.prestatie_ids()
    named = frozenset(COMPONENTS[name] for name in row.replaced_components)
    found: list[NewTariff] = []
    for line in row.lines:
        prestatie, own, ceiling = line["request"]["prestatie"], components_of(line), second_ceiling_of(line)
        try:
            if not named:
                found.append(NewTariff(prestatie, in_force, decided(own, ceiling, line["illustrative"]), None))
                continue
            pieces = replaced_throughout(store.seen(ids[prestatie]), in_force)
            tariffs = store.tariffs([piece.tariff for piece in pieces])
            for piece in pieces:
                tariff = with_components_replaced(
                    tariffs[piece.tariff].tariff, named, own, ceiling, line["illustrative"]
                )
                found.append(NewTariff(prestatie, piece.in_force, tariff, piece.tariff))
        except NothingToReplace as nothing:
            raise NothingToReplaceThere(prestatie, nothing.days) from nothing
        except MaxMaxUnclear as unclear:
            raise ReplacedMaxMax(prestatie) from unclear
        except CeilingsCrossed as crossed:
            raise CeilingsCrossedThere(prestatie) from crossed
    return found


Shown = Piece[NewTariff | PublishedTariff]
Replacement = tuple[Piece[NewTariff | PublishedTariff], PublishedTariff | None]
"""A tariff that a decision sets on some days, and the tariff it replaces there."""


def replacements(store: DecisionStore, row: Row[Any]) -> list[Replacement]:
    """What a decision sets and what it replaces, day by day: as published, or as if it were published now."""
    shown: list[Shown] = []
    if row.published_at is not None:
        shown += [Piece(piece.in_force, piece.tariff) for piece in store.set_by(row.decision_id)]
        before = {
            prestatie: [
                Piece(rectangle.in_force, rectangle.tariff)
                for rectangle in store.rectangles(prestatie, known_until=row.published_at)
            ]
            for prestatie in {piece.tariff.prestatie for piece in shown}
        }
    elif row.status != "withdrawn":
        try:
            shown += [Piece(one.in_force, one) for one in would_be_set(store, row)]
        except (NothingToReplaceThere, ReplacedMaxMax, CeilingsCrossedThere):
            return []
        ids, before = store.prestatie_ids(), {}
        for prestatie in {piece.tariff.prestatie for piece in shown}:
            seen = store.seen(ids[prestatie])
            tariffs = store.tariffs([piece.tariff for piece in seen])
            before[prestatie] = [Piece(piece.in_force, tariffs[piece.tariff]) for piece in seen]
    else:
        return []
    return [part for piece in shown for part in _beside(piece, before[piece.tariff.prestatie])]


def _beside(piece: Shown, before: Sequence[Piece[PublishedTariff]]) -> list[Replacement]:
    old = replaced_by(before, piece.in_force)
    fresh = [piece.in_force]
    for one in old:
        fresh = [rest for period in fresh for rest in period.without(one.in_force)]
    found: list[Replacement] = [(Piece(one.in_force, piece.tariff), one.tariff) for one in old]
    found += [(Piece(period, piece.tariff), None) for period in fresh]
    return sorted(found, key=lambda part: part[0].in_force.start)


def decision(work: Work, decision_id: UUID) -> Row[Any]:
    """A decision that the caller may see.

    Raises:
        DecisionNotFound: there is none.
    """
    row = DecisionStore(work.session).decision(decision_id)
    if row is None:
        raise DecisionNotFound
    return row


def _held(store: DecisionStore, decision_id: UUID) -> Row[Any]:
    row = store.decision(decision_id, hold=True)
    if row is None:
        raise DecisionNotFound
    return row


def _require(row: Row[Any], *states: str) -> None:
    if row.status not in states:
        raise WrongState(row.standing, states)


def _require_not_published_before(store: DecisionStore, row: Row[Any]) -> None:
    """The same act sent twice would cover whatever was decided since, unless it says what it replaces."""
    days, about = Period(row.in_force_from, row.in_force_until), _prestaties(row)
    for other in store.published_with_number(row.number):
        shared_days = days.shared_with(Period(other.in_force_from, other.in_force_until))
        if other.decision_id not in {row.decision_id, row.replaces} and shared_days and about & _prestaties(other):
            raise PublishedBefore(row.number, other.decision_id)


def _prestaties(row: Row[Any]) -> set[str]:
    return {line["request"]["prestatie"] for line in row.lines}
