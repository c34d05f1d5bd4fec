"""The servo: what a stream draws surprises as much as is asked for, whatever its temperature would be."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livecode.neural.load import load_model
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.samplernn import Sampler
from livecode.voices.servo import COOLEST, HOTTEST, Servo
from livecode.voices.temperatures import COLD_FROM, kept_warm
from livecode.voices.tilt.candidates import candidates_of
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn


def a_stream(folder: Path, make: str, bits: float) -> Path:
    """A model of that make whose source is said to have so many bits a draw."""
    path = write_samplernn(folder) if make == "levels" else write_fullband(folder)
    meta = read_model(path)[0]
    known = {"held_out_bits": bits, "held_out_bits_a_cell": [bits], "lufs": -20.0}
    write_model(path, stored_tensors(path), replace(meta, facts=meta.facts | known))
    return path


def test_it_finds_the_temperature_at_which_draws_surprise_as_much_as_is_asked_for() -> None:
    for energy in (0.6, 1.0, 1.3):
        servo = Servo(8000, 2.0)
        for _ in range(400):  # draws whose surprise goes with the temperature
            count = servo.left
            servo.take(2.0 * servo.temperature(1.0) * count, count, energy)
        assert servo.temperature(1.0) == pytest.approx(energy, rel=0.02)


def test_it_stays_within_its_bounds_and_begins_anew_at_the_performer_s_temperature() -> None:
    for nats, bound in ((0.0, HOTTEST), (50.0, COOLEST)):
        servo = Servo(8000, 2.0)
        for _ in range(800):
            servo.temperature(1.0)
            servo.take(nats * servo.left, servo.left, 1.0)
        assert servo.temperature(1.0) == pytest.approx(bound)
        servo.rest()
        assert servo.temperature(0.9) == pytest.approx(0.9)


@pytest.mark.parametrize("make", ["levels", "full-band"])
def test_what_is_drawn_does_not_depend_on_the_blocks_and_goes_on_where_it_was(
    make: str, tmp_path: Path
) -> None:
    loaded = Loaded(a_stream(tmp_path, make, 3.0))
    held = Held(energy=0.8)
    whole, cut = (loaded.drawing(1) for _ in range(2))
    curve = np.ones(6000, np.float32)
    through = whole.next(curve, held, False)
    parts = [cut.next(curve[:n], held, False) for n in (700, 1300, 2000)]
    kept = cut.state()
    ends = [cut.next(curve[:2000], held, False)]
    other = loaded.drawing(2)
    other.load_state(kept)
    ends.append(other.next(curve[:2000], held, False))
    for end in ends:
        np.testing.assert_array_equal(np.concatenate([*parts, end]), through)
    assert whole.servo.state().log_temperature != 0.0, "the test is blunt"


def test_the_plain_reference_finds_the_same_temperatures(tmp_path: Path) -> None:
    """The kernel's surprise, and so the servo's way, is that of plain numpy on the codes that were drawn."""
    path = a_stream(tmp_path, "levels", 3.0)
    loaded, plain = Loaded(path), load_model(path)
    drawing = loaded.drawing(1)
    # exact weights: the smaller ones say nearly the same, and that is tested elsewhere
    drawing.sampler = Sampler(plain.config, plain.tensors, 1, "float32", seeds=[1])
    audio = drawing.next(np.ones(8000, np.float32), Held(energy=0.7), False)
    codes = plain.quantise(audio)
    silence = np.full(plain.lookback, plain.config.silence, codes.dtype)
    rows = plain.log_probs(np.concatenate([silence, codes]))
    nats = -rows[np.arange(len(codes)), codes]
    servo, at = Servo(plain.sample_rate, 3.0 * np.log(2)), 0
    while at < len(codes):
        count = min(servo.left, len(codes) - at)
        servo.temperature(1.0)
        servo.take(float(nats[at : at + count].sum()), count, 0.7)
        at += count
    ours, theirs = drawing.servo.state(), servo.state()
    assert ours.log_temperature == pytest.approx(theirs.log_temperature, abs=1e-4)
    assert ours.mean == pytest.approx(theirs.mean, abs=1e-4)
    assert abs(ours.log_temperature) > 0.01, "the test is blunt"


@pytest.mark.parametrize("make", ["levels", "full-band"])
def test_candidates_of_a_tilted_stream_hold_their_surprise_each_and_the_first_is_the_stream(
    make: str, tmp_path: Path
) -> None:
    loaded = Loaded(a_stream(tmp_path, make, 3.0))
    held, curve = Held(energy=0.8), np.ones(2000, np.float32)
    drawing, alone = loaded.drawing(1), loaded.drawing(1)
    several = candidates_of(drawing, [1, 2, 3])
    drawn = several.draw(curve, held, False)
    np.testing.assert_allclose(drawn.audio[0], alone.next(curve, held, False), atol=1e-6)
    servos = [several.state(n).servo for n in range(3)]
    assert servos[0] == pytest.approx(alone.servo.state())
    assert len(set(servos)) == 3
    several.copy([1, 1, 1])
    assert several.state(0).servo == servos[1]


def test_without_knowing_the_source_the_temperature_rules(tmp_path: Path) -> None:
    loaded = Loaded(a_stream(tmp_path, "levels", float("nan")))
    assert not loaded.drawing(1).servo.can_hold
    curve = np.full(1000, 0.7, np.float32)
    held, free = (loaded.drawing(1).next(curve, Held(energy=e), False) for e in (1.0, 0.0))
    np.testing.assert_array_equal(held, free)


def test_guarded_streams_are_kept_warm_where_it_is_cold_and_nowhere_else() -> None:
    asked = np.linspace(0.3, 1.6, 27, dtype=np.float32)
    np.testing.assert_array_equal(kept_warm(asked, False), asked)
    warm = kept_warm(asked, True)
    assert (np.diff(warm) > 0).all(), "colder is still colder"
    np.testing.assert_array_equal(warm[asked >= COLD_FROM], asked[asked >= COLD_FROM])
    assert warm[0] > 0.6
