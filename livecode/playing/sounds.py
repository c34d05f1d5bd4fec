"""The sounds of a performance: starts, swaps, fades, mutes and ends them, and ticks their players."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from livecode.dsp_rules import MASTER
from livecode.errors import LivecodeError
from livecode.language.moments import Moment
from livecode.language.sources import GAP, Sounding
from livecode.language.things import PlayerState
from livecode.language.units import Span
from livecode.playing.fallen import Fallen, mark_of_source
from livecode.playing.generations import Generations
from livecode.playing.hushed import HushedNames
from livecode.playing.mix import Entry, Mix
from livecode.playing.played_source import GoodSources, PlayedSource, alike, taken_by
from livecode.playing.players import player_for
from livecode.playing.quant import next_multiple
from livecode.playing.reward_terms import reads
from livecode.playing.sound_player import PlayerSetup, SoundPlayer, player_of
from livecode.playing.tick_costs import TickCosts
from livecode.playing.transfer_player import TransferPlayer
from livecode.playing.turning import turn
from livecode.signals.tempo import Tempo
from livecode.transport.messages import Encoded, Source
from livecode.transport.status import Generation
from livecode.transport.timing import tick_frames

#: A new source begins this many engine blocks after its block of code was evaluated.
START_LEAD_BLOCKS = 3
#: A thing that is removed fades out over this long, or over its own `fade` if that is longer.
REMOVAL_FADE_S = 0.5
#: A source that begins up to this long after the line of its scene does not wait for the next one.
SCENE_GRACE_S = 0.25


class Sounds:
    """The things that sound, by name, each with its player."""

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
        self._since: dict[str, int] = {}  # name -> sample time at which it was first played
        self._leaving: dict[str, SoundPlayer] = {}  # players of what fades out, by name
        #: Signals that what fades out reads, by its name.
        self._asked: dict[str, frozenset[str]] = {}
        self._gone: set[str] = set()  # names that were removed, and are still listened to
        #: Called with a name that was removed, once nothing that fades out listens to it any more.
        self.on_gone: Callable[[str], None] = lambda name: None
        self.changes = setup.changes
        self._mix = self._heard = Mix()  # the mix as described, and the mix as it is heard
        self._heard_from: int | None = None  # sample time from which the described mix is heard
        self._entry = Entry()
        #: What each name was played as last. A block that runs may have changed its thing since.
        self._played: dict[str, PlayedSource] = {}
        self._good = GoodSources()
        self.costs, self.hushed, self.fallen = TickCosts(), HushedNames(), Fallen()
        #: Called with a thing that takes its name back from another that failed.
        self.on_return: Callable[[Sounding], None] = lambda thing: None
        generations.on_begin, generations.on_encoded = self._begun, self._encoded

    def __iter__(self) -> Iterator[Sounding]:
        return iter(list(self._things.values()))

    def __contains__(self, name: str) -> bool:
        return name in self._things

    def play(self, thing: Sounding, state: PlayerState | None = None) -> int | None:
        """Follow a thing's description: its settings at once, a new source at its quant.

        state: a state of its player to go back to; None leaves the player as it is. Returns the number of
        the generation that is to begin, None if there is none. Raises LivecodeError if there is no room.
        """
        self.changes.count += 1
        try:
            player = self._following(thing)
        except LivecodeError:  # there is no room for its controls
            self._forget_controls()
            player = self._following(thing)
        thing.player = player
        if state is not None:
            player.load_state(state, self._now_frame())
        former = self._things.get(str(thing), thing)
        self._since.setdefault(str(thing), self._now_frame())
        self._things[str(thing)] = thing
        self._played[str(thing)] = PlayedSource(thing, player.source, dict(thing.settings))
        self._leaving.pop(str(thing), None)
        self._asked.pop(str(thing), None)
        self._gone.discard(str(thing))
        self._forget_unheard()
        self._apply_mutes()
        current = self.generations.current(str(thing))
        if current is not None and current.begun:
            self._note_good(current)
        if former is not thing and current is not None:
            player.waiting = not self.plays(thing)
        may_sound = self.hushed.may_sound(str(thing), self._entry) or current is not None
        return self.sound(thing) if may_sound and not self.generations.hold else None

    def since(self, name: str, now: int) -> int:
        """Return the sample time from which on a name has had something to play: now, if it is new."""
        return self._since.get(name, now)

    def follow_patterns(self) -> None:
        """Let what plays a pattern that has a name follow it, now that it may have changed."""
        self.changes.count += 1
        for thing in self:
            if player_of(thing).FROM_SILENCE:
                self._following(thing)

    def plays(self, thing: Sounding) -> bool:
        """Tell whether the name sounds from the source that the thing describes, or is about to."""
        current = self.generations.current(str(thing))
        return (
            thing.player is not None
            and current is not None
            and alike(current.source, player_of(thing).source)
        )

    def sound(self, thing: Sounding) -> int | None:
        """Start the thing's source, unless it sounds already; returns the generation that it started."""
        if self.plays(thing):
            return None
        player, name = player_of(thing), str(thing)
        source, current = player.source, self.generations.current(name)
        at = self._now_frame() + START_LEAD_BLOCKS * self._block
        if not player.FROM_SILENCE or current is not None:
            at = max(at, self.comes_in(thing))
        fade_s = self._fade_s(thing)
        if thing.fade == GAP and current is not None:
            self.generations.fade_out(name, fade_s)
            at += round(fade_s * self._setup.sample_rate)
        player.begin(at)
        return self.generations.start(name, source, at, fade_s)

    def fall_back(self, name: str, generation: int) -> str:
        """Go back from a generation that failed to its name's last good source; returns what is heard."""
        current = self.generations.current(name)
        self.generations.abort(generation)
        if current is None or current.generation != generation:
            return "it had been replaced already"
        self.fallen.add(mark_of_source(name, current.source))
        return self._go_back(name, current.source)

    def leave_out_fallen(self) -> None:
        """Go back from what had failed in a former mind, when one of its blocks has run again."""
        for name, played in list(self._played.items()):
            if self.fallen.leaves_out(mark_of_source(name, played.source)):
                self._go_back(name, played.source)
            else:
                self._good.note(name, played)

    def _go_back(self, name: str, source: Source) -> str:
        """Let a name be what it was before a source that has failed; returns what is heard."""
        good = self._good.instead_of(name, source)
        if name not in self or good is None:
            return "it is silent now"
        thing = good.restored()
        if (failed := self._things[name]) is not thing:
            failed.player = None
            self.on_return(thing)
        self.play(thing)
        return "still playing the previous version"

    def _begun(self, playing: Generation) -> None:
        played = self._played.get(playing.name)
        if played is None or playing.leaving or played.thing.player is None:
            return
        current = self.generations.current(playing.name)
        if current is not None and alike(current.source, played.source):
            player_of(played.thing).begun(self._now_frame(), playing.fade_s)
            self._note_good(playing)

    def _encoded(self, name: str, message: Encoded) -> None:
        thing = self._things.get(name)
        if thing is not None and isinstance(player := thing.player, TransferPlayer):
            player.note_heard(message)

    def _note_good(self, playing: Generation) -> None:
        if alike(playing.source, (version := self._played[playing.name]).source):
            self._good.note(playing.name, version)

    def remove(self, *things: Sounding) -> None:
        """Fade things out and free their names, unless other things have taken the names already.

        Their curves, functions and steps go on until they are gone. What they listen to is listened to
        for as long, even if it is removed as well and is gone sooner.
        """
        for thing in things:
            self._remove(thing)
        self._forget_unheard()

    def _remove(self, thing: Sounding) -> None:
        name, player = str(thing), thing.player
        thing.player = None
        if self._things.get(name) is not thing:
            return
        del self._things[name], self._played[name]
        self._since.pop(name, None)
        fade_s = max(self._fade_s(thing), REMOVAL_FADE_S if self._entry.fade is None else 0.0)
        self.generations.fade_out(name, fade_s, self.scene_line())
        self._good.forget(name)
        self._gone.add(name)
        if player is not None and self.generations.fades(name):
            assert isinstance(player, SoundPlayer)
            self._leaving[name], self._asked[name] = player, _asked_by(thing)
        self.mix = replace(self.mix, muted=self.mix.muted - {name}, solo=self.mix.solo - {name})

    @property
    def heard_leaving(self) -> list[str]:
        """The names that were removed, and that something which fades out still listens to."""
        return list(self._gone)

    def _forget_unheard(self) -> None:
        """Forget the names that were removed and that nothing which fades out listens to."""
        for name in self._gone.difference(*self._asked.values()):
            self._gone.remove(name)
            self.on_gone(name)

    def hush(self, fade_s: float, at: int = 0) -> None:
        """Fade everything out from sample time `at` on; a thing that is played again comes back."""
        self.hushed.hush()
        unknown = [name for name in self.generations.sounding() if name not in self._things]
        for name in [*self._things, *unknown]:
            self.generations.fade_out(name, fade_s, at)

    def take_over(self, whole: bool = True) -> None:
        """Begin to be heard after a handover: swap changed sources, fade out names that are gone.

        Without `whole`, some names may not be known, and are not gone: they sound on.
        """
        for thing in self:
            if self.generations.current(str(thing)) is not None:
                self.sound(thing)
            else:
                self.hushed.hush()  # as the former mind may have done
        for name in self.generations.sounding() if whole else ():
            if name not in self:
                self.generations.fade_out(name, REMOVAL_FADE_S)

    @property
    def mix(self) -> Mix:
        """Which names are heard, and how sources change."""
        return self._mix

    @mix.setter
    def mix(self, mix: Mix) -> None:
        self._mix, self._heard_from = mix, self.scene_line()
        if self._heard_from <= self._now_frame():
            self._hear_mix()

    def mute(self, names: list[str], muted: bool) -> None:
        """Mute names, or unmute them."""
        change = self.mix.muted.union if muted else self.mix.muted.difference
        self.mix = replace(self.mix, muted=change(names))

    def solo(self, names: list[str]) -> None:
        """Let only these names be heard; all names if the list is empty."""
        self.mix = replace(self.mix, solo=frozenset(names))

    def tick(self, frame: int, moment: Moment) -> None:
        """Advance every player to sample time `frame`."""
        # one tick before: a source that begins then and is muted must not be heard at all
        if self._heard_from is not None and frame + self._tick_frames > self._heard_from:
            self._hear_mix()
        ticking = self._setup.ticking
        ticking.now = True
        try:
            for thing in self:
                self.costs.tick(player_of(thing), frame, moment)
                self._turn(thing, frame)
            for name, player in list(self._leaving.items()):
                if self.generations.fades(name):
                    player.tick(frame, moment)
                else:
                    del self._leaving[name], self._asked[name]
                    self._forget_unheard()
        finally:
            ticking.now = False

    def _turn(self, thing: Sounding, frame: int) -> None:
        """Play what the patterns of names among its settings say, each name from its line on."""
        ahead = START_LEAD_BLOCKS * self._block + 2 * self._tick_frames
        line = turn(thing, frame, ahead, self._tempo)
        if line is not None:
            before, self._entry = self._entry, Entry(at=line, hushes=-1)
            try:
                self.play(thing)
            finally:
                self._entry = before

    def _hear_mix(self) -> None:
        self._heard, self._heard_from = self._mix, None
        self._apply_mutes()

    def _apply_mutes(self) -> None:
        heard = self._heard_when_solo() if self._heard.solo else set(self._things)
        for name, thing in self._things.items():
            player_of(thing).muted = name in self._heard.muted or name not in heard

    def _heard_when_solo(self) -> set[str]:
        """Return the solo names, the @dsps that take them, and all inputs of those @dsps."""
        takes = {
            name: taken
            for name, played in self._played.items()
            if (taken := taken_by(played.source))
        }
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
        player.enter(max(self.comes_in(thing), self._soonest))
        # where nothing sounds nothing can click, and what ran away must not be blended from
        fade_s = self._fade_s(thing) if self.generations.any_of(str(thing)) else 0.0
        player.follow(self.comes_in(thing), fade_s)
        return player

    def enter_with_fade(self, fade: Span) -> None:
        """Let the sources of the block that is being evaluated come in under this fade."""
        self._entry = replace(self._entry, fade=fade)

    def enter_at(self, frame: int, hushes: int | None = None) -> None:
        """Let the present block take effect from a sample time on; see `Entry` for `hushes`."""
        self._entry = replace(self._entry, at=frame, hushes=hushes)

    def enter_at_quant(self, quant: Span, line: int = 0) -> None:
        """Let the present block take effect from a multiple of `quant` on, planned for `line` if ahead."""
        now, grace = self._now_frame(), SCENE_GRACE_S * self._setup.sample_rate
        at = next_multiple(quant, line if line > now else now - grace, self._tempo)
        self.enter_at(at)

    def end_entry(self) -> None:
        """Let the next block come in as the mix says."""
        self._entry = Entry()

    def scene_line(self) -> int:
        """Return the sample time of the line of the scene that is being evaluated, or now."""
        now, at = self._now_frame(), self._entry.at
        return now if at is None else max(now, at)

    def comes_in(self, thing: Sounding | None = None) -> int:
        """Return the sample time from which what a block says takes effect: a line, or now.

        The line is that of its scene, or the next one of the quant of a thing or of all.
        """
        own = None if thing is None else thing.quant
        if self._entry.at is not None and own is None:
            return self.scene_line()
        quant = self.mix.quant if own is None else own
        return self._now_frame() if quant == Span() else self.next_line(quant)

    def next_line(self, quant: Span) -> int:
        """Return the next multiple of a quant at which all that is changed now can be heard."""
        return next_multiple(quant, self._soonest, self._tempo)

    @property
    def _soonest(self) -> int:
        """The sample time from which voices can follow what is changed now."""
        return self._now_frame() + self._setup.voice_lead + self._tick_frames

    def _forget_controls(self) -> None:
        """Close the controls of names that are gone, to make room."""
        controls = self._setup.controls
        for control in controls.names():
            if control.partition(".")[0] not in self._things:
                controls.close(control)

    def _fade_s(self, thing: Sounding) -> float:
        fade = self.mix.fade if self._entry.fade is None else self._entry.fade
        if thing.fade is not None and thing.fade != GAP:
            fade = thing.fade
        return fade.at(self._tempo.bpm, self._tempo.beats_per_bar)

    def _seed_of(self, thing: Sounding) -> int:
        own, usual = thing.settings.get("seed"), zlib.crc32(str(thing).encode()) ^ self._seed
        return usual & 0xFFFF_FFFF if own is None else own


def _asked_by(thing: Sounding) -> frozenset[str]:
    """Return the names of all signals that the settings of a thing read."""
    parts = (part for value in thing.values() for part in value.everything())
    return frozenset(name for part in parts for name in reads(part))
