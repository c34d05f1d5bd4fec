"""What one voice plays is written down: pitches within 20 cents, begins within 20 ms."""

import numpy as np
import pytest
from numpy.typing import NDArray

from livecode.signals.transcribing import HeardNote, Transcriber

RATE = 48_000
MELODY = ((60, 0.3), (64, 0.2), (67.1, 0.25), (67.1, 0.15), (43, 0.4), (79, 0.2))


def played(notes: tuple[tuple[float, float], ...], plucked: bool) -> NDArray[np.float32]:
    pieces, phase = [], 0.0
    for midi, seconds in notes:
        count = round(seconds * RATE)
        hz = 440 * 2 ** ((midi - 69) / 12)
        t = np.arange(count) / RATE
        angle = phase + 2 * np.pi * hz * t
        phase = float(angle[-1] + 2 * np.pi * hz / RATE)
        envelope = np.minimum(t / 0.004, 1) * np.exp(-6 * t) if plucked else np.ones(count)
        pieces.append(0.2 * envelope * sum(np.sin(k * angle) / k for k in range(1, 6)))
    return np.concatenate([np.zeros(RATE // 10), *pieces]).astype(np.float32)


def heard(sound: NDArray[np.float32]) -> list[HeardNote]:
    listener = Transcriber(RATE)
    for at in range(0, len(sound), 256):
        listener.listen(sound[at : at + 256])
    return listener.notes()


@pytest.mark.parametrize("plucked", [True, False])
def test_notes_are_as_high_as_they_were_played_and_begin_when_they_did(plucked: bool) -> None:
    melody = MELODY if plucked else tuple(n for i, n in enumerate(MELODY) if i != 3)
    found = heard(played(melody, plucked))
    begins = 0.1 + np.cumsum([0.0, *(seconds for _, seconds in melody[:-1])])
    print(found, begins)
    assert len(found) == len(melody)
    for note, (midi, seconds), begin in zip(found, melody, begins, strict=True):
        assert note.note == pytest.approx(midi, abs=0.2)
        assert note.begin_s == pytest.approx(begin, abs=0.02)
        assert note.length_s == pytest.approx(seconds, abs=0.05)


def test_noise_and_silence_are_no_notes() -> None:
    rng = np.random.default_rng(0)
    assert heard(np.zeros(RATE, np.float32)) == []
    assert heard((0.1 * rng.standard_normal(RATE)).astype(np.float32)) == []
