"""Says which tokens of the text sound now, by what the mind has told ahead and by the engine's clock."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

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
        self._found_for: tuple[object, int] = (None, -1)
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
        lights = [light for light in self._placed() if light.name in self._heard]
        lit = frozenset(light.lit for light in lights if light.begin <= now < light.end)
        if lit != self._lit:
            self._lit = lit
            self._on_change(lit)
        turns = [at for light in lights for at in (light.begin, light.end) if at > now]
        if turns:
            wait_s = (min(turns) - now) / self._header.sample_rate
            self._timer = asyncio.get_running_loop().call_later(wait_s, self.follow)

    async def _hear(self) -> None:
        """Ask the mind."""
        told = await self._ask()
        self._asking = None
        if told is not None:
            self._told = told
            self.follow()

    def _now(self) -> float:
        return self._header.now(self._now_ns())

    def _placed(self) -> Sequence[Light]:
        """Return the tokens that were told, as far as the text has them, where it has them now."""
        marks = self._marks
        if self._found_for != (self._told, marks.version):
            dark = DARK_S * self._header.sample_rate
            self._lights = list(placed(self._told, marks, dark))
            self._found_for = self._told, marks.version
        return self._lights


def placed(told: TokenTimes, marks: Marks, dark: float) -> Iterator[Light]:
    """Yield the tokens that were told, where the text has them.

    A token has a place only if its notation stands, unedited, where its name was given it last.
    `dark` is how long before the end of its event it goes dark, in frames.
    """
    standing = marks.standing()
    written = [
        (evaluation, literal)
        for evaluation in {evaluation for evaluation, _ in standing}
        for literal in literals_of(evaluation.text)
        if literal.text in told.notations
    ]
    settings = {
        name: {pattern.setting for pattern in told.patterns if pattern.name == name}
        for name in {pattern.name for pattern in told.patterns}
    }
    for pattern in told.patterns:
        others = settings[pattern.name] - {pattern.setting}
        found: dict[int, list[tuple[Evaluation, Literal]]] = {}
        for span in pattern.spans:
            if span.notation not in found:
                text = told.notations[span.notation]
                found[span.notation] = list(_holding(text, pattern, others, written))
            length = span.end - span.begin
            end = round(span.end - min(dark, length / 2))
            for evaluation, literal in found[span.notation]:
                line, column = literal.place(span.first)
                if (place := standing.get((evaluation, line))) is not None:
                    row, indent = place
                    first = indent + column
                    lit = Lit(row, first, first + span.last - span.first)
                    yield Light(span.begin, end, pattern.name, lit)


def _holding(
    text: str,
    pattern: PatternTokens,
    others: set[str],
    written: Iterable[tuple[Evaluation, Literal]],
) -> Iterator[tuple[Evaluation, Literal]]:
    """Yield the literals of that text which the pattern is made of: those that its names were given last."""
    same = [each for each in written if each[1].text == text]
    for name in dict.fromkeys((pattern.name, *pattern.made_of)):
        own = [each for each in same if each[1].name == name]
        if name == pattern.name:
            own = [
                each
                for each in own
                if pattern.setting in each[1].settings or not each[1].settings & others
            ]
        if not own:
            continue
        newest = max((each.number, literal.statement) for each, literal in own)
        own = [each for each in own if (each[0].number, each[1].statement) == newest]
        if name == pattern.name:
            own = [each for each in own if pattern.setting in each[1].settings] or own
        yield from own
