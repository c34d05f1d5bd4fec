"""Evaluating a block: compile, run, probe and play each name it touched, or put back what it was."""

import ast
import linecache
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from livecode.errors import LivecodeError, Problem
from livecode.evaluation.namespace import Namespace
from livecode.language.things import Thing
from livecode.playing.function_player import in_the_performers_words


@dataclass(frozen=True)
class Result:
    """What became of a block: what went wrong in it, and the names that it changed all the same."""

    problems: tuple[Problem, ...] = ()
    names: tuple[str, ...] = ()
    value: str | None = None  # of its last expression, as text

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
    """What `undo` took back: the names that are as before, none for the mix alone."""

    names: tuple[str, ...]
    silenced: bool  # they had been silenced, and sound again


@dataclass(frozen=True)
class Step:
    """What a block changed or `hush` silenced, as it was before."""

    variables: dict[str, Any]  # name -> value, _ABSENT where there was none
    settings: dict[Thing, dict[str, Any]]
    states: dict[Thing, Any]  # what players had learned
    mix: Any = None  # None: the block did not touch it
    silenced: bool = False  # by `hush` or a panic, not changed


NOTHING = Step({}, {}, {})
_ABSENT = object()
#: Blocks that can be undone.
STEPS = 64


class Stage(Protocol):
    """Where things are played."""

    mix: Any  # who is muted, who is alone, how things fade; compared and put back as a whole

    def play(self, thing: Thing, again: bool = False, state: Any = None) -> None:
        """Follow the thing's description; LivecodeError if it cannot be played.

        again: it has been played like this before, so that what it takes need not be there now.
        state: what its player had learned then; None leaves it as it is.
        """

    def remove(self, thing: Thing) -> None:
        """Let the thing go."""

    def state(self, thing: Thing) -> Any:
        """What the thing's player has learned, as of one tick; None if it learns nothing."""


