"""What the full-band kernel works on: where streams are, what is in hand, and what is wanted."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class StreamHand(NamedTuple):
    """What a performer holds, by stream; each (streams,) float32."""

    structure: Floats  # temperature of the outline
    unlikely: Floats  # shares of the likeliest below this are never drawn: min-p
    loudness: Floats  # dB
    brightness: Floats  # dB an octave, about 1 kHz
    slope: Floats  # dB an octave about 1 kHz, of what the predictor alone is told
    evened: Floats  # dB, of what the predictor alone is told
    transpose: Floats  # semitones
    density: Floats  # logits that a token gains by how steeply it rises
    learned: Floats  # how much of the adapter counts, from 0 to 1


class WideState(NamedTuple):
    """Where every stream is."""

    t: NDArray[np.int64]  # (streams,): steps since it began
    random: NDArray[np.uint64]  # (streams, 2): seed, and numbers drawn
    up: Floats  # (2, streams, width): of the tiers
    frames: Floats  # (streams, spans[1], 2 · subbands): samples and cells as frames see them
    cells: NDArray[np.int32]  # (streams, F_0 · subbands): of step t from t mod F_0 · subbands on
    outline_h: Floats  # (layers, streams, width)
    tokens: NDArray[np.int32]  # (streams, stages): of the frame that sounds
    following: NDArray[np.int32]  # (streams, stages): of the next one
    level: Floats  # (streams, subbands): RMS that the outline tells
    recent: Floats  # (streams, subbands): mean size of the last highest frame's softened samples
    outline: Floats  # (streams, 2, features): normalised, of the frame that sounds and the next
    told: Floats  # (3, streams, width): of the outline, to tiers and sample tier
    autocorrelation: NDArray[np.float64]  # (streams, subbands, order + 1)
    past: Floats  # the predictors', see Track, with streams before all
    place: NDArray[np.int64]
    products: NDArray[np.float64]
    taps: Floats
    error: NDArray[np.float64]
    sizes: NDArray[np.float64]
    leak: Floats
    parts: Floats  # (streams, taps / subbands, subbands): samples, the newest first
    kept: Floats  # (streams, numbers): of the labels of the moment that it began from, UNKNOWN or known


class Scratch(NamedTuple):
    """Memory for what is in between; see `kernel.Workspace` for what multiply needs."""

    x: Floats  # (streams, width)
    y: Floats
    z: Floats
    frame: Floats  # (streams, inputs)
    packed: Floats
    octets: NDArray[np.uint8]
    indices: NDArray[np.int32]
    steps: Floats
    sums: Floats
    int_sums: NDArray[np.int32]
    recent: NDArray[np.int32]  # (F_0 · subbands,)
    alone: NDArray[np.int64]  # (1,)
    weights: Floats  # (entries + 16,): of a draw
    logits: Floats  # (levels or entries,)
    rows: NDArray[np.int64]  # (subbands, 3)
    expected: Floats  # (subbands,)
    powers: NDArray[np.float64]  # (3, bands): of the outline, as measured and as told
    work: NDArray[np.float64]
    lanes: Floats
    wide: NDArray[np.float64]


class WideOutputs(NamedTuple):
    """What is wanted of each step; an empty array is not filled."""

    audio: Floats  # (streams, n · subbands)
    cells: NDArray[np.int32]  # (streams, n, subbands)
    surprise: Floats  # (streams, n): nats a cell, at temperature 1
    entropy: Floats  # (streams, n): nats a cell, at temperature 1
    log_probs: Floats  # (n, subbands, levels), of the only stream that moves
    tokens: NDArray[np.int32]  # (streams, frames, stages): drawn at the frames that begin here
    token_log_probs: (
        Floats  # (1 + frames, stages, entries), of the only stream; row 0 if at its start
    )
