"""Loudness in LUFS, by ITU-R BS.1770-4."""

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import k_weighting

#: What every voice is brought to at its default setting.
TARGET_LUFS = -20.0
#: The power that LUFS are counted from, in dB: a sine of 997 Hz at full scale has −3.01 LUFS.
OFFSET_DB = -0.691
BLOCK_S, HOP_S = 0.4, 0.1
ABSOLUTE_GATE_LUFS, RELATIVE_GATE_LU = -70.0, 10.0


def lufs(audio: NDArray[np.floating], rate_hz: int) -> float:
    """Gated loudness of audio (n,) or (n, channels); −inf if nothing passes the gate."""
    if not len(audio):
        return -np.inf
    sound = np.asarray(audio, np.float64).reshape(len(audio), -1)
    size = len(sound) + round(BLOCK_S * rate_hz)  # silence follows, so that nothing wraps around
    gain = k_weighting(np.fft.rfftfreq(size, 1 / rate_hz).astype(np.float32))[:, None]
    heard = np.fft.irfft(np.fft.rfft(sound, size, axis=0) * gain, size, axis=0)[: len(sound)]
    sums = np.concatenate([[0.0], np.cumsum(np.square(heard).sum(axis=1))])
    block, hop = round(BLOCK_S * rate_hz), round(HOP_S * rate_hz)
    ends = np.arange(min(block, len(sound)), len(sums), hop)
    power = (sums[ends] - sums[np.maximum(ends - block, 0)]) / min(block, len(sound))
    for gate in (ABSOLUTE_GATE_LUFS, None):
        if gate is None:
            gate = OFFSET_DB + 10 * np.log10(power.mean()) - RELATIVE_GATE_LU
        power = power[OFFSET_DB + 10 * np.log10(power + 1e-30) > gate]
        if not len(power):
            return -np.inf
    return float(OFFSET_DB + 10 * np.log10(power.mean()))
