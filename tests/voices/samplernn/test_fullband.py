"""The full-band kernel: as its plain reference says, whatever the blocks; held when it runs away."""

from dataclasses import replace

import numpy as np
import pytest

from livecode.neural.model_file import find_model
from livecode.neural.samplernn.fullband.adapter import Adapter
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.fullband.subbands import joined
from livecode.neural.samplernn.fullband.walk import Walk
from livecode.voices.loaded import Loaded
from livecode.voices.samplernn.fullband.sampler import FullbandSampler
from tests.fullband_model import CONFIG, RATE_HZ, fullband_tensors

FRAMES = 3
pytestmark = pytest.mark.timeout(600)  # the first of them may have to compile the kernel


@pytest.fixture(scope="module")
def sampler() -> FullbandSampler:
    return FullbandSampler(CONFIG, fullband_tensors(), RATE_HZ, weights="float32")


def an_adapter() -> Adapter:
    random = np.random.default_rng(9)
    return Adapter(
        *(random.standard_normal(each.shape).astype(np.float32) for each in Adapter.none(CONFIG, 2))
    )


def learned_by(sampler: FullbandSampler, share: float, seed: int = 5) -> FullbandSampler:
    """A stream that plays with so much of an adapter."""
    stream = sampler.another(seed)
    stream.adapter = an_adapter()
    stream.hand.learned[:] = share
    return stream


@pytest.mark.slow
@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("more", [{}, {"damped": 1.0, "sharpened": 3}, {"told": 1.0}])
def test_it_says_what_its_plain_reference_says(more: dict[str, float], learned: bool) -> None:
    config = replace(CONFIG, **more)
    sampler = FullbandSampler(config, fullband_tensors(), RATE_HZ, weights="float32")
    sampler = learned_by(sampler, 1.0) if learned else sampler
    model = FullbandSampleRNN("wide", RATE_HZ, config, fullband_tensors())
    noise = 0.05 * np.random.default_rng(2).standard_normal(FRAMES * CONFIG.outline_hop)
    codes = model.quantise(noise.astype(np.float32))
    tokens, cells = model.apart(codes)
    of_tokens, of_cells = sampler.log_probs(tokens, cells)
    plain = model.log_probs(codes, an_adapter() if learned else None)
    first = plain[: CONFIG.stages]
    rows = plain[CONFIG.stages :].reshape(FRAMES, -1, plain.shape[1])
    assert of_tokens[0] == pytest.approx(first[:, : CONFIG.entries], abs=1e-3)
    assert of_tokens[1:] == pytest.approx(rows[:, : CONFIG.stages, : CONFIG.entries], abs=1e-3)
    found = of_cells.reshape(FRAMES, -1, CONFIG.levels)
    assert found == pytest.approx(rows[:, CONFIG.stages :, : CONFIG.levels], abs=2e-3)


def test_a_drawn_residual_follows_the_outline_as_its_plain_reference_does() -> None:
    config = replace(CONFIG, follows=0.3, followed=(0.5, 1.0, 2.0, 1.0))
    sampler = FullbandSampler(config, fullband_tensors(), RATE_HZ, weights="float32")
    sampler.reset(0, 7)
    drawn = sampler.step_block(np.ones((1, FRAMES * config.outline_steps)))
    tokens = np.concatenate([sampler.another(7).state(0).tokens[None], drawn.tokens[0]])
    sampler.reset(0, 7)
    sampler.step_block(np.ones((1, 1)))
    tokens[0] = sampler.state(0).tokens
    choices = [tokens[0]]
    for frame, cells in enumerate(drawn.cells[0].reshape(FRAMES, -1)):
        choices += [tokens[frame + 1], cells]
    left = iter(np.concatenate(choices).tolist())
    walk = Walk(config, fullband_tensors(), RATE_HZ, lambda log_probs, token: next(left), free=True)
    x = np.concatenate([walk.frame()[2] for _ in range(FRAMES)])
    sound = joined(x, config.subbands)
    assert drawn.audio[0] == pytest.approx(sound, abs=2e-4 * float(np.abs(sound).max()))


