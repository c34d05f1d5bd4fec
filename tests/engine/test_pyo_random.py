"""What is random in a @dsp depends on sample time, and not on what is built meanwhile."""

import numpy as np
import pytest

from livecode import Session

NOISES = "Noise(0.1)", "Randi(-0.1, 0.1, 3000)", "Sine(400, mul=Choice([0.01, 0.1], 100))"


def heard(sound: str, seed: int = 1, meanwhile: str = "") -> np.ndarray:
    with Session(seed=seed) as session:
        session.eval(f"@dsp\ndef x(): return {sound}")
        session.advance(0.5)
        if meanwhile:
            assert session.eval(meanwhile).ok
        return session.advance(0.5)[:, 0]


@pytest.mark.parametrize("sound", NOISES)
def test_noise_is_the_same_whatever_is_built_beside_it(sound: str):
    other = "@dsp\ndef y(): return Noise(0.1) * 0"
    assert np.abs(heard(sound)).max() > 0.01
    assert np.array_equal(heard(sound), heard(sound, meanwhile=other))


def test_another_seed_is_another_noise():
    assert not np.array_equal(heard("Noise(0.1)"), heard("Noise(0.1)", seed=2))


def test_blocks_of_noise_have_nothing_in_common():
    """The noise is white: every block is different, and no frequency is louder than another."""
    with Session(seed=1) as session:
        session.eval("@dsp\ndef x(): return Noise(0.1)")
        session.advance(0.5)
        noise = session.advance(20.0)[:, 0]
    blocks = noise[: len(noise) // 256 * 256].reshape(-1, 256)
    blocks = (blocks - blocks.mean()) / blocks.std()
    of_each_place = np.abs(blocks.mean(axis=0))  # a number that each block begins alike would show
    assert of_each_place.max() < 5 / np.sqrt(len(blocks))
    like_the_next = (blocks[1:] * blocks[:-1]).mean()
    assert abs(like_the_next) < 5 / np.sqrt(blocks.size)
    spectrum = np.square(np.abs(np.fft.rfft(noise[: 1 << 19].reshape(-1, 1024), axis=1))).mean(
        axis=0
    )
    assert 10 * np.log10(spectrum[8:-8].max() / spectrum[8:-8].min()) < 4.0
