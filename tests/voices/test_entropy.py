"""How undecided a stream is: measured without changing what it plays, and told while somebody watches."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livecode.transport import Arena, Layout
from livecode.transport.messages import StreamSource
from livecode.transport.stage import StreamEntropies, look_at
from livecode.transport.timing import HOP
from livecode.voices.entropy import EVERY_S, KEPT, EntropyMeter, EntropyTeller
from livecode.voices.stream import StreamVoice
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn

RATE = 48_000


class Drawn:
    """A stream that draws what it is told to."""

    def __init__(self, ahead_s: float = 0.0):
        self.meter, self.ahead_s = EntropyMeter(), ahead_s

    def draw(self, bits: float) -> None:
        self.meter.note(np.full(100, bits * math.log(2), np.float32))


def test_a_meter_reads_bits_a_draw_since_it_was_read_last_and_nothing_while_it_is_off() -> None:
    meter = EntropyMeter()
    meter.note(np.ones(4, np.float32))
    assert meter.read() is None
    meter.on = True
    meter.note(np.full(4, 2 * math.log(2), np.float32))
    meter.note(np.full(4, 4 * math.log(2), np.float32))
    meter.note(None)
    assert meter.read() == pytest.approx(3.0, abs=1e-6)
    assert meter.read() is None


@pytest.mark.parametrize("make", [write_samplernn, write_fullband])
def test_what_is_played_does_not_depend_on_the_meter(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    model = str(make(tmp_path))
    played = []
    for on in (False, True):
        voice = StreamVoice(StreamSource(model, 3), RATE, HOP)
        voice.meter.on = on
        one = np.ones(1)
        played.append(np.concatenate([voice.play(one, None, None, None) for _ in range(30)]))
        bits = voice.meter.read()
        assert (bits is not None) == on
        levels = voice._drawing.sampler.config.levels
        assert bits is None or 0 < bits <= math.log2(levels) + 1e-3
    assert (played[0] == played[1]).all()


def test_it_is_told_for_the_sample_time_at_which_it_is_heard_while_somebody_watches() -> None:
    arena = Arena.private(RATE, 256, Layout(buffers=1))
    teller, stream = EntropyTeller(arena), Drawn(ahead_s=0.5)
    teller.tell({"r7": (0, stream)})
    stream.draw(5.0)
    teller.tell({"r7": (HOP, stream)})
    assert arena.entropies.look() == b"", "nobody watches"

    arena.header.viewers = 1
    teller.tell({"r7": (0, stream)})
    for frame in range(HOP, 5 * RATE, HOP):
        stream.draw(5.0 if frame < 4 * RATE else 6.0)
        teller.tell({"r7": (frame, stream)})
    told = look_at(arena.entropies, StreamEntropies)
    times = [at for at, _ in told.streams["r7"]]
    assert len(times) == KEPT
    assert np.diff(times).min() >= EVERY_S * RATE
    assert np.diff(times).max() <= EVERY_S * RATE + HOP
    assert told.at(0) == {}, "what it was then is forgotten"
    assert told.at(4.4 * RATE) == {"r7": pytest.approx(5.0, abs=1e-3)}
    assert told.at(4.8 * RATE) == {"r7": pytest.approx(6.0, abs=1e-3)}

    other = Drawn()
    for frame in range(5 * RATE, 6 * RATE, HOP):
        other.draw(2.0)
        teller.tell({"r8": (frame, other)})
    assert look_at(arena.entropies, StreamEntropies).at(6 * RATE) == {"r8": pytest.approx(2.0)}


def test_many_streams_fit_into_the_board() -> None:
    arena = Arena.private(RATE, 256, Layout(buffers=1))
    arena.header.viewers = 1
    teller = EntropyTeller(arena)
    streams = {f"a stream with a long name, {number}": Drawn() for number in range(30)}
    for frame in range(200_000_000, 200_000_000 + 6 * RATE, HOP):
        for stream in streams.values():
            stream.meter.on = True
            stream.draw(3.21)
        teller.tell({name: (frame, stream) for name, stream in streams.items()})
    assert 0 < len(arena.entropies.look()) < Layout().entropy_bytes / 2
