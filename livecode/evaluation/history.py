"""The history that `undo` goes back through: the steps of a performance, each as it was before."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.things import PlayerState, Thing
from livecode.playing.mix import Mix

#: This many steps can be undone.
STEPS = 64
#: Stands for the value of a variable that was not there.
ABSENT = object()


@dataclass(frozen=True)
class UndoStep:
    """One step: what a block changed, or what a hush or a panic silenced, as it was before."""

    variables: dict[str, Any] = field(default_factory=dict)  # name -> value, or ABSENT
    settings: dict[Thing, dict[str, Any]] = field(default_factory=dict)
    states: dict[Thing, PlayerState | None] = field(default_factory=dict)
    mix: Mix | None = None  # None: the mix did not change
    silenced: bool = False  # the things were silenced rather than changed


class History:
    """The steps that can be undone, the newest last."""

    def __init__(self, state_of: Callable[[Thing], PlayerState | None]):
        """`state_of(thing)` returns what a thing's player has learned."""
        self._state_of = state_of
        self._steps: deque[UndoStep] = deque(maxlen=STEPS)
        self._undone: deque[UndoStep] = deque(maxlen=STEPS)  # the way back to what was undone
        self._silenced: list[Thing] | None = None  # by the block; None: no block is running

    def begin_block(self) -> None:
        """Let what is silenced from now on belong to the step of the block."""
        self._silenced = []

    def end_block(self, changed: UndoStep | None = None) -> None:
        """Add one step of what the block has changed and what was silenced while it ran."""
        silenced, self._silenced = self._silenced or [], None
        self.remember(silenced)
        if changed is None or (not changed.variables and changed.mix is None):
            return
        if silenced:
            was = self._steps.pop()
            changed = UndoStep(
                {**was.variables, **changed.variables},
                {**was.settings, **changed.settings},
                {**was.states, **changed.states},
                changed.mix,
            )
        self._steps.append(changed)
        self._undone.clear()

    def add_undone(self, step: UndoStep) -> None:
        """Note the way back to what was just undone; what was silenced has none."""
        if step.silenced:
            self._undone.clear()
        else:
            self._undone.append(step)

    def take_undone(self) -> UndoStep:
        """Take out the way back to what was undone last; LivecodeError if there is none."""
        if not self._undone:
            raise LivecodeError("there is nothing to redo; `undo()` first")
        return self._undone.pop()

    def add_done(self, step: UndoStep) -> None:
        """Add the step that a redo made: `undo` takes it back again."""
        self._steps.append(step)

    def remember(self, things: Sequence[Thing]) -> None:
        """Let `undo` bring these things back as they are now: they are about to be silenced.

        While a block runs, they come back together with what the block has changed.
        """
        if self._silenced is not None:
            self._silenced += things
        elif things:
            self._steps.append(
                UndoStep(
                    {str(thing): thing for thing in things},
                    {thing: dict(thing.settings) for thing in things},
                    {thing: self._state_of(thing) for thing in things},
                    silenced=True,
                )
            )

    def take(self, name: str | None) -> tuple[UndoStep, dict[str, Any]]:
        """Take the newest step, or the newest that concerns a name; returns (step, variables to take back).

        What is taken back is removed from the step, and a step that is empty from the history.
        LivecodeError if there is no such step.
        """
        steps = [step for step in list(self._steps) if name is None or name in step.variables]
        if not steps:
            raise LivecodeError("there is nothing to undo" + (f" of {name}" if name else ""))
        step = steps[-1]
        names = list(step.variables) if name is None else [name]
        taken = {each: step.variables.pop(each) for each in names}
        if not step.variables and (name is None or step.mix is None):
            self._steps.remove(step)
        return step, taken
