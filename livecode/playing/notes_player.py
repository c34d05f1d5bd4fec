"""Plays notes: each event of the pattern is a note of a synth, or a sound of a kit at its pitch."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from livecode.language.agents import Agent
from livecode.language.kits import KitTone
from livecode.language.moments import Moment
from livecode.language.notes import Notes
from livecode.language.patterns.events import PatternEvent
from livecode.language.patterns.played import Played
from livecode.language.spaces import Space, Spot
from livecode.language.synths import Synth
from livecode.playing.controlling import follow_keywords
from livecode.playing.onset_player import OnsetPlayer, Part
from livecode.playing.sound_player import PlayerSetup
from livecode.transport.messages import GraphSource, HitsSource, LatentNotesSource, Source
from livecode.transport.onsets import Onset, write_onsets
from livecode.transport.timing import MASTER_LAG

#: So many notes sound at once in a space.
MOST_PLACES = 3


def _space(voice: Any) -> Space:
    """Return the space that a voice is, or is in."""
    return voice if isinstance(voice, Space) else voice.space


class NotesPlayer(OnsetPlayer):
    """Plays a pattern of notes."""

    thing: Notes
    FOR_ENGINE = ("level", "pan", "dry")
    PER_EVENT = ("gain", "octave", "legato")

    def __init__(self, thing: Notes, setup: PlayerSetup, seed: int):
        super().__init__(thing, setup, seed)
        self._voice = thing.voice  # as `follow` saw it last
        self._at: np.ndarray | None = None  # (width,): the place in a space that was written last
        self._seen: tuple[int, int, int] | None = None  # the change of it that was read last

    @property
    def source(self) -> Source:
        """The synth, as the engine builds it; or sounds of kits."""
        voice = self.thing.voice
        if isinstance(voice, KitTone):
            return HitsSource()
        if not isinstance(voice, Synth):
            voices = min(self.thing.voices, MOST_PLACES)
            return LatentNotesSource(_space(voice).model, self.seed, voices)
        return GraphSource(
            voice.source, voice.name, voice.first_line, (), voice.defaults, self.thing.voices
        )

    def follow(self, frame: int, fade_s: float) -> None:
        follow_keywords(self.thing, self.setup, self.controls, {*self.FOR_ENGINE})
        self._voice = voice = self.thing.voice
        controls = self.setup.controls
        slot = controls.find(f"{self.thing.name}.position")
        if not isinstance(voice, (Synth, KitTone)) and (slot is None or isinstance(voice, Space)):
            self._at = None  # the voice looks for the control when it begins
            middle = np.full(_space(voice).latent, 0.5)
            controls.write(controls.open(f"{self.thing.name}.position"), 0, middle)
        super().follow(frame, fade_s)

    def details(self) -> Any:
        return self.thing.voice, self.thing.scale

    def make_ready(self) -> None:
        voice = self.thing.voice
        if isinstance(voice, KitTone):
            self.setup.get_sounds(voice.kit.number, (voice.sound,))

    def onsets(
        self, event: PatternEvent, frame: int, settings: dict[str, float], part: Part
    ) -> Iterator[Onset]:
        said = event.value if isinstance(event.value, Played) else Played(event.value)
        voice, scale = part.details
        note = self.thing.pitch(said, settings["octave"], scale)
        if note is None:
            return
        onset = Onset(note=note, gain=said.of("gain") * settings["gain"])
        if not isinstance(voice, KitTone):
            yield onset
            return
        yield onset._replace(
            kit=voice.kit.number,
            sound=voice.sound,
            pan=said.of("pan"),
            speed=said.of("speed"),
            attack=said.of("attack"),
            release=said.get("release", 0.05),
        )

    def play_note(self, at: int, note: float, gain: float, gate: float, moment: Moment) -> None:
        """Play a note that is not of the pattern, from sample time `at` on, for `gate` frames."""
        voice = self.thing.voice
        settings = self.settings_at(at, float(self.beat_clock.bar_of_frame(at)), moment)
        onset = Onset(note=note, gain=gain * settings["gain"], gate=gate)
        if isinstance(voice, KitTone):
            onset = onset._replace(kit=voice.kit.number, sound=voice.sound, release=0.05)
        write_onsets(self.setup.controls, self._slot, at - MASTER_LAG, [onset])

    def tick(self, frame: int, moment: Moment) -> None:
        self._follow_place(frame)
        super().tick(frame, moment)

    def _follow_place(self, frame: int) -> None:
        """Let the timbre be where the agent or the place is that the notes are played at."""
        voice = self._voice
        if not isinstance(voice, (Agent, Spot)) or voice.name is None:
            return
        controls = self.setup.controls
        slot = controls.find(f"{voice.name}.position")
        seen = None if slot is None else (slot, controls.opened(slot), controls.written(slot))
        if slot is None or (seen == self._seen and self._at is not None):
            return
        self._seen, place = seen, controls.last(slot)
        if place is not None:
            place = place[: _space(voice).latent]  # at which note the agent is, is its own
        if place is None:
            return
        at = self._at  # of another width where the agent has gone into another space
        if at is None or at.shape != place.shape or np.abs(place - at).max() > 1e-6:
            self._at = place
            own = controls.open(f"{self.thing.name}.position")
            controls.write(own, frame + self.setup.voice_lead, place)

    def held(self, frames: int, settings: dict[str, float]) -> float:
        return max(frames * settings["legato"], 1.0)
