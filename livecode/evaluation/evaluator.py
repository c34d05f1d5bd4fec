"""Evaluating a block as a transaction: its code stages changes, then each is probed and kept, or put back."""

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from livecode.errors import (
    LivecodeError,
    NothingCalled,
    Problem,
    cause_of,
    did_you_mean,
    in_words,
    is_a,
)
from livecode.evaluation.called import why_not_called
from livecode.evaluation.compiled import CompiledBlock, trace_of
from livecode.evaluation.deferred import Deferred
from livecode.evaluation.effects import bound_anew, touches_state
from livecode.evaluation.history import ABSENT, History, UndoStep
from livecode.evaluation.namespace import Namespace
from livecode.evaluation.notes import notes_on
from livecode.evaluation.pushed_back import ducked_by_nothing
from livecode.evaluation.snapshot import NamespaceSnapshot
from livecode.language.things import PlayerState, Thing
from livecode.playing.function_player import in_the_performers_words
from livecode.playing.mix import Mix


@dataclass(frozen=True)
class Result:
    """The result of a block: what went wrong in it, and the names that it changed all the same."""

    problems: tuple[Problem, ...] = ()
    names: tuple[str, ...] = ()
    value: str | None = None  # of its last expression, as text
    notes: tuple[str, ...] = ()  # sentences on what the performer may not have meant
    changed: bool = True  # whether the block may have left anything behind in the mind

    @property
    def ok(self) -> bool:
        """Whether all of the block took effect."""
        return not self.problems

    @property
    def error(self) -> str | None:
        """All that went wrong, in one sentence; None if nothing did."""
        if self.ok:
            return None
        changed = f" ({', '.join(self.names)} changed)" if self.names else ""
        return "; ".join(map(str, self.problems)) + changed

    @property
    def traceback(self) -> str | None:
        """Where the last problem came from; None if there is no traceback."""
        return self.problems[-1].traceback if self.problems else None


@dataclass(frozen=True)
class Undone:
    """The result of `undo`: the names that are as before; none if only the mix changed."""

    names: tuple[str, ...]
    silenced: bool  # they had been silenced, and sound again


class PlaysThings(Protocol):
    """Plays things for an evaluator."""

    mix: Mix

    def between_ticks(self) -> AbstractContextManager[object]:
        """Return a context in which what the ticks play may be changed."""

    def play(self, thing: Thing, again: bool = False, state: PlayerState | None = None) -> None:
        """Probe the thing and follow its description; LivecodeError if it cannot be played.

        again: it has been played like this before, so that what it takes need not be there now.
        state: what its player had learned then; None leaves it as it is.
        """

    def remove(self, *things: Thing) -> None:
        """Let the things go, all at the same time."""

    def state(self, thing: Thing) -> PlayerState | None:
        """Return what the thing's player has learned, as of one tick; None if it learns nothing."""


@dataclass
class Outcome:
    """The changes and the problems of the things of a block."""

    names: list[str] = field(default_factory=list)  # that changed
    states: dict[Thing, PlayerState | None] = field(default_factory=dict)  # of players, before
    problems: list[Problem] = field(default_factory=list)


