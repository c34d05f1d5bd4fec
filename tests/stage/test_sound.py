"""The sound that browsers get: pieces that follow each other, each listener at its own pace."""

import numpy as np

from livecode.stage.sound import FIRST_S, MOST_FRAMES, MOST_S, PIECE, SoundStream, pieces_of
from livecode.transport import TapBuffer

RATE, FRAMES = 48000, 65536
_RNG = np.random.default_rng(7)


def noise(frames: int) -> np.ndarray:
    return _RNG.uniform(-1, 1, (frames, 2)).astype(np.float32)


def read(pieces: list[tuple[bytes, bool]]) -> tuple[list[int], np.ndarray]:
    """The positions at which pieces begin, and the sound of all of them."""
    heads = [PIECE.unpack(piece[: PIECE.size]) for piece, _ in pieces]
    sound = [np.frombuffer(piece[PIECE.size :], "<i2").reshape(-1, 2) for piece, _ in pieces]
    assert [head[2] for head in heads] == [len(each) for each in sound]
    return [int(head[3]) for head in heads], np.concatenate(sound)


def stream() -> tuple[TapBuffer, SoundStream]:
    tap = TapBuffer(memoryview(bytearray(TapBuffer.size(FRAMES))), FRAMES)
    return tap, SoundStream(tap, lambda: RATE, lambda: tap.written + 1000.0)


def test_samples_are_within_half_a_step_and_broken_ones_are_silent() -> None:
    sound = noise(100)
    sound[3] = np.nan, np.inf
    ((piece, _),) = [(each, True) for each in pieces_of(sound, 7, 1007.0, RATE)]
    kind, channels, count, position, frame, rate = PIECE.unpack(piece[: PIECE.size])
    assert (kind, channels, count, position, frame, rate) == (2, 2, 100, 7.0, 1007.0, RATE)
    found = np.frombuffer(piece[PIECE.size :], "<i2").reshape(-1, 2) / 32767
    assert np.abs(np.delete(found - sound, 3, axis=0)).max() <= 0.51 / 32767
    assert found[3].tolist() == [0.0, 1.0]


def test_a_listener_gets_each_frame_once_and_in_order_however_often_it_is_asked() -> None:
    tap, sounds = stream()
    tap.write(noise(10_000))
    seen: dict[str, int] = {}
    (begin, *_), first = read(sounds.compose(seen))
    assert begin == 10_000 - FIRST_S * RATE
    assert len(first) == FIRST_S * RATE
    assert sounds.compose(seen) == []
    more = noise(2 * MOST_FRAMES + 5)
    for part in np.array_split(more, 7):
        tap.write(part)
    positions, sound = read(sounds.compose(seen))
    assert positions == [10_000, 10_000 + MOST_FRAMES, 10_000 + 2 * MOST_FRAMES]
    assert np.abs(sound / 32767 - more).max() <= 0.51 / 32767


def test_one_that_is_far_behind_misses_what_was_and_others_miss_nothing() -> None:
    tap, sounds = stream()
    tap.write(noise(1000))
    slow: dict[str, int] = {}
    quick: dict[str, int] = {}
    sounds.compose(slow), sounds.compose(quick)
    heard = 0
    for _ in range(8):
        tap.write(noise(4000))
        heard += len(read(sounds.compose(quick))[1])
    assert heard == 32_000 > MOST_S * RATE
    (begin, *_), sound = read(sounds.compose(slow))
    assert (begin, len(sound)) == (33_000 - FIRST_S * RATE, FIRST_S * RATE)
