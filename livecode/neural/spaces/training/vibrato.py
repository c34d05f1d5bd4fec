"""The vibrato of pieces of held sound: its phase, and how far each component follows it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats

RANGE_HZ = (3.0, 9.0)  # the rates that count as vibrato
DRIFT_S = 0.25  # the time over which the wander of its phase is measured
UNEVEN_RANGE = (0.05, 6.0)  # radians per root second


@dataclass(frozen=True)
class Vibrato:
    """The common swing of all components of a piece."""

    phase: Floats  # (steps,) radians, unwrapped
    swing: NDArray[np.complex64]  # (components,): component c moves by Re(swing[c] exp(i phase))
    rate_hz: float
    uneven: float  # wander of the phase, radians per root second
    share: float  # the share of the motion that the vibrato explains

    def path(self) -> Floats:
        """Return the vibrato's part of the motion, (steps, components)."""
        waves = np.exp(1j * self.phase)[:, None] * self.swing
        return np.asarray(waves.real, np.float32)


def vibrato_of(path: NDArray[np.floating], step_s: float) -> Vibrato:
    """Return the strongest common swing of components (steps, components).

    The first principal component of the analytic signals in RANGE_HZ gives the phase. Least squares
    give how far each component follows it. The phase is 0 where component 0 is highest.
    """
    steps = len(path)
    hz = np.fft.fftfreq(steps, step_s)
    inside = (hz >= RANGE_HZ[0]) & (hz <= RANGE_HZ[1])
    spectrum = np.fft.fft(path, axis=0) * inside[:, None]
    analytic = np.fft.ifft(2 * spectrum, axis=0)
    leading = np.linalg.svd(analytic, full_matrices=False)[0][:, 0]
    phase = np.unwrap(np.angle(leading))
    waves = np.stack([np.cos(phase), -np.sin(phase)], 1)
    found = np.linalg.lstsq(waves, path, rcond=None)[0]
    swing = found[0] + 1j * found[1]
    turn = np.angle(swing[0])
    phase, swing = phase + turn, swing * np.exp(-1j * turn)
    time = np.arange(steps) * step_s
    slope, _ = np.polyfit(time, phase, 1)
    stray = phase - slope * time
    lag = max(1, round(DRIFT_S / step_s))
    uneven = float(np.std(stray[lag:] - stray[:-lag]) / np.sqrt(lag * step_s)) if steps > lag else 0
    rest = path - np.real(np.exp(1j * phase)[:, None] * swing)
    share = 1 - np.square(rest).sum() / max(float(np.square(path).sum()), 1e-12)
    return Vibrato(
        phase.astype(np.float32),
        swing.astype(np.complex64),
        float(np.clip(slope / (2 * np.pi), *RANGE_HZ)),
        float(np.clip(uneven, *UNEVEN_RANGE)),
        float(np.clip(share, 0, 1)),
    )