class Evaluator:
    """Runs blocks in a namespace, and has what they define played.

    A block is a transaction. Its code runs and stages changes: variables, settings, actions that
    its words defer. If the code fails, all of that is put back. Otherwise each thing that the code
    touched is probed and played; a thing that cannot be played is put back by itself.
    """

    def __init__(
        self,
        namespace: Namespace,
        player: PlaysThings,
        line_defining: Callable[[str], int | None] = lambda name: None,
    ):
        """`line_defining(name)` is the line of the set that defines a name, None if none does."""
        self.namespace, self._player, self._line_defining = namespace, player, line_defining
        self.deferred = Deferred()
        self.history = History(player.state)
        self._played: dict[str, Thing] = {}  # what plays under each name
        self._count = 0

    @property
    def count(self) -> int:
        """The number of blocks that have been evaluated."""
        return self._count

    def evaluate(
        self,
        code: str,
        name: str | None = None,
        within: AbstractContextManager[None] | None = None,
        undoable: bool = True,
        first: Callable[[], None] | None = None,
    ) -> Result:
        """Run a block. `name` stands for it in errors, where it is from a file.

        `within`: what the code runs in, such as a limit of its time. `undoable`: `undo` takes it back.
        `first` is done when the code has run, before anything of it is played.
        """
        self._count += 1
        try:
            block = CompiledBlock(code, name or str(self._count))
        except LivecodeError as error:
            problem = Problem(f"{error.text} – nothing was changed", line=error.line)
            return Result((problem,), changed=False)
        before = self._begin()
        try:
            with within or nullcontext():
                shown = block.run(self.namespace, before.variables)
        except BaseException as error:  # KeyboardInterrupt and SystemExit end the block alone
            self._put_back(before)
            return Result((self._nothing_changed(error, block),), changed=False)
        asked = self.deferred.asked
        if first is not None:
            self.deferred.before_playing(first)
        outcome = self._commit(before, undoable)
        missing = ducked_by_nothing(self.namespace, outcome.names) if undoable else []
        notes = (*notes_on(self.namespace, before.variables), *block.remarks, *missing)
        changed = (
            asked
            or bool(outcome.names)
            or self._player.mix != before.mix
            or bound_anew(before.variables, self.namespace.variables)
            or touches_state(code, self.namespace.variables)
        )
        return Result(tuple(outcome.problems), tuple(outcome.names), shown, notes, changed)

    def _begin(self) -> NamespaceSnapshot:
        """Begin to stage the block's changes; returns the namespace as it is before."""
        self.namespace.assigned = []
        self.deferred.begin()
        self.history.begin_block()
        return NamespaceSnapshot(self.namespace, self._player.mix)

    def _put_back(self, before: NamespaceSnapshot) -> None:
        """Take all of the block's changes back, since its code failed."""
        self.deferred.drop()
        self.history.end_block()
        self._player.mix = before.mix
        before.put_back()

    def _commit(self, before: NamespaceSnapshot, undoable: bool) -> Outcome:
        """Have what the block touched probed and played, and add the step to the history."""
        touched = before.touched()
        for action in self.deferred.take_before_playing():
            with self._player.between_ticks():
                action()
        outcome = self._follow(touched, before)
        for action in self.deferred.take_when_done():
            try:
                with self._player.between_ticks():
                    action()
            except Exception as error:
                outcome.problems.append(_problem(error))
        if not undoable:
            self.history.end_block()
            return outcome
        names = dict.fromkeys([*outcome.names, *before.changed_variables()])
        self.history.end_block(
            UndoStep(
                {name: before.variables.get(name, ABSENT) for name in names},
                before.settings_of(touched),
                outcome.states,
                before.mix if self._player.mix != before.mix else None,
            )
        )
        return outcome

    def _follow(
        self,
        touched: list[Thing],
        before: NamespaceSnapshot,
        again: bool = False,
        states: Mapping[Thing, PlayerState | None] = MappingProxyType({}),
    ) -> Outcome:
        """Play what was touched and let go what is gone; what cannot be played is put back."""
        outcome = Outcome()
        for thing in sorted(touched, key=lambda thing: thing.order):
            self._play(thing, before, again, states.get(thing), outcome)
        own = self.namespace.own()
        gone = {name: thing for name, thing in self._played.items() if own.get(name) is not thing}
        for name, thing in gone.items():
            outcome.states[thing] = self._player.state(thing)
            del self._played[name]
            outcome.names.append(name)
        self._player.remove(*gone.values())
        return outcome

    def _play(
        self,
        thing: Thing,
        before: NamespaceSnapshot,
        again: bool,
        state: PlayerState | None,
        outcome: Outcome,
    ) -> None:
        """Play one thing in the place of what its name played, or put that back."""
        name = str(thing)
        former = self._played.get(name)
        if former is not None:
            outcome.states[former] = self._player.state(former)
        try:
            self._player.play(thing, again, state)
        except (Exception, KeyboardInterrupt) as error:
            left = before.put_back_one(thing)
            if former is not None:
                with suppress(LivecodeError):
                    self._player.play(former, again=True)
            if former is not thing:
                self._player.remove(thing)
            outcome.problems.append(_problem(self._with_its_line(error), left, name))
            return
        self._played[name] = thing
        outcome.names.append(name)
        if former is not None and former is not thing:
            self._player.remove(former)

    def undo(self, name: str | None = None) -> Undone:
        """Take back what the last block changed, or the last change of one name; in sound, too.

        LivecodeError if there is nothing to take back.
        """
        step, variables = self.history.take(name)
        undone, inverse = self._go_to(step, variables, with_mix=name is None)
        self.history.add_undone(inverse)
        return undone

    def redo(self) -> tuple[str, ...]:
        """Do again what `undo` took back last; returns the names. LivecodeError if there is nothing."""
        step = self.history.take_undone()
        undone, inverse = self._go_to(step, step.variables, with_mix=True)
        self.history.add_done(inverse)
        return undone.names

    def _go_to(
        self, step: UndoStep, variables: Mapping[str, Any], with_mix: bool
    ) -> tuple[Undone, UndoStep]:
        """Let these variables be as the step says; returns what that changed, and the way back."""
        before = NamespaceSnapshot(self.namespace, self._player.mix)
        with self._player.between_ticks() if self.namespace.ticked(variables) else nullcontext():
            for each, was in variables.items():
                if was is ABSENT:
                    self.namespace.variables.pop(each, None)
                else:
                    self.namespace.variables[each] = was
        if with_mix and step.mix is not None:
            self._player.mix = step.mix
        own = self.namespace.own()
        back = [own[each] for each in variables if each in own]
        for thing in back:
            if thing in step.settings:
                thing.settings = dict(step.settings[thing])
        outcome = self._follow(back, before, again=True, states=step.states)
        if outcome.problems:
            raise LivecodeError("; ".join(map(str, outcome.problems)))
        inverse = UndoStep(
            {each: before.variables.get(each, ABSENT) for each in variables},
            before.settings_of(back),
            outcome.states,
            before.mix if self._player.mix != before.mix else None,
            step.silenced,
        )
        return Undone(tuple(variables), step.silenced), inverse

    def _nothing_changed(self, error: BaseException, block: CompiledBlock) -> Problem:
        """Describe why a block's code failed; everything is as it was before."""
        trace = trace_of(error)
        if not is_a(error, KeyboardInterrupt):
            told = in_the_performers_words(error)
            told.text += why_not_called(error, told.text, self.namespace)
            error = told
            if isinstance(error, NothingCalled) and error.name in block.sets_of:
                near = did_you_mean(error.name, self.namespace.own(), list_all=False)
                text = f"nothing called {error.name} sounds yet{near}"
                error = NothingCalled(error.name, text, error.line)
            elif isinstance(error, NothingCalled) and error.name not in sys.stdlib_module_names:
                near = did_you_mean(error.name, list(self.namespace), list_all=False)
                error = NothingCalled(error.name, f"{error.text}{near}", error.line)
            error = self._with_its_line(error)
        return _problem(error, "nothing was changed", trace=trace)

    def _with_its_line(self, error: BaseException) -> BaseException:
        """Let an error about a name that is not there yet say which line of the set defines it."""
        if isinstance(error, NothingCalled) and (line := self._line_defining(error.name)):
            text = f"{error.text}; line {line} defines it: play that first, or put this below it"
            return NothingCalled(error.name, text, error.line).with_traceback(error.__traceback__)
        return error

    def take_back_name(self, thing: Thing) -> None:
        """Let a thing stand under its name again, in the place of another that failed."""
        self.namespace.variables[str(thing)] = self._played[str(thing)] = thing


def _problem(
    error: BaseException, left: str = "", name: str = "", trace: str | None = None
) -> Problem:
    """Describe what went wrong with the thing of that name, and what that leaves."""
    line = None
    if is_a(error, KeyboardInterrupt):
        text = "interrupted"
    elif isinstance(error, LivecodeError):
        text, line = error.text, error.line
    else:
        text = f"livecode itself failed here ({in_words(error)}); F2 shows where"
    text = f"{text} – {left}" if left else text
    names = (name,) if name else ()
    return Problem(text, names, line, trace or trace_of(cause_of(error) or error))
