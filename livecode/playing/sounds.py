"""All that sounds: starts, swaps, fades, mutes and ends it, and ticks its players."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from livecode.dsp_rules import MASTER
from livecode.errors import LivecodeError
from livecode.language.dsp import Dsp
from livecode.language.sources import GAP, Sounding
from livecode.language.things import PlayerState
from livecode.language.units import Span
from livecode.language.values import Moment
from livecode.playing.generations import Generations
from livecode.playing.mix import Entry, Mix
from livecode.playing.players import player_for
from livecode.playing.quant import next_multiple
from livecode.playing.sound_player import PlayerSetup, SoundPlayer, player_of
from livecode.signals.tempo import Tempo
from livecode.transport.messages import GraphSource, Source
from livecode.transport.status import Generation
from livecode.transport.timing import tick_frames

#: A new source begins this many blocks after its block was evaluated.
START_LEAD_BLOCKS = 3
#: What is deleted fades out over this long, or its own `fade` if that is longer.
REMOVAL_FADE_S = 0.5
#: A scene is evaluated just before the multiple of its quant that it is to begin at; what begins
#: this much after that does not wait for the next.
SCENE_GRACE_S = 0.25
#: Versions of a name to go back to when the newest one fails while it plays.
KEPT = 8


@dataclass(frozen=True)
class GoodSource:
    """What a name has sounded from well, by which thing, and that thing's settings at the time."""

    thing: Sounding
    source: Source
    settings: dict[str, Any]