class Evaluator:
    """Runs blocks in a namespace, and has what they define played on a stage."""

    def __init__(self, namespace: Namespace, stage: Stage):
        self.namespace, self._stage = namespace, stage
        self._played: dict[str, Thing] = {}
        self._actions: list[Callable[[], None]] | None = None  # None: no block is running
        self._first: list[Callable[[], None]] = []  # of these, before anything is played
        self._silenced: list[Thing] | None = None  # by the block; None: no block is running
        self._later: deque[Callable[[], object]] = deque()
        self._count = 0
        self._steps: deque[Step] = deque(maxlen=STEPS)

    def evaluate(
        self,
        code: str,
        name: str | None = None,
        within: AbstractContextManager[None] | None = None,
    ) -> Result:
        """Run a block. `name` stands for it in errors, where it is from a file.

        `within`: what the code runs in, such as a limit of its time.
        """
        self._count += 1
        filename = f"<block {name or self._count}>"
        try:
            body, last = _compile(code, filename)
        except (SyntaxError, ValueError) as error:  # ValueError: null bytes
            line = getattr(error, "lineno", None)
            sentence = getattr(error, "msg", str(error))
            return Result((Problem(sentence, line=line or None),))
        except (RecursionError, MemoryError):
            return Result((Problem("the block is nested too deeply to be compiled"),))
        linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)

        variables, mix = self.namespace.variables, self._stage.mix
        before, settings = dict(variables), self._settings()
        self.namespace.assigned = []
        self._actions, self._first, self._silenced = [], [], []
        later = list(self._later)
        try:
            with within or nullcontext():
                exec(body, variables, self.namespace)
                value = None if last is None else eval(last, variables, self.namespace)
                self.namespace.name_the_rest(before)
                shown = None if value is None else repr(value)
        except BaseException as error:  # KeyboardInterrupt and SystemExit end the block alone
            self._actions = None
            self._end_block()
            _restore(variables, before)
            self._later = deque(later)
            self._stage.mix = mix
            for thing, was in settings.items():
                thing.settings = was
            for thing in self.namespace.assigned:
                if thing not in settings:
                    thing.name = None
            interrupted = isinstance(error, KeyboardInterrupt)
            why = error if interrupted else in_the_performers_words(error)
            return Result((_problem(why, "nothing was changed", trace=_trace(error)),))
        touched = [
            thing
            for thing in self.namespace.own().values()
            if thing in self.namespace.assigned or not _same(thing.settings, settings.get(thing))
        ]
        for action in self._first:
            action()
        actions, self._actions = self._actions, None
        outcome = self._follow(touched, before, settings)
        for action in actions:
            try:
                action()
            except Exception as error:
                outcome.problems.append(_problem(error))
        own = {thing: settings[thing] for thing in touched if thing in settings}
        was_mix = mix if self._stage.mix != mix else None
        changed = {name: before.get(name, _ABSENT) for name in outcome.names}
        self._end_block(Step(changed, own, outcome.states, was_mix))
        return Result(tuple(outcome.problems), tuple(outcome.names), shown)

    def undo(self, name: str | None = None) -> Undone:
        """Take back what the last block changed, or the last change of one name; in sound, too.

        LivecodeError if there is nothing to take back.
        """
        steps = [step for step in list(self._steps) if name is None or name in step.variables]
        if not steps:
            raise LivecodeError("there is nothing to undo" + (f" of {name}" if name else ""))
        step = steps[-1]
        names = list(step.variables) if name is None else [name]
        before, settings = dict(self.namespace.variables), self._settings()
        for each in names:
            was = step.variables.pop(each)
            if was is _ABSENT:
                self.namespace.variables.pop(each, None)
            else:
                self.namespace.variables[each] = was
        if name is None and step.mix is not None:
            self._stage.mix = step.mix
        if not step.variables and (name is None or step.mix is None):
            self._steps.remove(step)
        own = self.namespace.own()
        back = [own[each] for each in names if each in own]
        for thing in back:
            if thing in step.settings:
                thing.settings = dict(step.settings[thing])
        outcome = self._follow(back, before, settings, again=True, states=step.states)
        if outcome.problems:
            raise LivecodeError("; ".join(map(str, outcome.problems)))
        return Undone(tuple(names), step.silenced)

    def remember(self, things: list[Thing]) -> None:
        """Let `undo` bring these things back, as they are now: they are about to be silenced.

        What a block silences comes back with what it has changed.
        """
        if self._silenced is not None:
            self._silenced += things
        elif things:
            self._steps.append(
                Step(
                    {str(thing): thing for thing in things},
                    {thing: dict(thing.settings) for thing in things},
                    {thing: self._stage.state(thing) for thing in things},
                    silenced=True,
                )
            )

    def _end_block(self, changed: Step = NOTHING) -> None:
        """Let `undo` take back what the block has changed, and what it has silenced with it."""
        silenced, self._silenced = self._silenced or [], None
        self.remember(silenced)
        if not changed.variables and changed.mix is None:
            return
        if silenced:
            was = self._steps.pop()
            changed = Step(
                {**was.variables, **changed.variables},
                {**was.settings, **changed.settings},
                {**was.states, **changed.states},
                changed.mix,
            )
        self._steps.append(changed)

    def put_back(self, thing: Thing) -> None:
        """A thing plays again under its name, in place of another that failed."""
        self.namespace.variables[str(thing)] = self._played[str(thing)] = thing

    def when_done(self, action: Callable[[], None]) -> None:
        """Do `action` when the block that is running has succeeded; at once outside of blocks."""
        if self._actions is None:
            action()
        else:
            self._actions.append(action)

    def before_playing(self, action: Callable[[], None]) -> None:
        """Do `action` when the block's code has run, before anything of it is played."""
        if self._actions is None:
            action()
        else:
            self._first.append(action)

    def call_soon(self, action: Callable[[], object]) -> None:
        """Do `action` after this block, when `run_later` is called."""
        self._later.append(action)

    def run_later(self) -> list[LivecodeError]:
        """Do what was asked for by `call_soon`; returns what failed."""
        errors: list[LivecodeError] = []
        while self._later:
            try:
                self._later.popleft()()
            except LivecodeError as error:
                errors.append(error)
        return errors

    def _settings(self) -> dict[Thing, dict[str, Any]]:
        """The settings of all things as they are now."""
        return {thing: dict(thing.settings) for thing in self.namespace.own().values()}

    def _follow(
        self,
        touched: list[Thing],
        before: dict[str, Any],
        settings: dict[Thing, dict[str, Any]],
        again: bool = False,
        states: Mapping[Thing, Any] = MappingProxyType({}),
    ) -> "Outcome":
        """Play what was touched and let go what is gone; what cannot be played is as it was before."""
        outcome = Outcome()
        for thing in sorted(touched, key=lambda thing: thing.order):
            name = str(thing)
            former = self._played.get(name)
            if former is not None:
                outcome.states[former] = self._stage.state(former)
            try:
                self._stage.play(thing, again, states.get(thing))
            except (Exception, KeyboardInterrupt) as error:
                left = self._take_back(thing, before, settings)
                outcome.problems.append(_problem(error, left, name))
                continue
            self._played[name] = thing
            outcome.names.append(name)
            if former is not None and former is not thing:
                self._stage.remove(former)
        own = self.namespace.own()
        for name, thing in list(self._played.items()):
            if own.get(name) is not thing:
                outcome.states[thing] = self._stage.state(thing)
                self._stage.remove(thing)
                del self._played[name]
                outcome.names.append(name)
        return outcome

    def _take_back(
        self, thing: Thing, before: dict[str, Any], settings: dict[Thing, dict[str, Any]]
    ) -> str:
        """Undo what was done to one thing, as far as it went; says what that leaves."""
        name = str(thing)
        if thing in settings:
            thing.settings = settings[thing]
            left = "still playing the previous version"
        elif name in before:
            self.namespace.variables[name] = before[name]
            left = f"{name} is what it was before"
        else:
            del self.namespace.variables[name]
            left = f"there is no {name} yet"
        former = self._played.get(name)
        if former is not None:
            with suppress(LivecodeError):
                self._stage.play(former, again=True)
        if former is not thing:
            self._stage.remove(thing)
        return left


