"""Says which tokens of the text sound now, by what the mind has told ahead and by the engine's clock."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from livecode.terminal.blocks import blocks
from livecode.terminal.literals import Literal, literals_of
from livecode.terminal.marks import Evaluation, Marks
from livecode.transport.header import Header
from livecode.transport.status import Status
from livecode.transport.token_times import PatternTokens, TokenTimes

#: The mind is asked again when less than this is known, in seconds, and no sooner than this after
#: it was asked before.
KNOWN_S = 0.8
ASK_EVERY_S = 0.2
#: A token is dark for so long before its event ends, in seconds, or for half of a shorter event: so
#: one that sounds again at once is seen to begin.
DARK_S = 0.06
#: The number of code that the mind plays, but not since it was played from this text.
NEVER_PLAYED = -1


@dataclass(frozen=True, order=True)
class Lit:
    """Columns `first` to `last` of a line of the text, `last` not included, all from 0."""

    row: int
    first: int
    last: int


@dataclass(frozen=True)
class Light:
    """A token of a name that is lit from one sample time until another."""

    begin: int
    end: int
    name: str
    lit: Lit


class Lights:
    """Follows the tokens that sound, and calls `on_change` at the moment at which others do."""

    def __init__(
        self,
        marks: Marks,
        header: Header,
        ask: Callable[[], Awaitable[TokenTimes | None]],
        now_ns: Callable[[], int],
        on_change: Callable[[frozenset[Lit]], None],
    ):
        """`on_change(lit)` is told which tokens are lit from now on.

        `ask()` gets what sounds from the mind, or None if it does not answer in time.
        """
        self._marks, self._header, self._ask = marks, header, ask
        self._now_ns, self._on_change = now_ns, on_change
        self._told = TokenTimes()
        self._asking: asyncio.Task[None] | None = None
        self._asked_s = float("-inf")
        self._heard: frozenset[str] = frozenset()  # names that sound and are not muted
        self._lights: list[Light] = []
        self._found_for: tuple[TokenTimes | None, int] = (None, -1)
        self._timer: asyncio.TimerHandle | None = None
        self._lit: frozenset[Lit] = frozenset()

    def look(self, status: Status) -> None:
        """Follow the mind's status; ask the mind for what sounds next, if that is not known."""
        self._heard = frozenset(name for name, each in status.sounding.items() if not each.muted)
        if not status.sounding:
            self._told = TokenTimes()
        elif self._asking is None:
            loop = asyncio.get_running_loop()
            ahead_s = (self._told.until - self._now()) / self._header.sample_rate
            late = status.patterns > self._told.version or ahead_s < KNOWN_S
            if late and loop.time() >= self._asked_s + ASK_EVERY_S:
                self._asked_s = loop.time()
                self._asking = loop.create_task(self._hear())
        self.follow()

    def forget(self) -> None:
        """Forget what a mind has told that is gone."""
        self._told = TokenTimes()

    def follow(self) -> None:
        """Light the tokens that sound now, and come back when others do."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._now()
        lights = self.coming
        lit = frozenset(light.lit for light in lights if light.begin <= now < light.end)
        if lit != self._lit:
            self._lit = lit
            self._on_change(lit)
        turns = [at for light in lights for at in (light.begin, light.end) if at > now]
        if turns:
            wait_s = (min(turns) - now) / self._header.sample_rate
            self._timer = asyncio.get_running_loop().call_later(wait_s, self.follow)

    @property
    def coming(self) -> list[Light]:
        """The tokens that are lit now or will be, of names that are heard."""
        return [light for light in self._placed() if light.name in self._heard]

    async def _hear(self) -> None:
        """Ask the mind."""
        try:
            told = await self._ask()
        finally:
            self._asking = None
        if told is not None:
            self._told = told
            self.follow()

    def _now(self) -> float:
        return self._header.now(self._now_ns())

    def _placed(self) -> Sequence[Light]:
        """Return the tokens that were told, as far as the text has them, where it has them now."""
        marks = self._marks
        if self._found_for[0] is not self._told or self._found_for[1] != marks.version:
            dark = DARK_S * self._header.sample_rate
            self._lights = list(placed(self._told, marks, dark))
            self._found_for = self._told, marks.version
        return self._lights


@dataclass(frozen=True)
class _Written:
    """A literal of the text: where it stands, and by what code it was played."""

    literal: Literal
    #: (row, columns of indentation) of each line of its block that is there as it was played.
    rows: Mapping[int, tuple[int, int]]
    #: Grows from one evaluation to the next; NEVER_PLAYED for code that was not played from here.
    number: int
    block: int  # one for each block


def placed(told: TokenTimes, marks: Marks, dark: float) -> Iterator[Light]:
    """Yield the tokens that were told, where the text has them.

    A token has a place only if its notation stands, unedited, where its name was given it last.
    `dark` is how long before the end of its event it goes dark, in frames.
    """
    written = [each for each in _written(marks) if each.literal.text in told.notations]
    settings: dict[str, set[str]] = {}
    for pattern in told.patterns:
        settings.setdefault(pattern.name, set()).add(pattern.setting)
    for pattern in told.patterns:
        others = settings[pattern.name] - {pattern.setting}
        found: dict[int, list[_Written]] = {}
        for span in pattern.spans:
            if span.notation not in found:
                text = told.notations[span.notation]
                same = [each for each in written if each.literal.text == text]
                found[span.notation] = list(_holding(pattern, others, same))
            length = span.end - span.begin
            end = round(span.end - min(dark, length / 2))
            for each in found[span.notation]:
                line, column = each.literal.place(span.first)
                if (place := each.rows.get(line)) is not None:
                    row, indent = place
                    first = indent + column
                    lit = Lit(row, first, first + span.last - span.first)
                    yield Light(span.begin, end, pattern.name, lit)


def _written(marks: Marks) -> Iterator[_Written]:
    """Yield the literals of all that was played from here, and of blocks of which nothing was."""
    played: dict[Evaluation, dict[int, tuple[int, int]]] = {}
    for (evaluation, line), place in marks.standing().items():
        played.setdefault(evaluation, {})[line] = place
    for number, (evaluation, rows) in enumerate(played.items()):
        for literal in literals_of(evaluation.text):
            yield _Written(literal, rows, evaluation.number, number)
    for block in blocks(marks.lines):
        stretch = range(block.first, block.last + 1)
        if all(marks[row] is None for row in stretch):
            evaluated = block.text.split("\n")
            rows = {
                line: (row, len(marks.lines[row]) - len(evaluated[line]))
                for line, row in enumerate(stretch)
            }
            for literal in literals_of(block.text):
                yield _Written(literal, rows, NEVER_PLAYED, -block.first - 1)


def _holding(
    pattern: PatternTokens, others: set[str], same: Sequence[_Written]
) -> Iterator[_Written]:
    """Yield the literals that a pattern is made of: those that its names were given last.

    `same` are all literals of that text; `others` are the other settings of the name that go by
    patterns. What was not played from here counts only where there is one such statement.
    """
    for name in dict.fromkeys((pattern.name, *pattern.made_of)):
        own = [each for each in same if each.literal.name == name]
        if name == pattern.name:
            own = [
                each
                for each in own
                if pattern.setting in each.literal.settings or not each.literal.settings & others
            ]
        if not own:
            continue
        newest = max(_age(each) for each in own)
        if newest[0] == NEVER_PLAYED and any(_age(each) != newest for each in own):
            continue
        own = [each for each in own if _age(each) == newest]
        if name == pattern.name:
            own = [each for each in own if pattern.setting in each.literal.settings] or own
        yield from own


def _age(written: _Written) -> tuple[int, int, int]:
    """Return what grows from one statement to the next that was played."""
    return written.number, written.block, written.literal.statement
