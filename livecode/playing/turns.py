"""The turns of functions that run every so often: when each is due, and how it is called."""

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from livecode.language.every import Every
from livecode.language.signal_names import called, pick, signal_names
from livecode.language.things import PlayerState
from livecode.language.units import Span
from livecode.playing.quant import frame_of_multiple, multiple_from
from livecode.playing.sounds import Sounds
from livecode.signals.tempo import Tempo

#: A turn is run so long before what it sets can still be heard on its line, in seconds.
AHEAD_S = 0.05


@dataclass(frozen=True)
class Turn:
    """One turn of a function: the name that it stands under, and which multiple of its length it is."""

    name: str
    number: int


class TurnPlayer:
    """Calls the function of one `@every`."""

    def __init__(self, thing: Every, tempo: Tempo, signals: Mapping[str, Any], sounds: Sounds):
        self.thing, self._tempo, self._signals, self._sounds = thing, tempo, signals, sounds
        self.next: int | None = None  # the number of the next turn
        self.after = 0  # the sample time before which it has had its turns
        #: The last function that had a turn without failing.
        self.worked: Callable[..., Any] | None = None
        self.failed = 0  # turns in a row
        self.hushes = 0  # how often all had been hushed when the function was evaluated

    def state(self) -> PlayerState | None:
        """Return None: a function's memory is the performer's own."""

    def line(self, number: int) -> int:
        """Return the sample time of a turn."""
        return frame_of_multiple(self.thing.length, number, self._tempo)

    def turn(self, number: int) -> None:
        """Call the function, within a block that takes effect on the line of that turn."""
        line, tempo = self.line(number), self._tempo
        self._sounds.enter_at(line, self.hushes)
        # on a line between two frames, the beat of the first frame after it is a little more
        then = {
            "t": line / tempo.sample_rate,
            "beat": round(tempo.beat_at(line), 3),
            "bar": round(tempo.bar_at(line), 3),
        }
        function = self.thing.settings["function"]
        signals = ChainMap(then, self._signals)  # type: ignore[arg-type]
        function(*pick(signal_names(function), signals, called(function)))
        self.worked = function
        self.after = max(self.after, line + 1)  # a mind that takes over runs it again, and no more


class TurnTable:
    """All functions that run every so often."""

    def __init__(self, tempo: Tempo, signals: Mapping[str, Any], sounds: Sounds, lead: int):
        """`lead`: how many frames ahead of a tick what is set is heard."""
        self._tempo, self._signals, self._sounds = tempo, signals, sounds
        self.lead = lead
        self._ahead = lead + round(AHEAD_S * tempo.sample_rate)
        self._players: dict[str, TurnPlayer] = {}
        self._due: list[Turn] = []

    def follow(self, thing: Every) -> None:
        """Give a function its turns; LivecodeError if it asks for what is no signal."""
        function = thing.settings["function"]
        pick(signal_names(function), self._signals, called(function))
        player = self._players.get(str(thing))
        if player is None or player.thing is not thing:
            player = TurnPlayer(thing, self._tempo, self._signals, self._sounds)
        player.next, player.failed = None, 0
        player.hushes = self._sounds.hushed.hushes
        thing.player = self._players[str(thing)] = player

    def remove(self, thing: Every) -> None:
        """Let a function have no more turns, unless another has taken its name."""
        if (player := self._players.get(str(thing))) is not None and player.thing is thing:
            del self._players[str(thing)]
        thing.player = None

    @property
    def lengths(self) -> dict[str, Span]:
        """The time between two turns of each function, by its name."""
        return {name: player.thing.length for name, player in self._players.items()}

    @property
    def failed(self) -> dict[str, int]:
        """How many turns in a row have failed, by the name of each function that failed last."""
        return {name: player.failed for name, player in self._players.items() if player.failed}

    def take_over(self, failed: Mapping[str, int]) -> None:
        """Go on from what `failed` was in a former mind, so that what rested goes on resting."""
        for name, turns in failed.items():
            if (player := self._players.get(name)) is not None:
                player.failed = turns

    def player(self, name: str) -> TurnPlayer | None:
        """Return the player of that name; None if there is none."""
        return self._players.get(name)

    def tick(self, frame: int, next_tick: int) -> None:
        """Note which turns are due before the next tick."""
        for name, player in self._players.items():
            length = player.thing.length
            if player.next is None:
                soonest = max(frame + self.lead, player.after)
                player.next = multiple_from(length, soonest, self._tempo)
            while player.line(player.next) - self._ahead < next_tick:
                self._due.append(Turn(name, player.next))
                player.after = player.line(player.next) + 1
                player.next += 1

    def take_due(self) -> list[Turn]:
        """Return the turns that are due, each once."""
        due, self._due = self._due, []
        return due