def test_what_is_known_does_not_follow_the_outline() -> None:
    cells = np.random.default_rng(3).integers(0, CONFIG.levels, (CONFIG.outline_steps, 4))
    tokens = np.zeros((2, CONFIG.stages), np.int32)
    plain, following = (
        FullbandSampler(
            replace(CONFIG, follows=firmly), fullband_tensors(), RATE_HZ, weights="float32"
        )
        for firmly in (0.0, 0.5)
    )
    heard = [each.prime(tokens, cells.astype(np.int32)).audio for each in (plain, following)]
    assert (heard[0] == heard[1]).all()
    ones = np.ones((1, 2 * CONFIG.outline_steps))
    assert (
        plain.another(1).step_block(ones).audio != following.another(1).step_block(ones).audio
    ).any()


def test_an_adapter_says_what_its_plain_reference_says_of_tokens(sampler: FullbandSampler) -> None:
    stream, adapter = learned_by(sampler, 0.5), an_adapter()
    cells = np.zeros((CONFIG.outline_steps, CONFIG.subbands), np.int32)
    tokens = np.array([[3, 1], [2, 5]], np.int32)
    with_it, without = (each.log_probs(tokens, cells)[0] for each in (stream, sampler.another(5)))
    # of the first stage the tokens of the first frame are drawn from the learned first state
    gain = 0.5 * adapter.gain(0, fullband_tensors()["outline.h0"][-1])
    differs = with_it[0, 0] - without[0, 0]
    assert differs - differs.mean() == pytest.approx(gain - gain.mean(), abs=1e-4)


def test_of_no_share_an_adapter_changes_nothing_and_of_another_it_does(
    sampler: FullbandSampler,
) -> None:
    ones = np.ones((1, 3 * CONFIG.outline_steps))
    plain = sampler.another(5).step_block(ones)
    assert (learned_by(sampler, 0.0).step_block(ones).audio == plain.audio).all()
    assert (learned_by(sampler, 1.0).step_block(ones).tokens != plain.tokens).any()


@pytest.mark.parametrize("more", [{}, {"damped": 1.0, "sharpened": 3}, {"told": 1.0}])
def test_its_sound_is_that_of_the_cells_it_drew(more: dict[str, float]) -> None:
    config = replace(CONFIG, **more)
    sampler = FullbandSampler(config, fullband_tensors(), RATE_HZ, weights="float32")
    model = FullbandSampleRNN("wide", RATE_HZ, config, fullband_tensors())
    sampler.reset(0, 7)
    drawn = sampler.step_block(np.ones((1, FRAMES * CONFIG.outline_steps)))
    tokens = np.concatenate([np.zeros((1, CONFIG.stages), np.int32), drawn.tokens[0]])
    sampler.reset(0, 7)
    first = sampler.another(7)
    first.step_block(np.ones((1, 1)))
    tokens[0] = first.state(0).tokens
    told, level = model._told(tokens)
    from livecode.neural.samplernn.fullband import residual

    x = np.empty(drawn.cells[0].shape, np.float32)
    residual.decoded(
        residual.predictor(config, RATE_HZ), residual.track(config), CONFIG.levels, CONFIG.spans,
        drawn.cells[0], told, level, CONFIG.outline_steps, x,
    )  # fmt: skip
    assert drawn.audio[0] == pytest.approx(joined(x, CONFIG.subbands), abs=1e-4)


def test_what_is_drawn_does_not_depend_on_the_blocks(sampler: FullbandSampler) -> None:
    whole, parts = sampler.another(5), sampler.another(5)
    temperatures = np.linspace(0.6, 1.3, 400, dtype=np.float32)[None]
    at_once = whole.step_block(temperatures)
    pieces = [parts.step_block(temperatures[:, a:b]) for a, b in ((0, 1), (1, 130), (130, 400))]
    assert (np.concatenate([p.audio for p in pieces], 1) == at_once.audio).all()
    assert (np.concatenate([p.tokens for p in pieces], 1) == at_once.tokens).all()


def test_a_stream_that_is_put_aside_goes_on_elsewhere(sampler: FullbandSampler) -> None:
    one, other = sampler.another(1), sampler.another(2)
    one.step_block(np.ones((1, 100)))
    other.set_state(0, one.state(0))
    ones = np.ones((1, 150))
    assert (one.step_block(ones).audio == other.step_block(ones).audio).all()


def test_many_streams_draw_what_each_draws_alone() -> None:
    tensors = fullband_tensors()
    together = FullbandSampler(CONFIG, tensors, RATE_HZ, 2, "float32", seeds=[3, 4])
    drawn = together.step_block(np.ones((2, 90)))
    for row, seed in enumerate((3, 4)):
        alone = together.another(seed).step_block(np.ones((1, 90)))
        assert (alone.audio[0] == drawn.audio[row]).all()


