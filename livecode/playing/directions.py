"""Finds directions: what a reward says of takes of a model is where its streams are steered to."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.deadlines import Watchdog
from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.neural.samplernn.own_takes import Floats, OwnTakes, read_takes
from livecode.playing.generations import Generations
from livecode.playing.players import StreamPlayer
from livecode.playing.sound_player import PlayerSetup
from livecode.playing.sounds import Sounds
from livecode.playing.take_judging import TakesToJudge, judged
from livecode.playing.tilt_guard import TiltGuard
from livecode.playing.tilt_terms import made_of_nodes
from livecode.transport import Arena
from livecode.transport.candidates import OfferedTakes
from livecode.transport.messages import Directions, GetTakes, StreamSource, send

#: Live, a tick judges takes for so long at most; what is left waits for the next tick.
TICK_S = 0.002
#: So many directions, and takes of so many models, are remembered.
MOST_FOUND, MOST_TAKES = 64, 2
#: What values remember they remember for each lead; judging takes has one of its own.
LEAD = -2_000_001

Said = NDArray[np.float64]
Model = tuple[str, str]  # its name, and the version of its file
Key = tuple[
    Model, tuple[int, ...]
]  # what a direction is of: the model, and what the reward is made of


class _Found(NamedTuple):
    """What was found for one reward and model."""

    reward: Value  # kept, so that what it is made of stays what it is
    direction: Floats  # (width,); 0 if the reward has failed
    bits: float  # how surprising the model finds what it plays by itself, a sample


class _Job(NamedTuple):
    """A direction that is being fitted."""

    key: Key
    reward: Value
    takes: OwnTakes
    said: Iterator[Said | None]


class DirectionFinder:
    """Lets streams be steered towards rewards."""

    def __init__(
        self,
        arena: Arena,
        generations: Generations,
        sounds: Sounds,
        watchdog: Watchdog,
        setup: PlayerSetup,
        wall_s: Callable[[], float] | None,
    ):
        """`wall_s()`: seconds of a clock, by which ticks judge little by little; None: all at once."""
        self._to_voices = arena.messages["mind", "voices"]
        self._generations, self._sounds, self._setup = generations, sounds, setup
        self._watchdog, self._wall_s = watchdog, wall_s
        self._takes: dict[Model, OwnTakes] = {}
        self._found: dict[Key, _Found] = {}
        self._asked: set[int] = set()  # generations whose voices were asked for takes
        #: By name: the player for which the stream was told last, as which generation, of what.
        self._sent: dict[str, tuple[StreamPlayer, int, list[Key]]] = {}
        self._job: _Job | None = None
        generations.on_directions = self._know

    def take_in(self, offered: OfferedTakes) -> None:
        """Take in what a stream's model has played by itself."""
        player, model = self._player(offered.generation)
        if player is None or model is None:
            return
        try:
            takes = read_takes(Path(offered.path))
        except Exception as error:  # for example a file that is no longer there
            self._setup.say(f"{player.thing}.toward", f"what it would learn from is lost: {error}")
            return
        self._takes = dict([*self._takes.items()][1 - MOST_TAKES :]) | {model: takes}

    def tick(self, moment: Moment) -> None:
        """Fit what is missing, or as much of it as there is time for, and tell the streams."""
        if self._setup.replaying():  # the journal has the directions
            return
        players = [each.player for each in self._sounds if isinstance(each.player, StreamPlayer)]
        steered = {str(player.thing): player for player in players if player.toward_terms}
        self._sent = {name: sent for name, sent in self._sent.items() if name in steered}
        for name, player in steered.items():
            self._serve(name, player, moment)

    def _serve(self, name: str, player: StreamPlayer, moment: Moment) -> None:
        current = self._generations.current(name)
        if current is None or not current.begun or (model := _model(current.source)) is None:
            return
        keys = [(model, made_of_nodes(term.reward)) for term in player.toward_terms]
        if self._sent.get(name) == (player, current.generation, keys):
            return
        missing = [
            (key, term.reward)
            for key, term in zip(keys, player.toward_terms, strict=True)
            if key not in self._found
        ]
        if not missing:
            self._sent[name] = player, current.generation, keys
            found = [self._found[key] for key in keys]
            directions = np.stack([each.direction for each in found]).astype(np.float32)
            told = Directions(
                current.generation,
                max(moment.frame, 1),
                player.toward_what,
                directions.tobytes(),
                found[0].bits,
            )
            send(self._to_voices, told)
        elif model in self._takes:
            self._fit(*missing[0], name, moment)
        elif current.generation not in self._asked:
            self._asked.add(current.generation)
            send(self._to_voices, GetTakes(current.generation))
            self._setup.note(
                f"{name}.toward",
                f"it learns from what {model[0]} plays by itself, for some seconds",
            )

    def _fit(self, key: Key, reward: Value, name: str, moment: Moment) -> None:
        """Go on fitting a direction."""
        if self._job is None or self._job.key != key:
            takes = self._takes[key[0]]
            self._job = _Job(key, reward, takes, self._judged(takes, reward, name, moment))
        until = None if self._wall_s is None else self._wall_s() + TICK_S
        for said in self._job.said:
            if said is not None:
                direction = self._job.takes.direction(said)
                bits = float(self._job.takes.bits.mean())
                known = [*self._found.items()][1 - MOST_FOUND :]
                self._found = dict(known) | {key: _Found(reward, direction, bits)}
            if until is not None and self._wall_s is not None and self._wall_s() > until:
                return
        self._job = None

    def _judged(
        self, takes: OwnTakes, reward: Value, name: str, moment: Moment
    ) -> Iterator[Said | None]:
        """Ask a reward about takes: yield None after each chunk, and at last what it said of all.

        What it says is (takes, chunks). Of a reward that fails it is 0.
        """
        guard = TiltGuard(
            self._watchdog,
            lambda why, left: self._setup.say(f"{name}.toward", f"{why} – it steers nothing"),
        )
        played = TakesToJudge(takes.rate_hz, takes.audio, takes.bits)
        said = np.zeros(takes.bits.shape)
        for found in judged([reward], played, name, guard, moment, LEAD):
            if found is None:
                yield None
            else:
                said = found.said[0]
        yield said

    def _know(self, message: Directions) -> None:
        """Let a player use directions, now that the voice knows them."""
        player, _ = self._player(message.generation)
        if player is not None:
            player.know_directions(message.number, message.what)

    def _player(self, generation: int) -> tuple[StreamPlayer | None, Model | None]:
        """Return the player of the name that a generation sounds under, and the generation's model."""
        found = next((e for e in self._generations.table() if e.generation == generation), None)
        if found is not None:
            for thing in self._sounds:
                if str(thing) == found.name and isinstance(thing.player, StreamPlayer):
                    return thing.player, _model(found.source)
        return None, None


def _model(source: object) -> Model | None:
    return (source.model, source.version) if isinstance(source, StreamSource) else None
