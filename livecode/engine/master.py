"""The end of the mixer: all strips summed, DC removed, limited, gated, tapped and sent to the device."""

from typing import Any

import numpy as np

from livecode.dsp_rules import MASTER
from livecode.engine.gain_stage import GainStage
from livecode.engine.graph import GraphChain
from livecode.engine.pyo_quiet import pyo
from livecode.engine.stems import DC_HZ
from livecode.engine.table import Tap
from livecode.transport import ControlBlock

#: The limiter's curve is a straight line below this and bends towards 1 above it.
KNEE = 0.7
#: The curve covers inputs up to ±CURVE_RANGE. Each strip's guard limits it to +12 dBFS.
CURVE_RANGE = 8.0
CURVE_POINTS = 16384  # even, so that pyo finds 0 at the middle point, which is exactly 0
#: pyo's Lookup uses this share of its table on either side of the middle (oscilmodule.c).
LOOKUP_SHARE = 0.495
#: How long a mixer takes to let an input in. With 0, pyo would never get there. Up to 2 frames, the
#: input is there at once, so what begins late sounds as if it had begun on time.
RISE_FRAMES = 1.5
#: With a look-ahead of 0 frames, pyo's Compress delays sound by its whole buffer of 25 ms.
LOOKAHEAD_FRAMES = 1


def soft_curve(x: np.ndarray) -> np.ndarray:
    """Return the limiter's transfer curve at `x`: x up to KNEE, then like tanh, always below 1."""
    size = np.abs(x)
    bent = KNEE + (1 - KNEE) * np.tanh((size - KNEE) / (1 - KNEE))
    curve: np.ndarray = np.sign(x) * np.where(size <= KNEE, size, bent)
    return curve


class Master:
    """The sum of all strips on its way to the device."""

    def __init__(self, server: Any, sample_rate: int, block: int, controls: ControlBlock):
        streams = len(server.getStreams())
        self.mixer = pyo.Mixer(outs=2, chnls=1, time=RISE_FRAMES / sample_rate)
        self.first_stream = server.getStreams()[streams]
        #: What comes back from shared effects has a sum of its own: strips are added as early as messages
        #: arrive, effects at their sample, and a sum in another order is rounded otherwise.
        self.returns = pyo.Mixer(outs=2, chnls=1, time=RISE_FRAMES / sample_rate)
        returned = pyo.Sig(self.returns[0] + self.returns[1])
        # What a @dsp called master shapes. The plain sum is faded out while there is one.
        self.mix = pyo.Sig(pyo.Sig(self.mixer[0] + self.mixer[1]) + returned)
        self._plain = pyo.SigTo(1.0, time=0.05, init=1.0)
        direct = self.mix * self._plain
        so_far = len(server.getStreams())
        insert = pyo.Mixer(outs=2, chnls=1, time=RISE_FRAMES / sample_rate)
        self.insert_stream = server.getStreams()[so_far]
        for channel in (0, 1):
            insert.addInput(f"direct/{channel}", direct[channel])
            insert.setAmp(f"direct/{channel}", channel, 1)
        self.chain = GraphChain(MASTER, insert, block, sample_rate, controls)
        self.gain_stage = GainStage(MASTER, controls, block, sample_rate)
        levelled = pyo.Sig(insert[0] + insert[1]) * self.gain_stage.gain
        # pyo's DCBlock is 3 dB down at 38 Hz, which is too much bass to lose.
        steady = pyo.Atone(levelled, freq=DC_HZ)
        # The compressor lowers sums that are too loud for long; the curve after it catches every
        # peak.
        ridden = pyo.Compress(
            steady,
            thresh=-3,
            ratio=12,
            risetime=0.001,
            falltime=0.12,
            lookahead=(LOOKAHEAD_FRAMES + 0.5) / sample_rate * 1000,
            knee=0.5,
        )
        inputs = CURVE_RANGE / LOOKUP_SHARE * (np.arange(CURVE_POINTS) / CURVE_POINTS - 0.5)
        points = soft_curve(inputs)
        self._curve = pyo.DataTable(CURVE_POINTS, init=[float(p) for p in points])
        limited = pyo.Lookup(self._curve, ridden * (1 / CURVE_RANGE))
        self._gate = pyo.SigTo(1.0, time=block / sample_rate, init=1.0)
        self.out = limited * self._gate
        self._tap = Tap(self.out, block)
        self._gate_tap = Tap(self._gate, block)
        self._high_pass_taps = Tap(levelled, block), Tap(steady, block)
        self._parts = [returned, direct, levelled, steady, ridden, limited]
        self.out.out()

    def follow(self, frame: int) -> None:
        """Apply the level and pan of the @dsp called master while there is one."""
        if self.chain.graphs:
            self.gain_stage.follow(frame)
        else:
            self.gain_stage.rest()

    def read_tap(self) -> np.ndarray:
        """Return the last computed block, (frames, 2), which the next call overwrites."""
        return self._tap.read()

    def gate(self) -> np.ndarray | None:
        """Return the gate's gains in the last computed block, (frames, 2), or None if all are 1."""
        gains = self._gate_tap.read()
        return None if gains.min() == 1.0 else gains.copy()

    def high_pass_state(self) -> np.ndarray:
        """Return what the high-pass took out at the end of the last computed block, (2,)."""
        whole, steady = self._high_pass_taps
        removed: np.ndarray = whole.read()[-1].astype(np.float64) - steady.read()[-1]
        return removed

    def fade_plain_sum(self, share: float, fade_s: float) -> None:
        """Let `share` of the plain sum be heard beside a @dsp called master."""
        self._plain.time = max(fade_s, 0.001)
        self._plain.value = share

    def close_gate(self) -> None:
        """Silence everything within the coming block."""
        self._gate.value = 0.0

    def open_gate(self) -> None:
        """Let sound through again."""
        self._gate.value = 1.0

    @property
    def open(self) -> bool:
        """Whether the gate lets sound through."""
        return bool(self._gate.value != 0.0)
