"""Duets of notes: an instrument that writes down what is played, and answers with notes of its own."""

import math
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.agents.melody import MelodyMemory, PlayedNote
from livecode.language.duets import Duet
from livecode.language.moments import Moment
from livecode.language.notes import HIGHEST, LOWEST
from livecode.language.patterns.numbers import exact
from livecode.language.things import PlayerState
from livecode.language.units import Span
from livecode.neural.audio.phrases import PhraseChange, PhraseListener
from livecode.playing.duet_lines import next_line
from livecode.playing.notes_player import NotesPlayer
from livecode.playing.sound_player import PlayerSetup
from livecode.signals.tempo import Tempo
from livecode.signals.transcribing import Transcriber
from livecode.transport import TapBuffer
from livecode.transport.timing import MASTER_LAG

Floats = NDArray[np.float32]
#: Notes what was heard of a sound, by its name and what it is; in a replay returns what was noted.
Note = Callable[[str, str, Any], Any]

#: An ear that hears the answer stays shut for so long after it, in seconds.
SHUT_S = 0.3
#: Before a phrase has begun for certain, so much of it has been played.
BEFORE_S = 0.02
#: Notes are written so far ahead of the soonest moment at which they can be heard, in seconds.
NEAR_S = 0.01
#: An answer is as loud as its phrase, of which this level is the usual one, within so many dB.
USUAL_DB, SOFTEST_DB, LOUDEST_DB = -20.0, -15.0, 6.0
#: No note of an answer is softer than this share of the loudest.
FAINTEST = 0.2
ANSWERS, HEARS, LISTENS = "answers", "hears", "listens"
#: What comes before the notes in what is noted: phrases begun, phrases over, length, level.
_HEAD, _NOTE = 4, 4


