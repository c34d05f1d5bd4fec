"""How many events a notation can have in a cycle, found without playing it, so that no text is too much."""

from collections.abc import Iterator

from livecode.language.patterns.cycle import MOST_EVENTS
from livecode.language.patterns.notation import (
    Brackets,
    NotationError,
    Operand,
    Operation,
    Rest,
    Step,
    Word,
)
from livecode.language.patterns.notes import written_chord

#: All parts of a notation together make no more events than this for a cycle.
MOST_WORK = 8 * MOST_EVENTS


class _Load:
    """What a part comes to at most: events in a cycle, events at once, and events in all its parts."""

    def __init__(self, events: float, wide: float, work: float):
        self.events, self.wide, self.work = events, wide, work


def check(text: str, tree: Brackets) -> None:
    """Raise NotationError if a cycle would have more events than can be played."""
    _Crowding(text).of(tree, 0)


class _Crowding:
    def __init__(self, text: str):
        self._text = text

    def of(self, operand: Operand, at: int) -> _Load:
        if isinstance(operand, Rest):
            return _Load(1, 1, 1)
        if isinstance(operand, Word):
            chord = isinstance(operand.value, str) and "'" in operand.value
            count = len(written_chord(str(operand.value))) if chord else 1
            return _Load(count, count, count)
        layers = [[self._step(step) for step in layer] for layer in operand.layers]
        if operand.kind == "<":
            made = [self._by_turns(operand, layer) for layer in layers]
        else:
            made = [self._sequence(layer) for layer in layers]
        if operand.kind == "{" and operand.steps is not None:
            lengths = [float(sum(step.weight for step in layer)) for layer in operand.layers]
            most = _largest(operand.steps)
            made = [
                self._times(load, most / own, operand.start)
                for load, own in zip(made, lengths, strict=True)
            ]
        found = _Load(
            sum(load.events for load in made),
            sum(load.wide for load in made),
            sum(load.work for load in made) + sum(load.events for load in made),
        )
        return self._held(found, operand.start)

    def _sequence(self, loads: list[_Load]) -> _Load:
        return _Load(
            sum(load.events for load in loads),
            max(load.wide for load in loads),
            sum(load.work for load in loads),
        )

    def _by_turns(self, operand: Brackets, loads: list[_Load]) -> _Load:
        """One of them a cycle, unless they are shorter than that."""
        shortest = min(float(s.weight) / s.repeats for layer in operand.layers for s in layer)
        often = max(1.0, 1 / shortest)
        return _Load(
            often * max(load.events for load in loads),
            max(load.wide for load in loads),
            often * max(load.work for load in loads),
        )

    def _step(self, step: Step) -> _Load:
        start = step.what.start
        load = self.of(step.what, start)
        farthest = _largest(step.what)
        for operation in step.operations:
            load = self._held(self._changed(load, operation, farthest), operation.start)
            if operation.sign == "..":
                farthest = max(farthest, _largest(operation.arguments[0]))
        many = step.repeats
        return self._held(_Load(load.events * many, load.wide, load.work * many), start)

    def _changed(self, load: _Load, operation: Operation, farthest: float) -> _Load:
        """`farthest`: the number in the step so far that is farthest from 0."""
        loads = [self.of(each, operation.start) for each in operation.arguments]
        sign = operation.sign
        more = sum(each.work for each in loads)
        if sign == "(":
            steps = _largest(operation.arguments[1])
            return _Load(steps * load.wide + load.events, load.wide, load.work + more + steps)
        if sign == ":":
            wide = load.wide * loads[0].wide
            return _Load(
                load.events * loads[0].wide + loads[0].events * load.wide, wide, load.work + more
            )
        if sign == "..":
            count = farthest + _largest(operation.arguments[0]) + 1
            return _Load(count, 1, count + load.work + more)
        if sign == "?":
            return load
        factor = (
            _largest(operation.arguments[0])
            if sign == "*"
            else 1 / _smallest(operation.arguments[0])
        )
        made = self._times(load, factor, operation.start)
        return _Load(made.events + sum(each.events for each in loads), made.wide, made.work + more)

    def _times(self, load: _Load, factor: float, at: int) -> _Load:
        often = max(factor, 1.0) + (0 if factor == int(factor) else 1)
        return self._held(_Load(load.events * often, load.wide, load.work * often), at)

    def _held(self, load: _Load, at: int) -> _Load:
        if load.events > MOST_EVENTS:
            raise NotationError(
                self._text,
                at,
                f"up to {load.events:,.0f} events in a cycle are made here, and it has at most "
                f"{MOST_EVENTS:,}",
            )
        if load.work > MOST_WORK:
            raise NotationError(
                self._text, at, "too much is nested here to be played; make several patterns of it"
            )
        return load


def _numbers(operand: Operand) -> Iterator[float]:
    """All numbers in a part, with those that operations stand for."""
    if isinstance(operand, Word) and not isinstance(operand.value, str):
        yield abs(float(operand.value))
    elif isinstance(operand, Brackets):
        for layer in operand.layers:
            for step in layer:
                yield from _numbers(step.what)
                for operation in step.operations:
                    if operation.sign == "..":
                        yield from _numbers(operation.arguments[0])


def _largest(operand: Operand) -> float:
    return max(_numbers(operand), default=0.0)


def _smallest(operand: Operand) -> float:
    return min((number for number in _numbers(operand) if number), default=1.0)
