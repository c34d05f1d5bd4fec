"""How well a model follows its labels: `python -m tools.stream_labels MODEL [--seconds 8] [--takes 4]`.

Each take begins from another of the model's moments, as on stage, and is told one label. The tempo is found
in the sound, by autocorrelation; half and double count as right. What else was told is measured as it is
when a model learns it.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.beat import onset_envelopes, tempo_of
from livecode.neural.model_file import find_model
from livecode.neural.samplernn.fullband import bands
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.labels import PITCHES
from livecode.neural.samplernn.training.fullband.labelling import numbers_of_piece
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.samplernn.fullband.labelling import LabelHand

TEMPI, PITCHED, LOUD_DB, DENSITIES = (84, 100, 120, 132), (0, 2, 7, 9), (-4.0, 4.0), (-4.0, 4.0)
BLOCK = 2000
#: How far a tempo may be from what is told, as a share, and a beat, in beats.
NEAR, ON_BEAT = 0.02, 0.125

Floats = NDArray[np.float32]


def main(arguments: Sequence[str]) -> int:
    """Print one line for each label and value."""
    parser = argparse.ArgumentParser(prog="tools.stream_labels")
    parser.add_argument("model")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--takes", type=int, default=4)
    options = parser.parse_args(arguments)
    loaded = Loaded(Path(find_model(options.model)))
    for line in lines(loaded, options.seconds, options.takes):
        print(line, flush=True)
    return 0


def lines(loaded: Loaded, seconds: float, count: int) -> Iterator[str]:
    """Yield what was found of each label of a model."""
    config, rate = loaded.sampler.config, loaded.meta.sample_rate
    if not isinstance(config, FullbandConfig) or not config.labels:
        yield "the model was told no labels when it learned"
        return

    def takes(held: Held) -> list[Floats]:
        return [take(loaded, held, seconds, seed) for seed in range(count)]

    def measured(label: str, held: Held) -> NDArray[np.float64]:
        own = FullbandConfig(outline_hop=config.outline_hop, labels=(label,))
        return np.concatenate([_numbers(each, own, rate) for each in takes(held)])

    for bpm in TEMPI if "tempo" in config.labels else ():
        sounds = takes(Held(labels=LabelHand(tempo=float(bpm))))
        found = [tempo_of_sound(sound, rate) for sound in sounds]
        right = sum(is_near(each, bpm) for each in found)
        on = [strength_on_beat(sound, rate, bpm) for sound in sounds]
        yield (
            f"tempo {bpm}: {right} of {count} within {NEAR:.0%}, "
            f"{' '.join(f'{each:.1f}' for each in found)}; on the beat {np.mean(on):.0%} of the onsets"
        )
    for pitch in PITCHED if "pitch" in config.labels else ():
        share = (measured("pitch", Held(labels=LabelHand(pitch=pitch))) % PITCHES == pitch).mean()
        yield f"pitch {pitch}: the strongest {share:.0%} of the time"
    for loudness in LOUD_DB if "loudness" in config.labels else ():
        db = np.mean(measured("loudness", Held(labels=LabelHand(loudness=loudness))))
        yield f"loudness {loudness:+.0f}: {db:.1f} dB"
    for density in DENSITIES if "density" in config.labels else ():
        each = np.mean(measured("density", Held(density=density)))
        yield f"density {density:+.0f}: {each:.1f} onsets a second"
    for number, name in enumerate(config.sources):
        yield f"source {name}: {_flux(takes(Held(labels=LabelHand(source=float(number)))), rate)}"


def take(loaded: Loaded, held: Held, seconds: float, seed: int) -> Floats:
    """Return what a stream of that seed plays while it is told the same, from beat 0 on."""
    drawing = loaded.drawing(seed)
    drawing.begin(seed)
    blocks = range(0, round(seconds * loaded.meta.sample_rate), BLOCK)
    ones = np.ones(BLOCK, np.float32)
    return np.concatenate([drawing.next(ones, held.from_time(float(at)), True) for at in blocks])


def tempo_of_sound(sound: Floats, rate_hz: int) -> float:
    """Return the tempo that is found in a take."""
    envelope = onset_envelopes(sound, rate_hz).sum(axis=0)
    return tempo_of(envelope, len(sound) / rate_hz / len(envelope))


def is_near(found: float, told: float) -> bool:
    """Return whether a tempo is what was told, or its half or double."""
    return any(abs(found / (told * times) - 1) < NEAR for times in (0.5, 1, 2))


def strength_on_beat(sound: Floats, rate_hz: int, bpm: float) -> float:
    """Return how much of what rises below 150 Hz rises near an eighth of a beat that began with the take."""
    envelope = onset_envelopes(sound, rate_hz)[0]
    halves = np.arange(len(envelope)) / len(envelope) * len(sound) / rate_hz * bpm / 30
    near = np.abs(halves - np.round(halves)) < 2 * ON_BEAT
    return float(envelope[near].sum() / max(float(envelope.sum()), 1e-9))


def _numbers(sound: Floats, config: FullbandConfig, rate_hz: int) -> Floats:
    outline = bands.measured(sound, config, rate_hz)[: len(sound) // config.outline_hop]
    return numbers_of_piece(sound, outline, config, rate_hz)[:, 0]


def _flux(sounds: Sequence[Floats], rate_hz: int) -> str:
    """Return the shares of what rises below 150 Hz, up to 1.5 kHz, and above, in words."""
    rises = np.mean([onset_envelopes(sound, rate_hz).sum(axis=1) for sound in sounds], axis=0)
    return "strokes {:.0%} low, {:.0%} middle, {:.0%} high".format(*(rises / rises.sum()))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
