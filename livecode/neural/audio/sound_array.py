"""Arrays that performers give as sound: checked, so that what cannot be sound is refused in a sentence."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.audio.sound_file import LONGEST_S, MOST_CHANNELS

#: The most numbers in an array: ten minutes of two channels at 48 kHz.
MOST_NUMBERS = 2 * LONGEST_S * 48_000


def array_of_sound(word: str, given: Any) -> NDArray[np.float32]:
    """Return what `word` was given as sound, (frames,) or (frames, channels), float32.

    Raises LivecodeError, which names the word, for anything that cannot be sound.
    """
    try:
        array = np.asarray(given)
    except (TypeError, ValueError):  # such as lists of unequal lengths
        array = np.asarray(None)
    if array.dtype.kind not in "fiu":
        raise LivecodeError(f"{word} takes a sound file or an array of numbers, not {_told(given)}")
    if array.ndim not in (1, 2) or not array.size:
        raise LivecodeError(
            f"{word} takes an array of shape (frames,) or (frames, channels), not {array.shape}"
        )
    if array.ndim == 2 and array.shape[1] > min(MOST_CHANNELS, array.shape[0]):
        frames, channels = array.shape
        turned = ": turn it over with .T" if frames <= MOST_CHANNELS else ""
        raise LivecodeError(
            f"{word} takes an array of shape (frames, channels), and {array.shape} would be "
            f"{channels} channels of {frames} frames{turned}"
        )
    if array.size > MOST_NUMBERS:
        minutes = LONGEST_S // 60
        raise LivecodeError(f"{word} takes at most {minutes} minutes of sound, not {array.shape}")
    with np.errstate(over="ignore"):
        sound = np.ascontiguousarray(array, np.float32)
    if not np.isfinite(sound).all():
        raise LivecodeError(f"{word} takes an array of finite numbers, and this one has others")
    return sound


def _told(given: Any) -> str:
    """Return a value as it stands in a sentence, in short."""
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}…"
