"""Duets: what each stream that answers is told, and the lean of its answers."""

import math
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.language.duets import Duet
from livecode.language.moments import Moment
from livecode.language.rewards import heard_colour, near_colour
from livecode.language.things import PlayerState
from livecode.language.units import Span
from livecode.language.values import Value, as_value
from livecode.neural.audio.sound_bytes import as_audio, unpacked
from livecode.playing.duet_lines import next_line
from livecode.playing.lines import LEAST
from livecode.playing.listening import Signals
from livecode.playing.notes_duet import Note, NotesDuetPlayer
from livecode.playing.notes_player import NotesPlayer
from livecode.playing.players import StreamPlayer
from livecode.playing.sound_player import PlayerSetup
from livecode.playing.sounds import Sounds
from livecode.signals.tempo import Tempo
from livecode.transport import TapBuffer
from livecode.transport.messages import DuetTurn

#: Of a phrase so much is listened to for its colour, in seconds: the end of it.
COLOUR_S = 1.5
ANSWERS, LISTENS = "answers", "listens"


class DuetPlayer:
    """Plays one duet: writes what its stream is to do, and lets it lean."""

    def __init__(self, thing: Duet, setup: PlayerSetup, tempo: Tempo, now: int):
        self.thing, self._setup, self._tempo = thing, setup, tempo
        self._slot = setup.controls.open(f"{thing.of}.duet")
        self._written: NDArray[np.float64] | None = setup.controls.last(self._slot)
        self._since = now
        self.does = LISTENS  # or hears, or answers
        self._wanted: list[NDArray[np.float32]] = []
        self._near = as_value(near_colour(self._wanted))
        self.follow(now)

    def follow(self, now: int) -> None:
        """Follow the settings of the thing; it counts bars from `now` on if it did not before."""
        thing = self.thing
        self._settings = {name: getattr(thing, name) for name in thing.attributes()}
        self.of, self.hears, self._deaf = thing.of, thing.hears, thing.deaf
        self._channel = -1.0 if thing.channel is None else thing.channel - 1.0
        lean = self._settings["lean"]
        self.leaning = None if lean == 0 else as_value(lean) * self._near

    def state(self) -> PlayerState | None:
        """Return None: what it has heard is the stream's."""

    def write(self, tap: int, frame: int, moment: Moment | None) -> None:
        """Tell the stream what it is to do from sample time `frame` on, if that has changed."""
        hand = self._hand(tap, frame, moment)
        former = self._written
        if former is None or np.abs(hand - former[: len(hand)]).max() > LEAST:
            self._written = hand
            self._setup.controls.write(self._slot, frame, hand)

    def end(self, frame: int) -> None:
        """Let the stream play by itself from sample time `frame` on."""
        self._setup.controls.write(self._slot, frame, np.zeros(1))

    def _hand(self, tap: int, frame: int, moment: Moment | None) -> NDArray[np.float64]:
        """Return the numbers, in the order in which the voices read them."""
        settings, answer = self._settings, self._settings["answer"]
        bpm, beats_per_bar = self._tempo.bpm, self._tempo.beats_per_bar
        long = isinstance(answer, Span)
        meanwhile = settings["meanwhile"]
        if isinstance(meanwhile, Value):
            meanwhile = 0.0 if moment is None else meanwhile.sample(moment)
        line, turn_s = next_line(self._tempo, settings["bars"], self._since, frame)
        return np.array([
            1.0,
            settings["listens"],
            tap,
            self._channel,
            settings["silence"].at(bpm, beats_per_bar),
            settings["threshold"],
            1.0 if long else answer,
            answer.at(bpm, beats_per_bar) if long else 0.0,
            min(max(meanwhile, 0.0), 1.0) if math.isfinite(meanwhile) else 0.0,
            settings["dynamics"],
            self._deaf,
            settings["gives_way"],
            line,
            turn_s,
        ])  # fmt: skip

    def turn(self, message: DuetTurn) -> None:
        """Note what the stream does now; hear what an answer is to lean to."""
        self.does = message.what
        if message.what == ANSWERS and self.leaning is not None:
            samples, rate_hz = unpacked(message.phrase)
            colour = heard_colour(as_audio(samples[-round(COLOUR_S * rate_hz) :]), rate_hz)
            self._wanted[:] = [] if colour is None else [colour]


