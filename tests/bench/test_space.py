"""`bench space`: it compares a space with a baseline that computes the same."""

import time

import numpy as np
import pytest

from livecode.bench import space as bench
from livecode.neural.load import load_model
from livecode.neural.model_file import find_model, read_model
from livecode.voices.cost import seconds_each

torch = pytest.importorskip("torch")


def test_the_plain_decoder_gives_the_same_spectra() -> None:
    meta, tensors = read_model(find_model("additive"))
    plain = bench.plain_decoder(meta.config, meta.sample_rate, tensors)
    space = load_model("additive")
    for point in space.place(np.random.default_rng(1).random((5, space.latent))):
        assert plain(point) == pytest.approx(space.decode(point), abs=1e-3)


def test_the_plain_bank_plays_a_bin_as_a_sine_of_its_frequency() -> None:
    play = bench.plain_bank(1024, 44100 / 2048, 48000)
    magnitudes = np.zeros(1024, np.float32)
    magnitudes[99] = 0.5
    audio = np.concatenate([play(magnitudes) for _ in range(100)])[256:]
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    loudest_hz = np.argmax(spectrum) * 48000 / len(audio)
    assert loudest_hz == pytest.approx(100 * 44100 / 2048, abs=2)
    assert np.abs(audio).max() == pytest.approx(0.5, abs=0.01)


def test_a_cost_is_measured_in_processor_time() -> None:
    def work(i: int) -> None:
        end = time.process_time() + 0.002
        while time.process_time() < end:
            pass

    assert seconds_each(work, 0.1) == pytest.approx(0.002, rel=0.3)


@pytest.mark.slow
def test_every_space_gets_a_row_for_decoding_and_one_for_a_voice() -> None:
    meta, tensors = read_model(find_model("additive"))
    rows = bench.cost_rows("additive", meta, tensors, seconds=0.05)
    assert [row.unit for row in rows] == ["µs", "% of a core", "counts/s"]
    assert all(row.value and row.baseline for row in rows)
    assert rows[1].target == 5.0


@pytest.mark.slow
def test_a_space_with_a_texture_gets_a_row_for_that() -> None:
    meta, tensors = read_model(find_model("orchestra"))
    rows = bench.cost_rows("orchestra", meta, tensors, seconds=0.05)
    assert rows[2].what == "one voice with its texture at 48000 Hz"
    assert rows[2].value