@dataclass
class Outcome:
    """What became of the things of a block."""

    names: list[str] = field(default_factory=list)  # that changed
    states: dict[Thing, Any] = field(default_factory=dict)  # of players, before they did
    problems: list[Problem] = field(default_factory=list)


def _problem(
    error: BaseException, left: str = "", name: str = "", trace: str | None = None
) -> Problem:
    """What went wrong with the thing of that name, and what that leaves."""
    line = None
    if isinstance(error, KeyboardInterrupt):
        text = "interrupted"
    elif isinstance(error, LivecodeError):
        text, line = error.text, error.line
    else:
        text = f"livecode itself failed here ({type(error).__name__}: {error}); F2 shows where"
    text = f"{text} – {left}" if left else text
    return Problem(text, (name,) if name else (), line, trace or _trace(error.__cause__ or error))


def _compile(code: str, filename: str) -> tuple[Any, Any]:
    """Code objects for a block's body and for its last line, where that is an expression."""
    tree = ast.parse(code, filename)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        expression = tree.body.pop()
        assert isinstance(expression, ast.Expr)
        last = compile(ast.Expression(expression.value), filename, "eval")
    return compile(tree, filename, "exec"), last


def _same(now: dict[str, Any], before: dict[str, Any] | None) -> bool:
    if before is None or now.keys() != before.keys():
        return False
    return all(now[key] is before[key] or bool(np.all(now[key] == before[key])) for key in now)


def _restore(variables: dict[str, Any], before: dict[str, Any]) -> None:
    """Put the variables back one by one: functions that run meanwhile see no empty namespace."""
    for name in set(variables) - set(before):
        del variables[name]
    for name, value in before.items():
        if variables.get(name) is not value:
            variables[name] = value


def _trace(error: BaseException) -> str:
    """The traceback, from the performer's first line on."""
    frames = error.__traceback__
    while frames is not None and not frames.tb_frame.f_code.co_filename.startswith("<block"):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames or error.__traceback__))
