"""What a stream plays in one take, as it is heard, to be measured or drawn."""

import numpy as np

from livecode.finishing.sound_figures import Floats
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded

#: Streams are measured at these.
TEMPERATURES = (0.7, 0.9, 1.0, 1.1, 1.3)
#: What is left out at the beginning of a take, in seconds, and how many samples are drawn at a time.
LEAD_S, BLOCK = 1.0, 4000


def take(loaded: Loaded, temperature: float, seconds: float, seed: int) -> Floats:
    """What a stream of that seed plays at the model's rate, after its first second, as it is heard."""
    drawing, rate = loaded.drawing(seed), loaded.meta.sample_rate
    drawing.begin(seed)
    count = round((LEAD_S + seconds) * rate)
    curve = np.full(BLOCK, temperature, np.float32)
    audio = np.concatenate([drawing.next(curve, Held(), True) for _ in range(0, count, BLOCK)])
    audio = audio[round(LEAD_S * rate) : count] * loaded.gain
    return np.asarray(audio - audio.mean(), np.float64)
