"""Notes in a latent space: each is a place at its pitch, under an envelope of its own."""

import numpy as np

from livecode.errors import LivecodeError
from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.neural.spaces.pitch_axis import coordinate, pitch_axis
from livecode.neural.spaces.space import LatentSpace
from livecode.transport.onsets import Onset
from livecode.transport.positions import Sounded, packed
from livecode.voices.latent import LatentVoice
from livecode.voices.latent_ambience import AmbienceVoice

#: From silence to full loudness, and back after the gate, in seconds.
ATTACK_S, RELEASE_S = 0.004, 0.09
#: How much of a note's sound is a stroke.
STRIKE = 0.3


class _Note:
    """One voice of the space, and the note that it plays."""

    def __init__(self, voice: LatentVoice | AmbienceVoice):
        self.voice = voice
        self.sounded = Sounded()
        self.pitch = 0.5  # the coordinate along the axis of pitch
        self.loud = 0.0
        self.gate = 0  # frames until the note is let go
        self.level = 0.0

    @property
    def silent(self) -> bool:
        return self.level <= 0.0 and self.gate <= 0


class LatentNotesVoice:
    """Plays notes in a space: the notes choose the pitch, the control `position` the timbre.

    In a space of ambiences the partials of a note are sung by the bands in which they lie.
    """

    controls = ("position",)

    def __init__(self, space: LatentSpace, sample_rate: int, hop: int, seed: int, voices: int):
        """Set up so many voices. Raises `LivecodeError` if the space has no axis of pitch."""
        ambient = isinstance(space, AmbienceSpace)
        axis = None if ambient else pitch_axis(space)
        if axis is None and not ambient:
            raise LivecodeError("the space has no axis of pitch, so notes cannot be played in it")
        self._space, self._axis, self._hop = space, axis, hop
        self._rise, self._fall = 1 / (ATTACK_S * sample_rate), 1 / (RELEASE_S * sample_rate)
        self._notes = [
            _Note(
                AmbienceVoice(space, sample_rate, hop, seed + index)
                if isinstance(space, AmbienceSpace)
                else LatentVoice(space, sample_rate, hop, seed + index)
            )
            for index in range(voices)
        ]

    def play(self, onsets: list[tuple[int, Onset]], position: np.ndarray | None) -> np.ndarray:
        """Return the next hop, (hop, 2) float32. Each onset begins so many frames into it."""
        place = np.full(self._space.latent, 0.5)
        if position is not None:
            known = position[
                : self._space.latent
            ]  # fewer, where an agent has gone into another space
            place[: len(known)] = np.clip(known, 0.0, 1.0)
        begun: dict[int, tuple[int, Onset]] = {}
        for wait, onset in onsets:
            index = self._free(begun)
            note = self._notes[index]
            freq_hz = 440.0 * 2.0 ** ((onset.note - 69.0) / 12.0)
            if self._axis is not None:
                note.pitch = coordinate(self._space, self._axis, place, freq_hz)
            note.sounded = Sounded(onset.note, STRIKE, note.sounded.stroke + 1)
            note.voice.came = wait
            begun[index] = wait, onset
        out = np.zeros((self._hop, 2), np.float32)
        for index, note in enumerate(self._notes):
            if note.silent and index not in begun:
                continue
            if self._axis is not None:
                place[self._axis] = note.pitch
            sound = note.voice.play(packed(place, note.sounded))
            envelope = self._envelope(note, begun.get(index))
            out += sound.reshape(self._hop, -1) * envelope[:, None]
        return out

    def _free(self, begun: dict[int, tuple[int, Onset]]) -> int:
        """Return the voice that is silent, or else the one that is nearest to its end."""
        waiting = [index for index in range(len(self._notes)) if index not in begun]
        among = waiting or [0]
        return min(among, key=lambda index: (self._notes[index].gate, self._notes[index].level))

    def _envelope(self, note: _Note, begins: tuple[int, Onset] | None) -> np.ndarray:
        """Return the loudness of each frame of the hop, (hop,), and move the note on."""
        gains = np.empty(self._hop, np.float32)
        at = 0
        if begins is not None:
            wait, onset = begins
            self._stretch(note, gains[:wait])
            note.loud, note.gate, note.level = onset.gain, max(int(onset.gate), 1), 0.0
            at = wait
        self._stretch(note, gains[at:])
        return gains

    def _stretch(self, note: _Note, gains: np.ndarray) -> None:
        """Write the loudness of some frames, in which nothing begins."""
        held = min(max(note.gate, 0), len(gains))
        up = note.level + self._rise * np.arange(1, held + 1)
        gains[:held] = np.minimum(up, 1.0) * note.loud
        if held:
            note.level = min(float(up[-1]), 1.0)
        down = note.level - self._fall * np.arange(1, len(gains) - held + 1)
        gains[held:] = np.maximum(down, 0.0) * note.loud
        if len(gains) > held:
            note.level = max(float(down[-1]), 0.0)
        note.gate -= len(gains)
