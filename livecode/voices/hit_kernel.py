"""The compiled loop that adds one hit to a hop: a sound at any speed, under an envelope, in stereo."""

import numpy as np

from livecode.neural.kernels import kernel

#: What a hit's state holds, (FIELDS,) float64.
(
    PLACE,  # in the sound, frames; the next sample
    STEP,  # frames of the sound for each frame that is heard; below 0: backwards
    LEFT, RIGHT,  # gains
    WAIT,  # frames of the hop until it begins
    LEVEL,  # of the envelope, from 0 to 1
    RISE,  # of the envelope, for each frame
    GATE,  # frames until it is released
    FALL,  # of the envelope when it is released, for each frame
    LAST,  # frames until its part of the sound is over
    CLOSE,  # fall of the envelope from then on
) = range(11)  # fmt: skip
FIELDS = 11


@kernel(error_model="numpy")
def add_hit(sound: np.ndarray, state: np.ndarray, out: np.ndarray) -> bool:
    """Add what is heard of a hit in this hop to `out`, (frames, 2); return whether it goes on.

    `sound` is (frames, 1 or 2), float32. Between samples the curve is a cubic Hermite spline.
    """
    length = sound.shape[0]
    right = sound.shape[1] - 1
    place, step, level = state[PLACE], state[STEP], state[LEVEL]
    gate, last, fall = state[GATE], state[LAST], state[FALL]
    whole = abs(step) == 1.0 and place == np.floor(place)
    first = int(state[WAIT])
    state[WAIT] = 0.0
    alive = True
    for frame in range(first, out.shape[0]):
        if last <= 0.0:
            fall = max(fall, state[CLOSE])
            level -= fall
        elif gate <= 0.0:
            level -= fall
        else:
            level = min(level + state[RISE], 1.0)
        gate -= 1.0
        last -= 1.0
        if level <= 0.0 or place > length - 1 or place < 0.0:
            alive = False
            break
        i = int(place)
        if whole:
            a, b = sound[i, 0], sound[i, right]
        else:
            x = place - i
            before, after, later = max(i - 1, 0), min(i + 1, length - 1), min(i + 2, length - 1)
            a = _between(sound[before, 0], sound[i, 0], sound[after, 0], sound[later, 0], x)
            b = a
            if right:
                b = _between(sound[before, 1], sound[i, 1], sound[after, 1], sound[later, 1], x)
        out[frame, 0] += np.float32(a * level * state[LEFT])
        out[frame, 1] += np.float32(b * level * state[RIGHT])
        place += step
    state[PLACE], state[LEVEL], state[GATE], state[LAST] = place, level, gate, last
    return alive


@kernel(inline="always")
def _between(a: float, b: float, c: float, d: float, x: float) -> float:
    """Return the cubic through b and c, with the slopes of their neighbours, at x from 0 to 1."""
    slope, other = 0.5 * (c - a), 0.5 * (d - b)
    third = b - c
    return ((2.0 * third + slope + other) * x - (3.0 * third + 2.0 * slope + other)) * x * x + (
        slope * x + b
    )


def warm() -> None:
    """Compile the loop. It is cached on disk, so this is slow only once."""
    state = np.zeros(FIELDS)
    state[STEP] = 1.0
    for channels in (1, 2):
        sound = np.zeros((4, channels), np.float32)
        add_hit(sound, state, np.zeros((4, 2), np.float32))


#: Where the compiled code is kept; "" where there is no place for it.
CACHE_PATH: str = add_hit.stats.cache_path or ""  # type: ignore[attr-defined]
