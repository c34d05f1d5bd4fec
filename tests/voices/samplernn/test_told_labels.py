"""Labels of a full-band stream: the kernel hears them as its reference does, from block to block."""

from dataclasses import replace

import numpy as np
import pytest

from livecode.neural.samplernn.fullband import labels
from livecode.neural.samplernn.fullband.subbands import TAPS
from livecode.neural.samplernn.fullband.walk import Walk
from livecode.voices.drawing import Held
from livecode.voices.drawn_ahead import CALM, DrawnAhead
from livecode.voices.samplernn.fullband.labelling import LabelHand, Telling
from livecode.voices.samplernn.fullband.sampler import FullbandSampler
from tests.fullband_model import CONFIG, RATE_HZ, fullband_tensors

LABELLED = replace(
    CONFIG, labels=("tempo", "phase", "pitch", "density", "source"), sources=("piano", "choir")
)
FRAMES = 4
pytestmark = pytest.mark.timeout(600)  # the first of them may have to compile the kernel


@pytest.fixture(scope="module")
def sampler() -> FullbandSampler:
    return FullbandSampler(LABELLED, fullband_tensors(LABELLED), RATE_HZ, weights="float32")


def drawn(sampler: FullbandSampler, hand: LabelHand, *blocks: int, seed: int = 5) -> np.ndarray:
    one = sampler.another(seed)
    one.labels = hand
    parts = [one.step_block(np.ones((1, n))).tokens[0] for n in blocks]
    return np.concatenate(parts)


def test_without_labels_it_plays_as_a_model_that_has_none(sampler: FullbandSampler) -> None:
    plain = FullbandSampler(CONFIG, fullband_tensors(LABELLED), RATE_HZ, weights="float32")
    n = FRAMES * CONFIG.outline_steps
    assert (drawn(sampler, LabelHand(), n) == drawn(plain, LabelHand(), n)).all()
    told = drawn(sampler, LabelHand(source=1.0), 20 * CONFIG.outline_steps)
    assert (told != drawn(plain, LabelHand(), 20 * CONFIG.outline_steps)).any()


def test_the_kernel_is_told_what_its_reference_is(sampler: FullbandSampler) -> None:
    hand = LabelHand(pitch=3.0, source=0.3, tempo=123.0)
    one, steps = sampler.another(2), CONFIG.outline_steps
    one.labels = hand
    rng = np.random.default_rng(0)
    tokens = rng.integers(CONFIG.entries, size=(FRAMES + 1, CONFIG.stages)).astype(np.int32)
    cells = rng.integers(CONFIG.levels, size=(FRAMES * steps, CONFIG.subbands)).astype(np.int32)
    of_tokens, _ = one.log_probs(tokens, cells)
    telling = Telling.of(LABELLED, fullband_tensors(LABELLED), RATE_HZ)
    assert telling is not None
    kept = np.full((1, len(labels.numbers_of(LABELLED.labels))), labels.UNKNOWN, np.float32)
    rows = telling.rows(np.zeros(1, np.int64), kept, hand, one.hand, FRAMES)[0]
    given, found = iter(tokens.ravel().tolist()), []

    def choose(log_probs: np.ndarray, token: bool) -> int:
        found.append(log_probs)
        return next(given)

    walk = Walk(LABELLED, fullband_tensors(LABELLED), RATE_HZ, choose)
    for row in rows:
        walk.told = row
        walk.outline(1)
    expected = np.array(found).reshape(of_tokens.shape)
    assert of_tokens == pytest.approx(expected, abs=1e-3)


def test_what_is_drawn_does_not_depend_on_the_blocks(sampler: FullbandSampler) -> None:
    hand, n = LabelHand(tempo=140.0, since=99.0, at=1234.0), 12 * CONFIG.outline_steps
    parts = drawn(sampler, hand, 1, 70, 63, n - 134)
    assert (drawn(sampler, hand, n) == parts).all()


