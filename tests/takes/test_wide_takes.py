"""Takes of a full-band model: what its stream plays, alone or beside others, from its moments or a prime."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import LivecodeError
from livecode.neural.model_file import read_model, write_model
from livecode.takes.generate import GenerateOptions, generate
from livecode.takes.index import read_index, take_files, take_seed
from livecode.voices.loaded import Loaded
from livecode.voices.moments import moment_tensors
from livecode.voices.samplernn.fullband.sampler import FullbandSampler
from tests.fullband_model import CONFIG, RATE_HZ, write_fullband

SECONDS = 0.5


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a model with two moments."""
    path = write_fullband(
        tmp_path_factory.mktemp("models"), structure=1.2, longest_hold=3, bend=0.7
    )
    loaded, states = Loaded(path), []
    for seed in range(2):
        sampler = loaded.sampler.another(seed)
        assert isinstance(sampler, FullbandSampler)
        sampler.step_block(np.ones((1, 20 * CONFIG.outline_steps)))
        states.append(sampler.state(0))
    meta, tensors = read_model(path)
    write_model(path, dict(tensors) | moment_tensors(loaded.sampler, states), meta)
    return path


def made(
    model: Path, out: Path, cores: int = 1, takes: int = 5, **more: object
) -> dict[int, np.ndarray]:
    options = GenerateOptions(str(model), out, SECONDS, takes, "ramp(0.7, 1.2, over=0.5*s)", 7)
    changed = GenerateOptions(**(vars(options) | more))
    assert generate(changed, cores=cores)
    return {n: soundfile.read(path, dtype="float64")[0] for n, path in take_files(out).items()}


def test_a_take_depends_on_its_seed_and_not_on_the_takes_beside_it(
    model: Path, tmp_path: Path
) -> None:
    together = made(model, tmp_path / "a")
    apart = made(model, tmp_path / "b", cores=2)
    alone = made(model, tmp_path / "c", takes=1)
    assert len({take.tobytes() for take in together.values()}) == 5
    for number, take in together.items():
        np.testing.assert_array_equal(take, apart[number])
        assert len(take) == SECONDS * RATE_HZ
        assert take.std() > 0
    np.testing.assert_array_equal(together[1], alone[1])
    found = soundfile.info(take_files(tmp_path / "a")[1])
    assert (found.samplerate, found.subtype) == (RATE_HZ, "PCM_24")


def test_a_take_begins_in_the_moment_that_its_seed_says(model: Path, tmp_path: Path) -> None:
    takes, loaded = made(model, tmp_path), Loaded(model)
    index = read_index(tmp_path)
    assert index is not None
    for number, take in takes.items():
        seed = take_seed(7, number)
        drawing = loaded.drawing(seed)
        assert drawing.begin(seed)
        hand = drawing.sampler.hand
        hand.structure[:] = 1.2 * 0.7**0.7  # bent
        steps = np.arange(CONFIG.outline_steps)
        knots = steps * CONFIG.subbands * 1000 // RATE_HZ
        drawn = drawing.sampler.step_block((0.7 + 0.5 * (knots / 500)[None]) ** 0.7, figures=True)
        heard = drawn.audio[0, : 16 * CONFIG.subbands]  # before temperatures differ by rounding
        np.testing.assert_allclose(take[: len(heard)], np.clip(heard, -1, 1), atol=2e-7)
        record = index.records[number - 1]
        assert -np.log(CONFIG.levels) * 3 < record.log_likelihood < 0


def test_takes_go_on_from_a_prime(model: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    soundfile.write(tmp_path / "prime.wav", 0.1 * rng.standard_normal(RATE_HZ), RATE_HZ)
    plain = made(model, tmp_path / "a", takes=1)
    primed = made(model, tmp_path / "b", takes=1, prime=tmp_path / "prime.wav")
    again = made(model, tmp_path / "c", takes=1, prime=tmp_path / "prime.wav")
    np.testing.assert_array_equal(primed[1], again[1])
    assert np.abs(plain[1] - primed[1]).max() > 1e-3


def test_a_prime_that_is_shorter_than_a_frame_is_refused(model: Path, tmp_path: Path) -> None:
    from livecode.takes.wide_takes import WideTakes

    with pytest.raises(LivecodeError, match=r"0\.016 s long or longer"):
        WideTakes(model).primed("auto", np.zeros(CONFIG.outline_hop - 1, np.float32))


def test_a_model_without_moments_begins_at_its_own_beginning(tmp_path: Path) -> None:
    takes = made(write_fullband(tmp_path / "models"), tmp_path / "takes", takes=2)
    assert all(take.std() > 0 for take in takes.values())
    assert not np.array_equal(takes[1], takes[2])
