"""Makes the space `texture`: computes textures, reads sampled ones where they are, and trains the space.

    python -m tools.ambience models --samples /usr/share/sonic-pi/samples

The samples are those of Sonic Pi (CC0), which Debian's package sonic-pi-samples installs.
"""

import argparse
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from livecode.files import replace_file
from livecode.neural.audio.loudness import lufs
from livecode.neural.model_file import read_meta
from livecode.neural.png import png
from livecode.neural.spaces.ambient.describing import shape_of
from livecode.neural.spaces.ambient.model import PICTURE, card, write_ambience_space
from livecode.neural.spaces.ambient.shape import AmbienceShape
from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.principal import RATE_HZ
from livecode.voices.ambience_sound import STEP, AmbienceSound
from tools import textures

NAME = "texture"
#: Samples that are textures rather than notes; the entry of each in the package's copyright file says CC0.
SAMPLED = (
    "ambi_choir", "ambi_dark_woosh", "ambi_drone", "ambi_glass_hum", "ambi_glass_rub",
    "ambi_haunted_hum", "ambi_lunar_land", "ambi_sauna", "ambi_soft_buzz", "ambi_swoosh", "vinyl_hiss",
)  # fmt: skip
#: Places that are measured, and for so long each, in seconds; the first is left out.
PLACES, MEASURED_S = 48, 11
#: The walk that the picture shows: its seconds, and the families that it goes through.
WALK_S = 60
STOPS = ("wind", "rain", "fire", "brook", "crickets", "shimmer", "chimes", "surf", "drone")
PIXELS_HIGH = 240


def computed_shapes() -> dict[str, AmbienceShape]:
    """Return the shapes of computed textures by their names."""
    return {
        name: shape_of(np.asarray(sound, np.float32), textures.RATE_HZ)
        for name, sound in textures.computed()
    }


def sampled_shapes(folder: Path) -> dict[str, AmbienceShape]:
    """Return the shapes of the samples that are textures, by their names; missing ones are left out."""
    shapes = {}
    for name in SAMPLED:
        path = folder / f"{name}.flac"
        if path.is_file():
            audio, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
            shapes[name] = shape_of(soxr.resample(audio.mean(axis=1), rate_hz, RATE_HZ), RATE_HZ)
    return shapes


def heard(shape: AmbienceShape, seconds: float, seed: int = 1) -> NDArray[np.float32]:
    """Return what an ambience sounds like, (frames, 2)."""
    sound = AmbienceSound(RATE_HZ, seed)
    sound.set(shape)
    return np.concatenate([sound.step().T for _ in range(int(seconds * RATE_HZ / STEP))])


def measured(space: AmbienceSpace) -> dict[str, float]:
    """Return how loud places are on one side, in LUFS: the quietest, the median and the loudest."""
    places = np.random.default_rng(1).random((PLACES, space.latent))
    levels = [
        lufs(heard(space.shape(z), MEASURED_S)[RATE_HZ:, 0], RATE_HZ) for z in space.place(places)
    ]
    low, middle, high = np.percentile(levels, [0, 50, 100])
    return {"quietest_lufs": float(low), "lufs": float(middle), "loudest_lufs": float(high)}


def walk(space: AmbienceSpace) -> NDArray[np.uint8]:
    """Return the spectrogram of a walk through known sounds, pixels (rows, columns, 3)."""
    stops = [f"{name}_0" for name in STOPS]
    points = np.array([space.sound_points[space.sound_names.index(name)] for name in stops])
    sound = AmbienceSound(RATE_HZ, 1)
    parts = []
    for along in np.linspace(0, len(STOPS) - 1, int(WALK_S * RATE_HZ / STEP)):
        at = min(int(along), len(STOPS) - 2)
        share = np.clip(
            (along - at) * 2 - 0.5, 0, 1
        )  # half of the time at a place, half on the way
        sound.set(space.shape(points[at] * (1 - share) + points[at + 1] * share))
        parts.append(sound.step())
    return spectrogram(np.concatenate(parts, axis=1).mean(0))


def spectrogram(audio: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return the levels of audio (n,) over time and logarithmic frequency, 40 Hz to 20 kHz, as pixels."""
    size, hop = 4096, 2400
    frames = np.lib.stride_tricks.sliding_window_view(audio, size)[::hop]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)))
    edges = np.geomspace(40, 20_000, PIXELS_HIGH + 1) * size / RATE_HZ
    summed = np.concatenate([np.zeros((len(power), 1)), np.cumsum(power, axis=1)], axis=1)
    at = np.array([np.interp(edges, np.arange(summed.shape[1]) - 0.5, row) for row in summed])
    levels = 10 * np.log10(np.diff(at, axis=1).T[::-1] / np.diff(edges)[::-1, None] + 1e-9)
    heat = np.clip((levels - levels.max() + 70) / 70, 0, 1)[..., None] * 3
    coloured = np.clip((heat - np.array([0.0, 0.8, 1.6])) * [1, 0.9, 1.2], 0, 1)
    return np.asarray(coloured * 255, np.uint8)


def main() -> int:
    """Train the space."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the folder of models")
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--latent", type=int, default=8)
    options = parser.parse_args()
    shapes = computed_shapes()
    own = len(shapes)
    shapes |= sampled_shapes(options.samples)
    path = write_ambience_space(
        options.out / NAME,
        shapes,
        options.latent,
        data=(
            f"{own} textures of {len(textures.FAMILIES)} families computed by livecode, and "
            f"{len(shapes) - own} samples of Sonic Pi: ambiences and the hiss of a record"
        ),
        licence="Apache-2.0; the samples are CC0",
        command="python -m tools.ambience models --samples /usr/share/sonic-pi/samples",
    )
    space = load_space(path)
    assert isinstance(space, AmbienceSpace)
    replace_file(path.parent / PICTURE, png(walk(space)))
    figures = measured(space)
    replace_file(path.parent / "README.md", card(space, read_meta(path), figures).encode())
    print(path, path.stat().st_size, figures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
