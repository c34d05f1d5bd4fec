"""The fingerprint of what a training is read from: it tells the same sound from other sound."""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError


def fingerprint(sounds: Iterable[NDArray[np.float32]]) -> str:
    """Return the fingerprint of sounds (n,) each, whatever their files are called and in which order."""
    return joined([digest(sound) for sound in sounds])


def digest(sound: NDArray[np.float32]) -> bytes:
    """Return the digest of one sound (n,)."""
    return hashlib.sha256(sound.tobytes()).digest()


def joined(digests: list[bytes]) -> str:
    """Return the fingerprint of sounds whose digests these are."""
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()


def check_same_sound(saved: str | None, now: str, name: str, other_sound: bool) -> None:
    """Raise LivecodeError if a training is resumed with other sound than before, unless it is meant.

    `saved`: the fingerprint in the checkpoint; None in one that is older than fingerprints.
    """
    if saved not in (None, now) and not other_sound:
        raise LivecodeError(
            f"{name!r} was trained on other audio than this so far: give the same audio, or add "
            "--other-audio to go on with this"
        )
