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


@pytest.mark.slow
def test_hits_and_notes_are_on_their_samples_at_any_tempo(
    virtual_card: str, tmp_path: Path
) -> None:
    (tmp_path / "kit/tick").mkdir(parents=True)
    soundfile.write(tmp_path / "kit/tick/1.wav", np.eye(1, 480)[0] * 0.5, 48_000, "FLOAT")
    bare = "@synth\ndef bare(freq, gate):\n    return Clip(Sine(1000, mul=50), -0.3, 0.3) * gate\n"
    off: dict[tuple[float, str], list[int]] = {}
    with Live(Options(audio="jack", osc_port=0)) as live:
        arena, rate = live.attachment.arena, live.header.sample_rate
        played(live, f'drums = hits("tick*8", kit({str(tmp_path / "kit")!r}))')
        played(live, f'{bare}lead = notes("0*8", bare, legato=0.05)')
        for bpm in (60, 132.7, 240):
            played(live, f"tempo({bpm})")
            begun = live.status.frame
            live.await_(lambda: live.status.frame > begun + rate, "the tempo")  # noqa: B023
            take = tmp_path / f"{bpm}.wav"
            played(live, f"record({str(take)!r}, stems=True)")
            begun = live.status.frame
            live.await_(lambda: live.status.frame > begun + 4 * rate, "four seconds")  # noqa: B023
            tape = msgspec.json.decode(arena.tape.look() or b"", type=Tape)
            tempo = Tempo(rate)
            tempo.restore(live.status.clock)
            played(live, "record.stop()")
            for name in ("drums", "lead"):
                stem = next(tmp_path.rglob(f"{bpm}*/{name}.wav"))
                heard = np.abs(soundfile.read(stem)[0][:, 0]) > 0.02
                onsets = np.flatnonzero(heard)
                onsets = onsets[np.diff(onsets, prepend=-9999) > 500][1:-1] + tape.begin
                lines = [
                    tempo.frame_of_beat(Fraction(round(2 * tempo.beat_at(int(at))), 2))
                    for at in onsets
                ]
                off[bpm, name] = (onsets - lines).tolist()
        late_blocks = live.header.late_blocks
    for (bpm, name), each in off.items():
        assert len(each) >= 4 * bpm / 30 - 4, (bpm, name, each)
    every = np.abs(np.concatenate(list(off.values())))
    assert np.mean(every <= 1) > (0.9 if late_blocks else 0.999), off


def played(live: Live, code: str) -> None:
    ok, error = live.evaluate(code)
    assert ok, error
