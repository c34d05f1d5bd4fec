"""The end of the chain: all strips summed, DC removed, limited, gated, tapped, and sent out."""

from typing import Any

import numpy as np

from livecode.dsp_rules import MASTER
from livecode.engine.fader import Fader
from livecode.engine.graph import Chain
from livecode.engine.pyo_quiet import pyo
from livecode.engine.stems import DC_HZ
from livecode.engine.table import Tap
from livecode.transport import ControlBlock

#: Below this the limiter's curve is a straight line; above it bends towards 1.
KNEE = 0.7
#: The curve covers inputs up to ±CURVE_RANGE (each strip's guard keeps single ones to +12 dBFS).
CURVE_RANGE = 8.0
CURVE_POINTS = 16384  # even: pyo looks up 0 at the point in the middle, which is exactly 0
#: pyo's Lookup keeps to this share of its table on either side of the middle (oscilmodule.c).
LOOKUP_SHARE = 0.495
#: How long a mixer takes to let something in. At 0 it would never get there; up to 2 it is there at once,
#: so that what begins late sounds as it would have on time.
RISE_FRAMES = 1.5
#: pyo's Compress holds sound back for its whole buffer of 25 ms if told to look 0 frames ahead.
LOOKAHEAD_FRAMES = 1


def soft_curve(x: np.ndarray) -> np.ndarray:
    """Transfer curve of the limiter's last stage: x up to KNEE, then like tanh, always below 1."""
    size = np.abs(x)
    bent = KNEE + (1 - KNEE) * np.tanh((size - KNEE) / (1 - KNEE))
    return np.sign(x) * np.where(size <= KNEE, size, bent)


class Master:
    """What the hall hears."""

    def __init__(self, server: Any, sample_rate: int, block: int, controls: ControlBlock):
        streams = len(server.getStreams())
        self.mixer = pyo.Mixer(outs=2, chnls=1, time=RISE_FRAMES / sample_rate)
        self.first_stream = server.getStreams()[streams]
        # What a @dsp called master shapes: the plain sum steps back while there is one.
        self.mix = pyo.Sig(self.mixer[0] + self.mixer[1])
        self._plain = pyo.SigTo(1.0, time=0.05, init=1.0)
        direct = self.mix * self._plain
        so_far = len(server.getStreams())
        insert = pyo.Mixer(outs=2, chnls=1, time=RISE_FRAMES / sample_rate)
        self.insert_stream = server.getStreams()[so_far]
        for channel in (0, 1):
            insert.addInput(f"direct/{channel}", direct[channel])
            insert.setAmp(f"direct/{channel}", channel, 1)
        self.chain = Chain(MASTER, insert, block / sample_rate, controls)
        self.fader = Fader(MASTER, controls)
        levelled = pyo.Sig(insert[0] + insert[1]) * self.fader.gain
        # pyo's DCBlock is 3 dB down at 38 Hz, where the bass is.
        steady = pyo.Atone(levelled, freq=DC_HZ)
        # A gain rider for sums that are too loud for long, then a curve that lets no peak past.
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
        self._parts = [direct, levelled, steady, ridden, limited]
        self.out.out()

    def follow(self, frame: int) -> None:
        """Be as loud as the @dsp called master is told to be, while there is one."""
        if self.chain.graphs:
            self.fader.follow(frame)
        else:
            self.fader.move(level=1.0, pan=0.0)

    def read_tap(self) -> np.ndarray:
        """The block that was computed last, (frames, 2); valid until the next call."""
        return self._tap.read()

    def gate(self) -> np.ndarray | None:
        """The gains of the block that was computed last, (frames, 2); None if it was open throughout."""
        gains = self._gate_tap.read()
        return None if gains.min() == 1.0 else gains.copy()

    def slow(self) -> np.ndarray:
        """What the high-pass had taken out at the end of the block that was computed last, (2,)."""
        whole, steady = self._high_pass_taps
        return whole.read()[-1].astype(np.float64) - steady.read()[-1]

    def step_back(self, share: float, fade_s: float) -> None:
        """Let so much of the plain sum be heard beside a @dsp called master."""
        self._plain.time = max(fade_s, 0.001)
        self._plain.value = share

    def close_gate(self) -> None:
        """Silence within the coming block."""
        self._gate.value = 0.0

    def open_gate(self) -> None:
        """Let sound through again."""
        self._gate.value = 1.0

    @property
    def open(self) -> bool:
        """Whether sound gets through."""
        return self._gate.value != 0.0
