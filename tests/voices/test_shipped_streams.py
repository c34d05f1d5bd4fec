"""The streams that come with the package: as loud as each other, and never silent for long."""

import numpy as np
import pytest

from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from livecode.neural.model_file import find_model, read_model
from livecode.transport.messages import StreamSource
from livecode.transport.timing import HOP
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.stream import StreamVoice
from tests.sound import longest_silence_s

RATE = 48_000


@pytest.mark.parametrize("name", ["chorale", "drummer", "humpback", "piano", "strings", "tabla"])
@pytest.mark.timeout(600)
def test_it_is_as_loud_as_the_others_and_does_not_fall_silent(name: str) -> None:
    assert {"lufs", "moments"} <= read_model(find_model(name))[0].facts.keys()
    controls = [np.array([value]) for value in (1.0, 0.0, 1.0, 1.0)]
    # each moment once: a humpback begins with a call here, and with the sea there
    voices = [StreamVoice(StreamSource(name, seed), RATE, HOP) for seed in range(1, 9)]
    heard = np.concatenate([v.play(*controls) for v in voices for _ in range(3 * RATE // HOP)])
    assert lufs(heard, RATE) == pytest.approx(TARGET_LUFS, abs=3.0)
    assert longest_silence_s(heard[:, None], RATE) < 1.0


@pytest.mark.timeout(600)
@pytest.mark.parametrize("brightness", [-6.0, 6.0])
def test_a_duller_or_brighter_drummer_is_about_as_loud(brightness: float) -> None:
    loaded, heard = Loaded(find_model("drummer")), []
    for held in (Held(), Held(brightness=brightness)):
        stream = loaded.drawing(2)
        stream.begin(2)
        hot = np.ones(4000, np.float32)
        heard.append(np.concatenate([stream.next(hot, held, True) for _ in range(80)]))
    before, after = (lufs(each, loaded.meta.sample_rate) for each in heard)
    assert after == pytest.approx(before, abs=6.0)