class NotesDuetPlayer:
    """Plays one duet of an instrument of notes."""

    def __init__(
        self, thing: Duet, setup: PlayerSetup, tempo: Tempo, now: int, seed: int, note: Note
    ):
        """`note` is called at each tick with what has been heard."""
        self.thing, self._setup, self._tempo, self._note, self._seed = (
            thing,
            setup,
            tempo,
            note,
            seed,
        )
        self._since, self.does = now, LISTENS
        self._listener = PhraseListener(setup.sample_rate)
        self._transcriber: Transcriber | None = None
        self._tap, self._position = -1, 0
        self._heard: Floats = np.zeros(_HEAD, np.float32)  # of the newest phrase
        self._known = 0.0, 0.0  # phrases begun and over, as they were acted on
        self._memory, self._counts_beats = MelodyMemory(), False
        self._coming: deque[tuple[int, PlayedNote, float]] = deque()  # frame, note, gate in frames
        self._answer_ends = self._shut_until = self._line = 0
        self.follow(now)

    def follow(self, now: int) -> None:
        """Follow the settings of the thing."""
        thing = self.thing
        self._settings = {name: getattr(thing, name) for name in thing.attributes()}
        self.of, self.hears, self._deaf, self._channel = (
            thing.of,
            thing.hears,
            thing.deaf,
            thing.channel,
        )
        counts_beats = thing.grid is not None
        if counts_beats != self._counts_beats:  # what it remembers is counted in the other way
            self._memory, self._counts_beats = MelodyMemory(), counts_beats

    def state(self) -> PlayerState | None:
        """Return None: what it has learned stays."""

    def tick(self, tap: TapBuffer | None, number: int, player: NotesPlayer, moment: Moment) -> None:
        """Listen, answer what is over, and write the notes that are due.

        tap: what it listens to, and `number` which one that is; None while there is nothing, and in a
        replay.
        """
        frame, meanwhile = moment.frame, self._settings["meanwhile"]
        player.rest(meanwhile == 0, frame)
        if tap is not None:
            self._listen(tap, number, frame)
        heard = np.asarray(self._note(f"duet {self.thing}", "phrase", self._heard), np.float32)
        begun, over = float(heard[0]), float(heard[1])
        if begun != self._known[0] and self._coming and self._settings["gives_way"]:
            self._coming.clear()
            self._answer_ends = frame
        if over != self._known[1] and self._settings["listens"] and not self._answers(frame):
            self._answer(heard, frame)
        self._known = begun, over
        if not self._settings["listens"]:
            self._coming.clear()
        self._write(player, frame, moment)
        if self._answers(frame):
            self.does = ANSWERS
            self._shut_until = frame + round(SHUT_S * self._setup.sample_rate)
        else:
            self.does = HEARS if self._listener.in_phrase else LISTENS

    def _answers(self, frame: int) -> bool:
        return bool(self._coming) or frame < self._answer_ends

    def _listen(self, tap: TapBuffer, number: int, frame: int) -> None:
        """Hear what was played since the last tick; note in `_heard` what has begun and what is over."""
        if number != self._tap:
            self._tap, self._position = number, tap.written
        frames, self._position = tap.since(self._position)
        audio = frames.mean(axis=1) if self._channel is None else frames[:, self._channel - 1]
        listener, rate = self._listener, self._setup.sample_rate
        bpm, beats_per_bar = self._tempo.bpm, self._tempo.beats_per_bar
        listener.threshold_db = self._settings["threshold"]
        listener.silence_s = self._settings["silence"].at(bpm, beats_per_bar)
        if not self._settings["listens"] or (self._deaf and frame < self._shut_until):
            audio = np.zeros_like(audio)
            listener.forget()
            self._transcriber = None
        line, turn_s = next_line(self._tempo, self._settings["bars"], self._since, frame)
        if self._transcriber is not None:
            self._transcriber.listen(audio)
        for event in listener.listen(audio):
            if event.what is PhraseChange.BEGAN and self._transcriber is None:
                self._transcriber = Transcriber(rate)
                before = listener.between(event.begin - round(BEFORE_S * rate), listener.frames)
                self._transcriber.listen(before)
            if event.what is PhraseChange.BEGAN:
                self._heard = self._heard.copy()
                self._heard[0] += 1
            elif event.what is PhraseChange.ENDED and not line:
                self._over((event.end - event.begin) / rate)
        if line and line != self._line and frame + self._lead >= line:
            self._line = round(line)
            self._over(turn_s)

    @property
    def _lead(self) -> int:
        """How many frames ahead of a tick what begins is written, so that it is never late."""
        return self._setup.voice_lead + MASTER_LAG + 2 * self._setup.tick_frames

    def _over(self, length_s: float) -> None:
        """Write down what was played."""
        notes = [] if self._transcriber is None else self._transcriber.notes()
        self._transcriber = None
        if not notes:
            return
        loudest = max(each.level_db for each in notes)
        first = notes[0].begin_s
        rows = [
            (each.begin_s - first, each.length_s, each.note, each.level_db - loudest)
            for each in notes
        ]
        head = self._heard[0], self._heard[1] + 1, length_s, loudest
        self._heard = np.array([*head, *(x for row in rows for x in row)], np.float32)

    def _answer(self, heard: Floats, frame: int) -> None:
        """Learn from a phrase, and let the answer to it begin."""
        settings, tempo, rate = self._settings, self._tempo, self._setup.sample_rate
        length_s, loudest_db = float(heard[2]), float(heard[3])
        phrase = [
            PlayedNote(begin, length, note, max(10 ** (softer / 20), FAINTEST))
            for begin, length, note, softer in heard[_HEAD:]
            .reshape(-1, _NOTE)
            .astype(float)
            .tolist()
        ]
        grid = None if settings["grid"] is None else settings["grid"].in_beats(tempo.beats_per_bar)
        beats_a_second = tempo.bpm / 60
        if grid is not None:
            phrase = [_on_grid(each, beats_a_second, grid) for each in phrase]
        answer, line = settings["answer"], 0.0
        if settings["bars"] is not None:
            line, length_s = next_line(tempo, settings["bars"], self._since, frame)
        elif isinstance(answer, Span):
            length_s = answer.at(tempo.bpm, tempo.beats_per_bar)
        else:
            length_s *= answer
        self._memory.hear(phrase)
        lean = settings["lean"]
        length = (
            length_s if grid is None else max(round(length_s * beats_a_second / grid), 1) * grid
        )
        notes = self._memory.answer(
            length, self._seed + round(float(heard[1])), contrary=not callable(lean) and lean < 0
        )
        over_db = min(max(loudest_db - USUAL_DB, SOFTEST_DB), LOUDEST_DB)
        loud = 10 ** (settings["dynamics"] * over_db / 20)
        begin = max(frame + self._lead, round(line))
        first = math.ceil(tempo.beat_at(begin) / grid) * grid if grid is not None else 0.0
        for each in notes:
            if grid is None:
                at, until = (
                    begin + round(t * rate) for t in (each.begin, each.begin + each.length)
                )
            else:
                at = tempo.frame_of_beat(exact(first + each.begin))
                until = tempo.frame_of_beat(exact(first + each.begin + each.length))
            if LOWEST <= each.note <= HIGHEST:
                played = each._replace(gain=each.gain * loud)
                self._coming.append((at, played, float(max(until - at, 1))))
                self._answer_ends = until

    def _write(self, player: NotesPlayer, frame: int, moment: Moment) -> None:
        """Write the notes that begin before the next ticks could."""
        until = frame + self._lead + round(NEAR_S * self._setup.sample_rate)
        while self._coming and self._coming[0][0] <= until:
            at, note, gate = self._coming.popleft()
            player.play_note(at, note.note, note.gain, gate, moment)


def _on_grid(note: PlayedNote, beats_a_second: float, grid: float) -> PlayedNote:
    """Return a note in beats, which begins on a line of the grid and ends on one, but for a tenth."""
    begin = round(note.begin * beats_a_second / grid) * grid
    length = max(round(note.length * beats_a_second / grid), 1) * grid
    return note._replace(begin=begin, length=0.9 * length)