class Duets:
    """The duets of a performance."""

    def __init__(
        self,
        signals: Signals,
        sounds: Sounds,
        setup: PlayerSetup,
        tempo: Tempo,
        now_frame: Callable[[], int],
        taps: Sequence[TapBuffer],
        note: Note,
        replaying: Callable[[], bool],
        seed: int,
    ):
        """`taps`: what names sound like, by number; `note` notes what notes were heard.

        `replaying()` tells whether that is known already.
        """
        self._taps, self._note, self._replaying, self._seed = taps, note, replaying, seed
        self._signals, self._sounds, self._setup = signals, sounds, setup
        self._tempo, self._now_frame = tempo, now_frame
        self._players: dict[str, DuetPlayer | NotesDuetPlayer] = {}
        sounds.generations.on_turn = self._take_in

    def follow(self, thing: Duet) -> None:
        """Play a duet as its settings describe it; LivecodeError if that is not possible."""
        name, now = str(thing), self._now_frame()
        other = next((n for n, p in self._players.items() if p.of == thing.of and n != name), None)
        if other is not None:
            raise LivecodeError(f"{thing.of} answers in {other} already; del {other} first")
        tap = self._tap(thing.hears)
        if tap is None:
            raise LivecodeError(f"nothing called {thing.hears} sounds")
        player = self._players.get(name)
        if player is None or player.thing is not thing or player.of != thing.of:
            if player is not None:
                self._end(player)
            player = self._players[name] = self._new_player(thing, now)
        player.follow(now)
        thing.player = player
        if isinstance(player, NotesDuetPlayer):
            return
        playing = self._sounds.generations.current(thing.of)
        if not self._sounds.generations.hold and (playing is None or not playing.begun):
            player.write(tap, now, None)  # it is to be silent from its first sample on

    def _new_player(self, thing: Duet, now: int) -> DuetPlayer | NotesDuetPlayer:
        if not thing.plays_notes:
            return DuetPlayer(thing, self._setup, self._tempo, now)
        seed = zlib.crc32(str(thing).encode()) ^ self._seed & 0xFFFF_FFFF
        return NotesDuetPlayer(thing, self._setup, self._tempo, now, seed, self._note)

    def remove(self, thing: Duet) -> None:
        """End a duet, unless another has taken its name."""
        if (player := self._players.get(str(thing))) is not None and player.thing is thing:
            del self._players[str(thing)]
            self._end(player)
        thing.player = None

    def tick(self, moment: Moment) -> None:
        """Write what has changed, and let answers lean."""
        for player in self._players.values():
            at = moment.frame + self._setup.voice_lead
            tap = self._tap(player.hears)
            if isinstance(player, NotesDuetPlayer):
                self._tick_notes(player, tap, moment)
                continue
            player.write(-1 if tap is None else tap, at, moment.at(at, self._setup.voice_lead))
            leaning = player.leaning if player.does == ANSWERS else None
            if isinstance(stream := self._player_of(player.of), StreamPlayer):
                stream.lean(leaning)

    def _tick_notes(self, player: NotesDuetPlayer, tap: int | None, moment: Moment) -> None:
        instrument = self._player_of(player.of)
        if isinstance(instrument, NotesPlayer):
            heard = None if tap is None or self._replaying() else self._taps[tap]
            player.tick(heard, -1 if tap is None else tap, instrument, moment)

    @property
    def shown(self) -> dict[str, str]:
        """What each duet does now, by its name."""
        return {name: player.does for name, player in self._players.items()}

    def _end(self, player: DuetPlayer | NotesDuetPlayer) -> None:
        sounding = self._player_of(player.of)
        if isinstance(player, DuetPlayer):
            player.end(self._now_frame() + self._setup.voice_lead)
        if isinstance(sounding, StreamPlayer):
            sounding.lean(None)
        elif isinstance(sounding, NotesPlayer):
            sounding.rest(False, self._now_frame())

    def _take_in(self, message: DuetTurn) -> None:
        current = {
            player.of: player
            for player in self._players.values()
            if isinstance(player, DuetPlayer)
            and (playing := self._sounds.generations.current(player.of)) is not None
            and playing.generation == message.generation
        }
        for player in current.values():
            player.turn(message)

    def _player_of(self, name: str) -> object:
        """Return what plays a name; None if nothing does."""
        return next((thing.player for thing in self._sounds if str(thing) == name), None)

    def _tap(self, name: str) -> int | None:
        """Return the number of the tap of a name; None if it does not sound."""
        return self._signals.tap_of(name) if name in self._signals else None
