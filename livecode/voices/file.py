"""A sound file as a voice, looped at any speed, forwards or backwards."""

import numpy as np
import soundfile
import soxr

from livecode.errors import LivecodeError

#: Longer files are cut. Ten minutes of one channel at 48 kHz are 115 MB.
LONGEST_S = 600
#: The loop's end is cross-faded into its beginning over this time, so that it does not click.
SEAM_S = 0.02


class FileVoice:
    """Plays a sound file in a loop."""

    controls = ("speed",)

    def __init__(self, path: str, sample_rate: int, hop: int):
        """Read the file, mixed to one channel. Raises `LivecodeError` if it cannot be played."""
        try:
            with soundfile.SoundFile(path) as file:
                audio = file.read(LONGEST_S * file.samplerate, dtype="float32", always_2d=True)
                rate = file.samplerate
        except (soundfile.SoundFileError, OSError) as error:
            raise LivecodeError(f"cannot read the sound file {path}: {error}") from None
        mono = np.nan_to_num(audio.mean(axis=1))
        self._audio = _seamless(soxr.resample(mono, rate, sample_rate), sample_rate)
        if not len(self._audio):
            raise LivecodeError(f"the sound file {path} is empty")
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
    """Return the audio with its end cross-faded into its beginning."""
    seam = min(int(SEAM_S * sample_rate), len(audio) // 4)
    if seam == 0:
        return audio
    rise = np.sin(np.linspace(0, np.pi / 2, seam)).astype(np.float32)
    body = audio[:-seam].copy()
    body[:seam] = body[:seam] * rise + audio[-seam:] * rise[::-1]
    return body