def test_a_model_that_would_roar_stays_near_its_outline() -> None:
    tensors = fullband_tensors()
    tensors["sample.output.bias"].reshape(CONFIG.subbands, -1)[:, -3:] = 30.0  # the loudest cells
    sampler = FullbandSampler(CONFIG, tensors, RATE_HZ, weights="float32")
    drawn = sampler.step_block(np.ones((1, 10 * CONFIG.outline_steps)))
    told = sampler._state.level[0].max()
    assert np.abs(drawn.audio[0]).max() < 40 * told


def test_the_hand_makes_it_louder_and_cold_draws_are_likely_ones(sampler: FullbandSampler) -> None:
    loud = []
    for louder_db in (0.0, 12.0):
        voice = sampler.another(3)
        voice.hand.loudness[:] = louder_db
        voice.step_block(np.ones((1, 256)))
        loud.append(float(voice._state.level[0].max()))
    assert 20 * np.log10(loud[1] / loud[0]) == pytest.approx(12.0, abs=0.5)
    surprises = []
    for temperature in (0.5, 1.0, 1.5):
        voice = sampler.another(3)
        drawn = voice.step_block(np.full((1, 256), temperature), figures=True)
        assert drawn.surprise is not None
        surprises.append(float(drawn.surprise.mean()))
    assert surprises == sorted(surprises)


@pytest.mark.parametrize("semitones", [5, -7])
def test_a_transposed_piano_is_the_same_piano_in_another_key(semitones: int) -> None:
    loaded = Loaded(find_model("piano"))
    rate, steps = loaded.meta.sample_rate, 16_000
    heard = []
    for shift in (0, semitones):
        stream = loaded.drawing(3)
        stream.begin(3)
        stream.sampler.hand.transpose[:] = shift
        heard.append(stream.sampler.step_block(np.ones((1, steps))).audio[0])
    there, moved = (pitches(each, rate) for each in heard)
    nearest = max(range(12), key=lambda turn: float(np.roll(there, turn) @ moved))
    assert nearest == semitones % 12
    flat = [flatness(each, rate) for each in heard]
    assert flat[1] < 2 * flat[0], "it is no noise"


def pitches(audio: np.ndarray, rate: int) -> np.ndarray:
    """How much of each pitch class (12,) there is between 120 Hz and 1 kHz, over their mean."""
    power, hz = spectra(audio, rate)
    classes = np.round(12 * np.log2(hz / 440)).astype(int) % 12
    found = np.array([np.sqrt(power[:, classes == each]).sum() for each in range(12)])
    return found - found.mean()


def flatness(audio: np.ndarray, rate: int) -> float:
    """Spectral flatness between 120 Hz and 1 kHz, in the median of all windows."""
    power, _ = spectra(audio, rate)
    return float(np.median(np.exp(np.log(power + 1e-9).mean(axis=1)) / (power + 1e-9).mean(axis=1)))


def spectra(audio: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Power (windows, bins) and the Hz (bins,) of each, between 120 Hz and 1 kHz."""
    size = 8192
    windows = np.lib.stride_tricks.sliding_window_view(audio, size)[:: size // 2]
    hz = np.fft.rfftfreq(size, 1 / rate)
    wanted = (hz > 120) & (hz < 1000)
    return np.abs(np.fft.rfft(windows * np.hanning(size))[:, wanted]) ** 2, hz[wanted]


def test_what_is_unlikely_is_never_drawn_hot_or_cold(sampler: FullbandSampler) -> None:
    for temperature in (0.5, 1.5):
        voice = sampler.another(3)
        voice.hand.unlikely[:] = 0.3
        drawn = voice.step_block(np.full((1, 2 * CONFIG.outline_steps), temperature))
        first = voice.another(3)
        first.hand.unlikely[:] = 0.3
        first.step_block(np.full((1, 1), temperature))
        tokens = np.concatenate([first.state(0).tokens[None], drawn.tokens[0]])
        of_tokens, of_cells = sampler.log_probs(tokens, drawn.cells[0])
        for rows, codes in ((of_tokens, tokens), (of_cells, drawn.cells[0])):
            chosen = np.take_along_axis(rows, codes[..., None], -1)[..., 0]
            assert (chosen - rows.max(axis=-1) >= np.log(0.3) - 1e-3).all()
