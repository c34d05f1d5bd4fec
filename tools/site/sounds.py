"""Renders what the gallery of the site plays: stretches of sets and models as MP3, and their spectrograms.

    python -m tools.site.sounds docs/gallery
    python -m tools.site.sounds docs/gallery --only algorave

The sets are played offline, from the scene that is named on, and the models alone, without anybody's
hands. It needs the extra `train`, whose matplotlib has the colours.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from livecode.offline.rehearse import RehearseOptions, rehearse
from livecode.offline.session import Session

ROOT = Path(__file__).parents[2]
RATE = 48_000  # Hz
FADE_IN_S, FADE_OUT_S = 0.05, 1.0
#: libsndfile's measure of the quality of MP3: 0 is the best, 1 the smallest.
COMPRESSION = 0.7
#: All are about equally loud, as a listener leaves the volume alone.
LEVEL_DBFS, PEAK = -18.0, 0.9
WIDTH, HEIGHT = 1200, 220  # pixels
LOWEST_HZ, HIGHEST_HZ = 50.0, 14_000.0
WINDOW = 4096  # samples at 48 kHz
RANGE_DB = 65.0


@dataclass(frozen=True)
class Stretch:
    """Which part of a set is heard: `seconds` from `skip_s` on after the beginning of a scene."""

    set: str
    scene: str
    seconds: float = 24.0
    skip_s: float = 0.0
    seed: int = 1


GALLERY = {
    "first": Stretch("sets/first.py", "open", 20.0, 2.0),
    "aego": Stretch("sets/aego.py", "they quarrel", 20.0, 14.0),
    "algorave": Stretch("sets/algorave.py", "drop", 21.8182, 3.6364),
    "rnn7": Stretch("sets/rnn7.py", "splice", 22.0, 11.4286),
    "dive_bar": Stretch("sets/dive_bar.py", "loud", 20.0, 2.0),
    "tour": Stretch("sets/tour.py", "all together", 24.0, 2.0),
}


@dataclass(frozen=True)
class ModelStretch:
    """What is heard of a model: `seconds` of what the code plays, from `skip_s` on."""

    code: str
    seconds: float = 12.0
    skip_s: float = 2.0
    seed: int = 1


MODELS = {
    "additive": ModelStretch(
        """ego = agent(space("additive"), dims=4, every=0.5*beats, step=0.15)
ego.scale, ego.strike = "c minor", 1"""
    ),
    "orchestra": ModelStretch(
        """ego = agent(space("orchestra"), dims=8, every=0.5*beats, step=0.15)
ego.scale, ego.strike = "d dorian", 0.7"""
    ),
    "percussion": ModelStretch(
        'skins = agent(space("percussion"), dims=6, every=0.25*beats, step=0.25)'
    ),
    "texture": ModelStretch('air = agent(space("texture"), dims=4, step=0.05)'),
    "piano": ModelStretch('piano = stream("piano")'),
    "chorale": ModelStretch('chorale = stream("chorale")'),
    "drummer": ModelStretch('drummer = stream("drummer", temperature=0.9)'),
    "tabla": ModelStretch('tabla = stream("tabla")'),
    "strings": ModelStretch('strings = stream("strings")'),
    "humpback": ModelStretch('humpback = stream("humpback")'),
}


def main() -> int:
    """Render all stretches, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tools.site.sounds")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--only", nargs="+", choices=[*GALLERY, *MODELS], default=[*GALLERY, *MODELS]
    )
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        keep(name, played(GALLERY[name]) if name in GALLERY else alone(name), options.folder)
    return 0


def keep(name: str, audio: NDArray[np.float32], folder: Path) -> None:
    """Write a sound of the gallery, (frames, 2), and its spectrogram."""
    path = folder / f"{name}.mp3"
    soundfile.write(
        path, audio, RATE, format="MP3", subtype="MPEG_LAYER_III",
        compression_level=COMPRESSION, bitrate_mode="VARIABLE",
    )  # fmt: skip
    draw(audio, folder / f"{name}.webp")
    print(f"{name}: {path.stat().st_size / 1000:.0f} kB")


def played(stretch: Stretch) -> NDArray[np.float32]:
    """Return the sound of a stretch, (frames, 2), faded at both ends."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.wav"
        seconds = stretch.skip_s + stretch.seconds
        path = ROOT / stretch.set
        rehearse(
            RehearseOptions(path, stretch.scene, out=out, seconds=seconds, seed=stretch.seed), print
        )
        audio, _ = soundfile.read(out, dtype="float32", always_2d=True)
    return cut(audio, stretch.skip_s, stretch.seconds)


def alone(name: str) -> NDArray[np.float32]:
    """Return the sound of a model alone, (frames, 2), faded at both ends."""
    stretch = MODELS[name]
    with Session(seed=stretch.seed, sr=RATE) as session:
        result = session.eval(stretch.code)
        if not result.ok:
            raise SystemExit(f"{name}: {result.error}")
        audio = session.advance(stretch.skip_s + stretch.seconds)
    return cut(audio, stretch.skip_s, stretch.seconds)


def cut(audio: NDArray[np.float32], skip_s: float, seconds: float) -> NDArray[np.float32]:
    """Return `seconds` of a sound, as loud as all others and faded at both ends."""
    audio = audio[round(skip_s * RATE) :][: round(seconds * RATE)].copy()
    loud = 10 ** (LEVEL_DBFS / 20) / np.sqrt(np.mean(audio**2))
    audio *= min(loud, PEAK / float(np.abs(audio).max()))
    for fade_s, part in ((FADE_IN_S, audio), (FADE_OUT_S, audio[::-1])):
        count = round(fade_s * RATE)
        part[:count] *= np.sin(np.linspace(0, np.pi / 2, count, dtype=np.float32))[:, None] ** 2
    return audio


def draw(audio: NDArray[np.float32], picture: Path) -> None:
    """Draw the spectrogram of (frames, 2), over log frequency, without anything around it."""
    from matplotlib import colormaps
    from PIL import Image

    mono = np.pad(audio.mean(axis=1), WINDOW // 2)
    starts = np.linspace(0, len(mono) - WINDOW, WIDTH).astype(int)
    weights = np.hanning(WINDOW)
    frames = mono[starts[:, None] + np.arange(WINDOW)] * weights
    level = np.abs(np.fft.rfft(frames, axis=1)) / (weights.sum() / 2)
    hz = np.geomspace(HIGHEST_HZ, LOWEST_HZ, HEIGHT)
    bins = hz * WINDOW / RATE
    wide = np.maximum(1, np.round(bins * 0.03)).astype(int)  # a third of a critical band or so
    rows = [level[:, max(0, int(at) - w // 2) : int(at) + w // 2 + 2].max(axis=1)
            for at, w in zip(bins, wide, strict=True)]  # fmt: skip
    level_db = 20 * np.log10(np.array(rows) + 1e-9)
    top = float(np.quantile(level_db, 0.9995))
    shade = np.clip((level_db - top + RANGE_DB) / RANGE_DB, 0, 1) ** 1.2
    image = Image.fromarray((colormaps["magma"](shade)[..., :3] * 255).astype(np.uint8))
    image.save(picture, quality=82, method=6)


if __name__ == "__main__":
    raise SystemExit(main())
