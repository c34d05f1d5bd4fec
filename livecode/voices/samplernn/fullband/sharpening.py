"""Pitches get back what an outline's window lets them have beside them, as `bands.told_power` says."""

from livecode.neural.samplernn.fullband.bands import FAINT
from livecode.voices.samplernn.compiling import Array, compiled
from livecode.voices.samplernn.fullband.packing import WidePlan


@compiled()
def sharpen(plan: WidePlan, measured: Array, powers: Array, ratios: Array) -> None:
    """One round of Richardson and Lucy: powers (bands,), nearer to what was measured as `measured`."""
    for i in range(plan.bands):
        total = FAINT
        for j in range(plan.bands):
            total += plan.blur[i, j] * powers[j]
        ratios[i] = measured[i] / total
    for j in range(plan.bands):
        total = 0.0
        for i in range(plan.bands):
            total += plan.blur[i, j] * ratios[i]
        powers[j] *= total
