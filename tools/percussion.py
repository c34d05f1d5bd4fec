"""Makes the space `percussion`: computes hits, reads sampled ones where they are, and trains the space.

    python -m tools.percussion models --samples /usr/share/sonic-pi/samples

The samples are those of Sonic Pi (CC0), which Debian's package sonic-pi-samples installs.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.struck.describing import shape_of
from livecode.neural.spaces.struck.model import write_hit_space
from livecode.voices import drum_kit
from livecode.voices.drum_parts import RATE_HZ, filtered, noise

#: Kinds of the kit's sounds that are varied, and so many variants of each sound.
VARIED = ("bd", "sn", "rim", "cp", "hh", "oh", "lt", "mt", "ht", "cb", "rd", "sh", "cl")
VARIANTS, GLASSES = 3, 40
#: A parameter of a computed hit varies by this, as a standard deviation of its logarithm.
SPREAD = 0.12
#: Families of samples that are hits.
SAMPLED = ("bd_", "drum_", "elec_", "perc_", "sn_", "tabla_", "glitch_perc")
#: Samples that are no single hit.
NO_HITS = ("drum_roll", "perc_swoosh", "perc_swash", "perc_till", "perc_door")


def computed() -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield the names and the sounds of computed drums and glasses, at `RATE_HZ`."""
    rng = np.random.default_rng(1)
    for kind in VARIED:
        make, _, sets = drum_kit._MADE[kind]
        for number, parameters in enumerate(sets):
            for variant in range(VARIANTS):
                factors = np.exp(SPREAD * rng.standard_normal(len(parameters)) * (variant > 0))
                varied = [
                    value if isinstance(value, int) and value < 10 else value * factor
                    for value, factor in zip(parameters, factors, strict=True)
                ]
                yield f"{kind}_{number}{'abc'[variant]}", make(*varied)
    for number in range(GLASSES):
        yield f"glass_{number}", glass(rng)


def glass(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a struck glass: a few modes that do not fit together, and a tick."""
    seconds = np.arange(int(1.8 * RATE_HZ)) / RATE_HZ
    base_hz = 700 * 2 ** rng.uniform(0, 2.2)
    decay_s = 0.08 * 2 ** rng.uniform(0, 3)
    sound = np.zeros(len(seconds))
    for mode, ratio in enumerate(
        (1.0, 2.32, 4.25, 6.63, 9.38)
    ):  # of a wine glass, after A. P. French
        hz = base_hz * ratio * 2 ** rng.normal(0, 0.03)
        if hz < 16_000:
            level = rng.uniform(0.3, 1.0) / (1 + mode) ** 0.5
            fall = np.exp(-seconds / (decay_s / (1 + 0.7 * mode)))
            sound += level * fall * np.sin(2 * np.pi * hz * seconds)
    tick = filtered(noise(len(seconds), f"tick {base_hz}"), "high", 5000, 0.7)
    return np.asarray(sound + rng.uniform(0.2, 1.0) * tick * np.exp(-seconds / 0.002))


def sampled(folder: Path) -> Iterator[tuple[str, Floats, int]]:
    """Yield the names, the sounds and the rates of the hits in a folder of samples."""
    for path in sorted(folder.glob("*.flac")):
        if path.stem.startswith(SAMPLED) and path.stem not in NO_HITS:
            audio, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
            yield path.stem, audio.mean(axis=1), rate_hz


def main() -> int:
    """Train the space."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the folder of models")
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--latent", type=int, default=8)
    options = parser.parse_args()
    shapes = {name: shape_of(np.asarray(sound, np.float32), RATE_HZ) for name, sound in computed()}
    own = len(shapes)
    shapes |= {name: shape_of(sound, rate_hz) for name, sound, rate_hz in sampled(options.samples)}
    path = write_hit_space(
        options.out / "percussion",
        shapes,
        options.latent,
        data=(
            f"{own} hits computed by livecode (its kit, varied, and struck glasses), and "
            f"{len(shapes) - own} hits of the samples of Sonic Pi: drums, electric sounds, tabla, glitches"
        ),
        licence="Apache-2.0; the samples are CC0",
        command="python -m tools.percussion models --samples /usr/share/sonic-pi/samples",
    )
    print(path, path.stat().st_size)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
