"""The word `pattern`: it makes patterns of texts, and says what is to be done to one: `pattern.rev`."""

import inspect
from fractions import Fraction
from typing import Any

from livecode.errors import did_you_mean
from livecode.language.patterns.chain import Chain
from livecode.language.patterns.pattern import OPERATIONS, Pattern, pattern_of

#: An operation and what it is given; None: it has not been given anything yet.
_Step = tuple[str, tuple[Any, ...], dict[str, Any]]


class Done:
    """What is done to a pattern, to be handed to others: `pattern.fast(2).rev`."""

    def __init__(self, steps: tuple[_Step, ...], waiting: str | None = None):
        """`waiting`: an operation that has not been given anything yet."""
        self._steps, self._waiting = steps, waiting
        if waiting is not None:  # for help
            operation = getattr(Pattern, waiting)
            self.__doc__, self.__signature__ = operation.__doc__, inspect.signature(operation)

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Give the last operation what it takes; or have all of it done to a pattern."""
        name = self._waiting
        on_pattern = len(given) == 1 and not named and isinstance(given[0], Chain)
        if name is None or (on_pattern and _takes_nothing(name)):
            made = given[0]
            for step, arguments, keywords in self._all():
                made = getattr(made, step)(*arguments, **keywords)
            return made
        inspect.signature(getattr(Pattern, name)).bind(None, *given, **named)
        return Done((*self._steps, (name, given, named)))

    def __getattr__(self, name: str) -> "Done":
        if name.startswith("_"):
            raise AttributeError(name)
        _check(name)
        return Done(self._all(), name)

    def __dir__(self) -> list[str]:
        return list(OPERATIONS)

    def _all(self) -> tuple[_Step, ...]:
        return (*self._steps, (self._waiting, (), {})) if self._waiting else self._steps

    def __repr__(self) -> str:
        steps = "".join(
            f".{name}({', '.join([*map(repr, given), *(f'{k}={v!r}' for k, v in named.items())])})"
            for name, given, named in self._steps
        )
        return f"pattern{steps}" + (f".{self._waiting}" if self._waiting else "")


class PatternWord:
    """Make a pattern; what is written is a bar: `groove = pattern("bd [sn sn]*2 <hh oh>(3,8)")`.

        bd sn  ~ or -       steps share the bar; a rest
        [bd bd] sn          steps within a step
        <bd sn>             one a bar, in turn
        bd, hh*4            at the same time
        {a b c}%4           four steps a bar of a longer row
        bd*2  bd/2          twice as fast, twice as slow
        bd!3  bd@3  bd _ _  three times; three steps long
        bd(3,8)  bd(3,8,2)  Euclid's rhythm: three onsets in eight steps, turned by two
        0 .. 4              counts
        a . b c             groups: [a] [b c]
        bd?  bd?0.2         perhaps; a rest in a fifth of all cases
        a | b               one of them, by chance
        bd:3                the sound of number 3 of that name
        c#4  eb3            notes; c is c4
        c'min7  e4'maj'i    chords, inverted by i, open by o

    `pattern.rev` and `pattern.fast(2)` are what is done to one: `groove.every(4, pattern.rev)`.
    """

    def __call__(self, notation: str | float | Fraction | Pattern) -> Pattern:
        """Make a pattern of a notation: `pattern("bd [sn sn]*2 <hh oh>(3,8)")`."""
        return pattern_of(notation)

    def __getattr__(self, name: str) -> Done:
        if name.startswith("_"):
            raise AttributeError(name)
        _check(name)
        return Done((), name)

    def __dir__(self) -> list[str]:
        return list(OPERATIONS)

    def __repr__(self) -> str:
        return "pattern"


def _check(name: str) -> None:
    if name not in OPERATIONS:
        raise AttributeError(
            f"a pattern does nothing called {name!r}{did_you_mean(name, OPERATIONS)}"
        )


def _takes_nothing(operation: str) -> bool:
    """Whether it can be done as it is: `pattern.rev`."""
    _, *parameters = inspect.signature(getattr(Pattern, operation)).parameters.values()
    return all(
        parameter.default is not parameter.empty and parameter.kind != parameter.VAR_POSITIONAL
        for parameter in parameters
    )


pattern = PatternWord()
