"""A calculation that explains itself: every figure is a step with its formula, its inputs and its source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from shared.kernel.sources import Source, Text

Value = TypeVar("Value", bound=Fraction | int | str)


@dataclass(frozen=True, slots=True)
class Step:
    """One figure of a calculation.

    Attributes:
        id: address of the step within its result, for example ``index.labour.2025``.
        label: what the figure is, in Dutch and English.
        value: exact and unrounded; whole cents (int) where ``unit`` is ``cent``; text where the step is a choice.
        unit: what one of it is: ``EUR``, ``EUR per day``, ``ratio``, ``cent``, ``years`` …
        formula: how the value follows from the inputs, in their step ids; empty for an input.
        inputs: ids of the steps it was computed from, all earlier in the same result.
        source: the article that prescribes the step, or the document or form cell an input was read from.
        illustrative: True as soon as this value, or any value it was computed from, has no public source.
    """

    id: str
    label: Text
    value: Fraction | int | str
    unit: str
    formula: str
    inputs: tuple[str, ...]
    source: Source | None
    illustrative: bool


class StepError(ValueError):
    """A step repeats an id or refers to a step that does not exist: a mistake in a rule, never in the input."""


class Steps:
    """The steps of one result, in the order in which they were taken."""

    def __init__(self) -> None:
        self._by_id: dict[str, Step] = {}

    def add(
        self,
        id: str,
        label: Text,
        value: Value,
        unit: str,
        *,
        formula: str = "",
        inputs: Sequence[str] = (),
        source: Source | None = None,
        illustrative: bool = False,
    ) -> Value:
        """Record a step and hand its value back, so that a rule reads as a sequence of named values.

        Raises:
            StepError: the id was used before, or an input is not an earlier step.
        """
        if id in self._by_id:
            raise StepError(f"step {id!r} is recorded twice")
        missing = [name for name in inputs if name not in self._by_id]
        if missing:
            raise StepError(f"step {id!r} refers to {missing}, which are not earlier steps")
        inherited = any(self._by_id[name].illustrative for name in inputs)
        self._by_id[id] = Step(id, label, value, unit, formula, tuple(inputs), source, illustrative or inherited)
        return value

    def extend(self, other: "Steps", prefix: str = "") -> None:
        """Take over the steps of a part of the calculation, their ids behind ``prefix``."""
        for step in other:
            self.add(
                prefix + step.id,
                step.label,
                step.value,
                step.unit,
                formula=step.formula,
                inputs=[prefix + name for name in step.inputs],
                source=step.source,
                illustrative=step.illustrative,
            )

    def __getitem__(self, id: str) -> Step:
        return self._by_id[id]

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def __iter__(self) -> Iterator[Step]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def illustrative(self) -> bool:
        """True as soon as any step has no public source."""
        return any(step.illustrative for step in self)