class Sounds:
    """The sounding things in force, each with its player."""

    def __init__(
        self,
        generations: Generations,
        setup: PlayerSetup,
        tempo: Tempo,
        block: int,
        seed: int,
        now_frame: Callable[[], int],
    ):
        self.generations, self._setup, self._tempo = generations, setup, tempo
        self._block, self._seed, self._now_frame = block, seed, now_frame
        self._tick_frames = tick_frames(block, setup.sample_rate)
        self._things: dict[str, Sounding] = {}
        self._mix = self._heard = Mix()  # as described, and as it is in force
        self._heard_from: int | None = None  # sample time from which what is described is
        self._entry = Entry()
        self._good: dict[str, list[GoodSource]] = {}  # by name, newest last
        #: Told of a thing that takes its name back from another that failed.
        self.on_return: Callable[[Sounding], None] = lambda thing: None
        generations.on_begin = self._begun

    def __iter__(self) -> Iterator[Sounding]:
        return iter(list(self._things.values()))

    def __contains__(self, name: str) -> bool:
        return name in self._things

    def play(self, thing: Sounding, state: PlayerState | None = None) -> int | None:
        """Follow the thing's description: its settings at once, a new source at its quant.

        state: of its player, to go back to.

        Returns the generation of a source that is to begin, if there is one.
        """
        try:
            player = self._following(thing)
        except LivecodeError:  # no room for its controls
            self._forget_controls()
            player = self._following(thing)
        thing.player = player
        if state is not None:
            player.load_state(state)
        former = self._things.get(str(thing), thing)
        self._things[str(thing)] = thing
        self._apply_mutes()
        current = self.generations.current(str(thing))
        if current is not None and current.begun:
            self._note_good(current)
        if former is not thing and current is not None:
            player.waiting = not self.plays(thing)
        return None if self.generations.hold else self.sound(thing)

    def plays(self, thing: Sounding) -> bool:
        """Whether its name sounds from what its description says, or is about to."""
        current = self.generations.current(str(thing))
        return (
            thing.player is not None
            and current is not None
            and _alike(current.source, player_of(thing).source)
        )

    def sound(self, thing: Sounding) -> int | None:
        """Start the thing's source, unless it sounds already; returns its generation if it did."""
        if self.plays(thing):
            return None
        player = player_of(thing)
        name, source = str(thing), player.source
        current = self.generations.current(name)
        at = self._now_frame() + START_LEAD_BLOCKS * self._block
        quant = self.mix.quant if thing.quant is None else thing.quant
        if self._entry.at is not None and thing.quant is None:
            at = max(at, self._entry.at)
        else:
            at = next_multiple(quant, at, self._tempo)
        fade_s = self._fade_s(thing)
        if thing.fade == GAP and current is not None:
            self.generations.fade_out(name, fade_s)
            at += round(fade_s * self._setup.sample_rate)
        player.begin(at)
        return self.generations.start(name, source, at, fade_s)

    def fall_back(self, name: str, generation: int) -> str:
        """A generation has failed: sound from what the name last sounded from well; says so."""
        current = self.generations.current(name)
        if current is None or current.generation != generation:
            self.generations.abort(generation)
            return "it had been replaced already"
        self.generations.abort(generation)
        good = [
            kept for kept in self._good.get(name, []) if not _alike(kept.source, current.source)
        ]
        self._good[name] = good
        if name not in self or not good:
            return "it is silent now"
        thing = good[-1].thing
        thing.settings = dict(good[-1].settings)
        if (failed := self._things[name]) is not thing:
            failed.player = None
            self.on_return(thing)
        self.play(thing)
        return "still playing the previous version"

    def _begun(self, playing: Generation) -> None:
        thing = self._things.get(playing.name)
        if thing is not None and not playing.leaving and self.plays(thing):
            player_of(thing).begun(self._now_frame() / self._setup.sample_rate, playing.fade_s)
            self._note_good(playing)

    def _note_good(self, playing: Generation) -> None:
        thing = self._things[playing.name]
        if self.plays(thing):
            version = GoodSource(thing, playing.source, dict(thing.settings))
            good = self._good.get(playing.name, [])
            if good and _alike(good[-1].source, version.source):
                good = good[:-1]  # the same, with the settings of now
            self._good[playing.name] = [*good[1 - KEPT :], version]

    def remove(self, thing: Sounding) -> None:
        """Let it go: it fades out and its name is free, unless another has taken that already."""
        name = str(thing)
        thing.player = None
        if self._things.get(name) is not thing:
            return
        del self._things[name]
        shortest = REMOVAL_FADE_S if self._entry.fade is None else 0.0
        self.generations.fade_out(name, max(self._fade_s(thing), shortest), self.comes_in())
        self._good.pop(name, None)
        self.mix = replace(self.mix, muted=self.mix.muted - {name}, solo=self.mix.solo - {name})

    def hush(self, fade_s: float, at: int = 0) -> None:
        """Fade everything out, from sample time `at` on; what is played again comes back."""
        for name in self._things:
            self.generations.fade_out(name, fade_s, at)

    def take_over(self) -> None:
        """From now on be heard: swap what has changed, and let go what is no more."""
        for thing in self:
            if self.generations.current(str(thing)) is not None:
                self.sound(thing)
        for name in self.generations.sounding():
            if name not in self:
                self.generations.fade_out(name, REMOVAL_FADE_S)

    @property
    def mix(self) -> Mix:
        """How what sounds is heard, and how it changes."""
        return self._mix

    @mix.setter
    def mix(self, mix: Mix) -> None:
        self._mix, self._heard_from = mix, self.comes_in()
        if self._heard_from <= self._now_frame():
            self._hear_mix()

    def mute(self, names: list[str], muted: bool) -> None:
        """Silence names, or let them be heard again."""
        before = self.mix.muted
        self.mix = replace(self.mix, muted=before | set(names) if muted else before - set(names))

    def solo(self, names: list[str]) -> None:
        """Let only these be heard; none: all again."""
        self.mix = replace(self.mix, solo=frozenset(names))

    def tick(self, frame: int, moment: Moment) -> None:
        """Advance every player to sample time `frame`."""
        # by the tick before it: a source that begins with it muted is not heard at all
        if self._heard_from is not None and frame + self._tick_frames > self._heard_from:
            self._hear_mix()
        ticking = self._setup.ticking
        ticking.now = True
        try:
            for thing in self:
                player_of(thing).tick(frame, moment)
        finally:
            ticking.now = False

    def _hear_mix(self) -> None:
        self._heard, self._heard_from = self._mix, None
        self._apply_mutes()

    def _apply_mutes(self) -> None:
        heard = self._heard_when_solo() if self._heard.solo else set(self._things)
        for name, thing in self._things.items():
            player_of(thing).muted = name in self._heard.muted or name not in heard

    def _heard_when_solo(self) -> set[str]:
        """The names to be heard, the @dsps that take them, and what those @dsps are made of."""
        takes = {name: set(t.inputs) for name, t in self._things.items() if isinstance(t, Dsp)}
        made_of, heard_in = set(self._heard.solo), set(self._heard.solo)
        while more := {each for name in made_of for each in takes.get(name, ())} - made_of:
            made_of |= more
        while more := {name for name, taken in takes.items() if taken & heard_in} - heard_in:
            heard_in |= more
        return made_of | heard_in | {MASTER}

    def _following(self, thing: Sounding) -> SoundPlayer:
        seed = self._seed_of(thing)
        player = player_for(thing, self._setup, seed) if thing.player is None else player_of(thing)
        player.seed = seed
        player.follow(self.comes_in() / self._setup.sample_rate, self._fade_s(thing))
        return player

    def enter_with_fade(self, fade: Span) -> None:
        """Let the sources of the block that is being evaluated come in under this fade."""
        self._entry = replace(self._entry, fade=fade)

    def enter_at_quant(self, quant: Span) -> None:
        """Let what the block that is being evaluated does count from a multiple of `quant` on."""
        grace = SCENE_GRACE_S * self._setup.sample_rate
        at = next_multiple(quant, self._now_frame() - grace, self._tempo)
        self._entry = replace(self._entry, at=at)

    def end_entry(self) -> None:
        """The block has been evaluated: the next one comes in as the mix says."""
        self._entry = Entry()

    def comes_in(self) -> int:
        """The sample time from which what is being evaluated counts: now, or its scene's line."""
        now, at = self._now_frame(), self._entry.at
        return now if at is None else max(now, at)

    def _forget_controls(self) -> None:
        """Make room for controls: names that are gone need none."""
        controls = self._setup.controls
        for control in controls.names():
            if control.partition(".")[0] not in self._things:
                controls.close(control)

    def _fade_s(self, thing: Sounding) -> float:
        fade = self.mix.fade if self._entry.fade is None else self._entry.fade
        if thing.fade is not None and thing.fade != GAP:
            fade = thing.fade
        return fade.at(self._tempo.bpm)

    def _seed_of(self, thing: Sounding) -> int:
        own = thing.settings.get("seed")
        return (
            own if own is not None else zlib.crc32(str(thing).encode()) ^ self._seed & 0xFFFF_FFFF
        )


def _alike(one: Source, other: Source) -> bool:
    """Whether two sources sound alike: a graph does so wherever it stands in its block."""
    if isinstance(one, GraphSource) and isinstance(other, GraphSource):
        return msgspec.structs.replace(one, first_line=other.first_line) == other
    return one == other
