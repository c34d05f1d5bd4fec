"""What the tiers and the predictor are told of the frame of the outline that sounds, as held in hand."""

import numpy as np

from livecode.neural.samplernn.fullband.bands import COARSE, FLOOR_DB, SEMITONES
from livecode.voices.samplernn.compiling import Array, compiled
from livecode.voices.samplernn.fullband.memory import Scratch, StreamHand, WideState
from livecode.voices.samplernn.fullband.packing import WidePlan
from livecode.voices.samplernn.fullband.product import multiply
from livecode.voices.samplernn.fullband.sharpening import sharpen
from livecode.voices.samplernn.weights import Weights

#: A frame of the outline is louder or softer than the model's by so many dB at most, transposed by
#: so many semitones.
LOUDEST_DB, FARTHEST = 24.0, 24.0
#: The last band of a semitone; semitones from one of the coarse bands above it to the next; and by how
#: much noise is louder in these.
TOP = SEMITONES - 1
STRIDE = 12 // COARSE
WIDER_DB = float(10 * np.log10(STRIDE))


@compiled()
def tell(
    weights: Weights, plan: WidePlan, state: WideState, space: Scratch, s: int, hand: StreamHand
) -> None:
    """Tell tiers, sample tier and predictor of the frame that sounds, as held in hand."""
    features = plan.bands + plan.parts
    louder = min(max(hand.loudness[s], np.float32(-LOUDEST_DB)), np.float32(LOUDEST_DB))
    shift = min(max(hand.transpose[s], np.float32(-FARTHEST)), np.float32(FARTHEST))
    given = space.frame
    for j in range(features):
        level = state.outline[s, 0, j] * plan.scale[j] + plan.mean[j]
        level += louder + hand.brightness[s] * plan.octaves[j]
        given[s, j] = (level - plan.mean[j]) / plan.scale[j]
    # as the parts of the frame that follows are told
    for j in range(plan.bands, features):
        state.outline[s, 0, j] += louder / plan.scale[j]
        state.outline[s, 1, j] += louder / plan.scale[j]
    space.alone[0] = s
    for i in range(3):
        multiply(weights, plan.told[i], given, space.alone, state.told[i], space)
    # Tiers draw what a predictor leaves, which is the same in all keys and colours: they are told those
    # that they learned in, since others are none that they know, and they answer them with noise.
    if shift != 0 or hand.slope[s] != 0:
        for j in range(plan.bands):
            level = _moved(plan, state.outline[s, 0], j, shift) + louder + hand.evened[s]
            level += (hand.brightness[s] + hand.slope[s]) * plan.octaves[j]
            given[s, j] = (level - plan.mean[j]) / plan.scale[j]
    order = plan.predictor.order
    for k in range(plan.subbands):
        for lag in range(order + 1):
            state.autocorrelation[s, k, lag] = 0.0
    measured, powers = space.powers[0], space.powers[1]
    for j in range(plan.bands):
        level = (np.float64(given[s, j]) * plan.scale[j] + plan.mean[j]) / 10
        measured[j] = powers[j] = max(10.0**level - 10.0**-8.5, 0.0)
    for _ in range(plan.sharpened):
        sharpen(plan, measured, powers, space.powers[2])
    for j in range(plan.bands):
        if powers[j] > 0:
            for k in range(plan.subbands):
                for lag in range(order + 1):
                    state.autocorrelation[s, k, lag] += powers[j] * plan.autocorrelation[k, j, lag]
    for k in range(plan.subbands):
        state.level[s, k] = np.sqrt(state.autocorrelation[s, k, 0] + 1e-10)


@compiled()
def _moved(plan: WidePlan, outline: Array, j: int, shift: float) -> float:
    """The level in dB of a band of an outline (features,) that is moved by so many semitones."""
    pitch = float(j) - shift
    if j > TOP:
        pitch += (STRIDE - 1) * (j - TOP)
    if pitch < 0:
        return FLOOR_DB
    coarse = max((pitch - TOP) / STRIDE, 0.0)
    at = min(TOP + coarse if coarse > 0 else pitch, plan.bands - 1.0)
    low = min(int(at), plan.bands - 2)
    a = float(outline[low] * plan.scale[low] + plan.mean[low])
    b = float(outline[low + 1] * plan.scale[low + 1] + plan.mean[low + 1])
    wider = (1.0 if j > TOP else 0.0) - min(coarse, 1.0)
    return a + (at - low) * (b - a) + wider * WIDER_DB
