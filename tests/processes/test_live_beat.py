"""On a virtual sound card: what strikes does so on its sample, while blocks are typed."""

from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.signals.tempo import Tempo
from livecode.transport.messages import Tape

TICK = "@dsp\ndef tick(hit=0):\n    return Sine(6000, mul=0.2) * hit + Sig(hit)\n"


@pytest.mark.parametrize("bpm", [132.7])
def test_strikes_are_on_their_samples_through_a_ramp_of_the_tempo(
    virtual_card: str, tmp_path: Path, bpm: float
) -> None:
    with Live(Options(audio="jack", osc_port=0)) as live:
        arena, rate = live.attachment.arena, live.header.sample_rate
        for code in (
            f"tempo({bpm})",
            TICK,
            "tick.hit = env(1*ms, 30*ms, every=0.5*beats)",
            f"record({str(tmp_path / 'take.wav')!r}, stems=True)",
        ):
            ok, error = live.evaluate(code)
            assert ok, error
        begun = live.status.frame
        live.await_(lambda: live.status.frame > begun + rate, "a second")
        live.evaluate(
            f"tempo(ramp({bpm}, 90, over=4*beats))\ntick.hit = env(1*ms, 40*ms, every=0.5*beats)"
        )
        # the map of the beat reaches back to before the ramp for as long as no stretch has ended
        late = live.status.clock
        live.await_(lambda: live.status.frame > begun + 4 * rate, "the ramp")
        tape = msgspec.json.decode(arena.tape.look() or b"", type=Tape)
        ok, error = live.evaluate("record.stop()")
        assert ok, error
        late_blocks = live.header.late_blocks
    tempo = Tempo(rate)
    tempo.restore(late)
    heard = soundfile.read(next(tmp_path.rglob("tick.wav")))[0][:, 0]
    onsets = np.flatnonzero((heard[1:] > 0.01) & (heard[:-1] <= 0.01)) + 1 + tape.begin
    onsets = onsets[np.diff(onsets, prepend=0) > 2000]
    assert len(onsets) > 10
    lines = [tempo.frame_of_beat(Fraction(n, 2)) for n in range(1, 200)]
    off = np.array([min(abs(line - onset) for line in lines) for onset in onsets])
    assert np.mean(off <= 1) > (0.9 if late_blocks else 0.999), off
