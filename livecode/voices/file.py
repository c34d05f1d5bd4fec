"""A sound file as a voice, looped at any speed, forwards or backwards."""

import numpy as np

from livecode.errors import LivecodeError
from livecode.files import shown
from livecode.neural.audio.sound_file import read_mono

#: The loop's end is cross-faded into its beginning over this time, so that it does not click.
SEAM_S = 0.02


class FileVoice:
    """Plays a sound file in a loop."""

    controls = ("speed",)

    def __init__(self, path: str, sample_rate: int, hop: int):
        """Read the file, mixed to one channel. Raises `LivecodeError` if it cannot be played."""
        sound = read_mono(path, sample_rate)
        #: What the performer should know of the file, as sentences.
        self.notes = sound.notes
        self._audio = _seamless(sound.audio, sample_rate)
        if not len(self._audio):
            raise LivecodeError(f"the sound file {shown(path)} is empty")
        self._hop = hop
        self._position = 0.0
        self._speed: float | None = None

    def play(self, value: np.ndarray | None) -> np.ndarray:
        """Return the next hop, (hop,) float32, at the speed value[0]; None is speed 1."""
        speed = 1.0 if value is None else float(value[0])
        before = speed if self._speed is None else self._speed
        self._speed = speed
        steps = np.linspace(before, speed, self._hop)
        places = (self._position + np.cumsum(steps) - steps[0]) % len(self._audio)
        self._position = float((self._position + steps.sum()) % len(self._audio))
        whole = places.astype(np.int64) % len(self._audio)
        share = (places - whole).astype(np.float32)
        following = (whole + 1) % len(self._audio)
        result: np.ndarray = self._audio[whole] * (1 - share) + self._audio[following] * share
        return result


def _seamless(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Return the audio with its end cross-faded into its beginning, which is written over."""
    seam = min(int(SEAM_S * sample_rate), len(audio) // 4)
    if seam == 0:
        return audio
    rise = np.sin(np.linspace(0, np.pi / 2, seam)).astype(np.float32)
    body = audio[:-seam]
    body[:seam] = body[:seam] * rise + audio[-seam:] * rise[::-1]
    return body