def test_a_held_beat_is_that_of_when_the_frame_is_heard() -> None:
    hand = LabelHand(tempo=60.0, beat=2.0, bar=0.5, since=RATE_HZ, at=3 * RATE_HZ)
    assert hand.phase(RATE_HZ / 4, RATE_HZ) == pytest.approx((4.25, 0.5 + 2.25 / 4))
    assert hand.moved(RATE_HZ).phase(0, RATE_HZ) == pytest.approx((5.0, 1.25))
    still = LabelHand(pitch=2.0)
    assert still.moved(99) is still, "nothing in it goes on"


def test_what_a_moment_keeps_goes_on_until_something_is_held(sampler: FullbandSampler) -> None:
    telling = Telling.of(LABELLED, fullband_tensors(LABELLED), RATE_HZ)
    assert telling is not None
    names = labels.numbers_of(LABELLED.labels)
    known = {"tempo": 60.0, "beat": 0.0, "bar": 0.0, "source": 1.0}
    kept = np.array([[known.get(name, labels.UNKNOWN) for name in names]], np.float32)
    start = CONFIG.outline_steps
    later = start + RATE_HZ // CONFIG.subbands // CONFIG.outline_steps * CONFIG.outline_steps
    own = telling._numbers(kept[0], later, LabelHand(), 0)
    beats = (later - start) * CONFIG.subbands / RATE_HZ
    assert own[names.index("beat")] == pytest.approx(beats)
    assert own[names.index("source")] == 1.0
    held = telling._numbers(kept[0], later, LabelHand(tempo=120.0, source=0.0), TAPS)
    assert held[names.index("beat")] == pytest.approx(TAPS / RATE_HZ * 2)
    assert held[names.index("source")] == 0.0
    assert np.isnan(held[names.index("pitch")])


def test_a_moment_brings_its_labels(sampler: FullbandSampler) -> None:
    from livecode.voices.moments import moment_tensors, moments_of

    one = sampler.another(1)
    one.step_block(np.ones((1, 2 * CONFIG.outline_steps)))
    state = one.state(0)
    state.kept[:] = 7.0
    (back,) = moments_of(sampler, moment_tensors(sampler, [state]))
    assert (back.kept == 7.0).all()
    one.reset(0)
    assert (one.state(0).kept == labels.UNKNOWN).all()


def test_density_is_told_where_the_model_has_the_label(sampler: FullbandSampler) -> None:
    telling = Telling.of(LABELLED, fullband_tensors(LABELLED), RATE_HZ)
    assert telling is not None
    one = sampler.another(1)
    kept, t = one._state.kept, np.zeros(1, np.int64)
    size = []
    for density in (0.0, 0.01, 1.0):
        one.hand.density[:] = density
        size.append(np.abs(telling.rows(t, kept, LabelHand(), one.hand, 1)).max())
    assert size[0] == 0 < size[1] < 0.05 < size[2], "a little is told a little"
    assert not telling.without_told(one.hand).density.any()


class Counting:
    """A drawing that says when what it draws is heard."""

    def __init__(self) -> None:
        self.heard: list[float] = []

    def next(self, temperatures: np.ndarray, held: Held, guarded: bool) -> np.ndarray:
        self.heard.append(held.labels.at)
        return temperatures * 0

    def whole(self) -> int:
        return len(self.heard)

    def load_whole(self, whole: int) -> None:
        del self.heard[whole:]


def test_a_beat_that_goes_on_is_drawn_ahead_as_it_is_heard() -> None:
    drawing = Counting()
    ahead = DrawnAhead(drawing)  # type: ignore[arg-type]
    ones, beat = np.ones(10, np.float32), Held(labels=LabelHand(tempo=100.0))
    for hop in range(CALM + 1):
        ahead.next(ones, beat.from_time(10.0 * hop), False)
    assert ahead.ready
    hop += 1
    asked = ahead.asked(10, 10.0 * hop)
    assert asked is not None
    ahead.draw(asked)
    ahead.next(ones, beat.from_time(10.0 * hop), False)
    assert drawing.heard == [10.0 * each for each in range(hop + 1)]
    ahead.draw(ahead.asked(10, 10.0 * (hop + 1)))  # type: ignore[arg-type]
    ahead.next(ones, beat.from_time(10.0 * hop + 55), False)
    assert drawing.heard[-1] == 10.0 * hop + 55, "the beat has jumped, and it is drawn anew"
