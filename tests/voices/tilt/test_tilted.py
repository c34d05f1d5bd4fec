"""Tilted streams as voices: exact where nothing is asked for, bent where scores say so, never silent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecode.transport.messages import StreamSource
from livecode.transport.timing import HOP
from livecode.voices.drawing import HELD, Held
from livecode.voices.stream import StreamVoice
from livecode.voices.tilt.chunk import GRAIN, CandidateSet
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn
from tests.sound import rms

RATE = 48_000
SECOND = RATE // HOP
Score = Callable[[CandidateSet], list[float]]


def loudness(offered: CandidateSet) -> list[float]:
    return [200.0 * float(np.log(np.square(audio).mean() + 1e-9)) for audio in offered.audio]


def equal(offered: CandidateSet) -> list[float]:
    return [0.7] * len(offered.audio)


def played(
    voice: StreamVoice,
    hops: int,
    strength: float = 1.0,
    score: Score | None = None,
    candidates: float = 4,
    chunk_s: float = 0.05,
    temperature: Callable[[int], float] = lambda hop: 1.0,
) -> np.ndarray:
    """What is heard while scores come back one hop after a chunk is offered."""
    out = []
    for hop in range(hops):
        others = (temperature(hop), 0.0, 0.0, 1.0, *Held()[: len(HELD)])
        hand = np.array([strength, candidates, chunk_s, 1000.0])
        out.append(voice.play(*(np.array([value]) for value in others), hand))
        while voice.tilt.draw():
            pass
        offered = voice.take_offered()
        if offered is not None and score is not None:
            voice.tilt.take_scores(offered.number, score(offered))
    return np.concatenate(out)


@pytest.fixture(params=["levels", "full-band"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], StreamVoice]:
    if request.param == "levels":
        path = write_samplernn(tmp_path, lufs=-20.0, says=128, sure=2.0)
    else:
        path = write_fullband(tmp_path, lufs=-20.0)
    return lambda: StreamVoice(StreamSource(str(path), 7), RATE, HOP)


def test_at_strength_0_it_is_the_untilted_stream_sample_for_sample(
    make: Callable[[], StreamVoice],
) -> None:
    def sways(hop: int) -> float:
        return 1.0 + 0.3 * np.sin(hop / 20)

    voice, untilted = make(), make()
    heard = played(voice, SECOND, 0.0, loudness, temperature=sways)
    plain = [untilted.play(np.array([sways(hop)]), None, None, None) for hop in range(SECOND)]
    assert (heard == np.concatenate(plain)).all()
    assert voice.candidates == 0


@pytest.mark.parametrize("score", [equal, None], ids=["equal scores", "no scores"])
def test_where_no_candidate_is_better_the_streams_own_goes_on(
    make: Callable[[], StreamVoice], score: Score | None
) -> None:
    voice = make()
    heard = played(voice, SECOND, 2.0, score)
    assert voice.candidates == 4
    assert (heard == played(make(), SECOND, 0.0)).all()
    assert voice.unscored == 0 if score else voice.unscored > 10


def test_it_leans_to_what_scores_well_and_away_from_it(make: Callable[[], StreamVoice]) -> None:
    plain, loud, soft = (
        rms(played(make(), SECOND, strength, loudness)[RATE // 4 :])
        for strength in (0.0, 2.0, -2.0)
    )
    assert soft < 0.99 * plain < plain < 0.99 * loud  # white noise is hardly ever louder


def test_it_is_the_same_twice_and_goes_back_to_where_it_was(
    make: Callable[[], StreamVoice],
) -> None:
    voice, same = make(), make()
    assert (played(voice, 80, 2.0, loudness) == played(same, 80, 2.0, loudness)).all()
    state = voice.state()
    onward = played(voice, 80, 2.0, loudness)
    onward_untilted = None
    for _ in range(2):
        voice.load_state(state)
        again = played(voice, 80, 0.0, loudness)
        assert onward_untilted is None or _like(again, onward_untilted)
        onward_untilted = again
    voice.load_state(state)
    assert _like(played(voice, 80, 2.0, loudness), onward)


def _like(one: np.ndarray, other: np.ndarray) -> bool:
    """The resampler stands elsewhere after going back; the samples are the same."""
    shifted = (np.corrcoef(one[HOP:-HOP], other[HOP + by : by - HOP])[0, 1] for by in range(-3, 4))
    return max(shifted) > 0.95


def test_scores_of_another_chunk_or_of_too_few_candidates_are_not_taken(
    make: Callable[[], StreamVoice],
) -> None:
    voice, plain = make(), played(make(), SECOND, 0.0)

    def wrong(offered: CandidateSet) -> list[float]:
        voice.tilt.take_scores(offered.number - 1, loudness(offered))
        return loudness(offered)[:-1]

    assert (played(voice, SECOND, 2.0, wrong) == plain).all()


def test_width_and_chunk_change_while_it_plays_and_each_hop_draws_about_as_much(
    make: Callable[[], StreamVoice],
) -> None:
    voice, drawn, widths = make(), [], []
    play, draw = voice.play, voice.tilt.draw

    def counted_play(*values: Any) -> np.ndarray:
        drawn.append(0)
        return play(*values)

    def counted_draw() -> bool:
        drawn[-1] += GRAIN * voice.tilt.planned
        return draw()

    voice.play, voice.tilt.draw = counted_play, counted_draw  # type: ignore[method-assign]
    for candidates, chunk_s, strength in (
        (2, 0.05, 1), (9, 0.05, 1), (9, 0.4, 1), (3, 0.1, 0), (3, 0.1, 1), (1, 0.1, 1),
    ):  # fmt: skip
        played(voice, 2 * SECOND, strength, equal, candidates, chunk_s)
        widths.append(voice.candidates)
    assert widths == [2, 9, 9, 0, 3, 1]
    assert max(drawn) < 6 * 16_000 / SECOND, "no hop draws a whole chunk"


def test_fewer_candidates_are_drawn_where_the_host_says_so(
    make: Callable[[], StreamVoice],
) -> None:
    voice = make()
    played(voice, SECOND, 1.0, equal, candidates=8)
    voice.narrow(3)
    played(voice, SECOND // 4, 1.0, equal, candidates=8)
    assert (voice.candidates, voice.most, voice.wanted) == (3, 3, 8)


def test_it_is_the_same_whenever_candidates_are_drawn_before_they_are_needed(
    make: Callable[[], StreamVoice],
) -> None:
    """Scores come back so late that only what was drawn at once, or in the last moment, could differ."""
    heard = []
    for waits in (False, True):
        voice = make()
        if waits:
            draw = voice.tilt.draw
            voice.tilt.draw = lambda voice=voice, draw=draw: voice.overdue and draw()  # type: ignore
        heard.append(played(voice, SECOND, 2.0, None, temperature=lambda hop: 1 + hop % 7 / 20))
    assert (heard[0] == heard[1]).all()


def test_what_is_given_up_for_want_of_time_goes_on_alone_and_is_tilted_again(
    make: Callable[[], StreamVoice],
) -> None:
    voice, same = make(), make()
    for each in (voice, same):
        played(each, SECOND // 2, 2.0, loudness)
        assert each.candidates == 4
    drawn_all = voice.tilt.draw
    voice.tilt.draw = lambda: False  # type: ignore[method-assign]
    hops = 0
    while not voice.overdue:
        played(voice, 1, 2.0, loudness)
        hops += 1
    voice.tilt.give_up()
    same_before = played(same, hops, 2.0, None)
    same.tilt.give_up()
    assert len(same_before) == hops * HOP
    assert voice.candidates == same.candidates == 1
    voice.tilt.draw = drawn_all  # type: ignore[method-assign]
    one, other = played(voice, SECOND, 2.0, loudness), played(same, SECOND, 2.0, loudness)
    assert (one == other).all(), "however much of the chunk was drawn"
    assert voice.candidates == 4
