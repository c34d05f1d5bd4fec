"""Measures the ten sources that `livecode bench judge` knows: `python -m tools.judge_sources DATA`.

DATA holds a folder for each recipe of docs/training-sound.md (piano, choir, strings, drums, tabla,
humpback), `recordings` with two pieces of music, and `instruments` with single notes.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from livecode.bench.judge import KNOWN, SECONDS, Judge, Known, Pieces, stacked
from livecode.bench.judge_features import RATE_HZ, Floats, features

#: Of a source, so many pieces are kept for each purpose; they begin at least so far apart.
MOST, APART_S = 16, 5.0
#: Pieces that the judge knows sources by are also heard in noise, so many dB below them: what noise
#: changes then counts for less.
NOISE_DB = (-30.0, -20.0)
#: Lengths in seconds that a single note is cut to, and how many make a melody.
NOTE_S, NOTES, FADE = (0.25, 0.5, 0.5, 1.0), 200, 400


@dataclass(frozen=True)
class Recipe:
    """A source: files that its pieces are known by, and others that the judge is tried on."""

    heard: tuple[str, ...]
    unheard: tuple[str, ...] = ()  # none: every other ten seconds of the same


#: What streams learned from is known by what was held out of their training.
RECIPES = {
    "piano": Recipe(
        ("piano/piano-01", "piano/piano-11", "piano/piano-21"), ("piano/piano-0[02-9]",)
    ),
    "tabla": Recipe(("tabla/tabla-03", "tabla/tabla-16"), ("tabla/tabla-0[4-9]",)),
    "chorale": Recipe(
        ("choir/choir-04", "choir/choir-19", "choir/choir-36"),
        ("choir/choir-0[5-9]", "choir/choir-1[0-7]"),
    ),
    "drummer": Recipe(
        ("drums/drums-004-*", "drums/drums-009-*"), ("drums/drums-01*", "drums/drums-02*")
    ),
    "strings": Recipe(("strings/strings-02",), ("strings/strings-0[0135-8]",)),
    "humpback": Recipe(("humpback/humpback-held-out",), ("humpback/humpback[+-]?",)),
    "sugar_plum": Recipe(("recordings/sugar_plum",)),
    "vibe_ace": Recipe(("recordings/vibe_ace",)),
    "flute": Recipe(("instruments/flute",)),
    "violin": Recipe(("instruments/violin",)),
}


def read(path: Path) -> Floats:
    """The mono sound of a file at the judge's rate; of a folder of single notes, a melody of them."""
    if path.is_dir():
        return melody([read(each) for each in sorted(path.iterdir())])
    audio, rate = soundfile.read(path, always_2d=True)
    return np.asarray(soxr.resample(audio.mean(axis=1), rate, RATE_HZ), np.float64)


def melody(notes: Sequence[Floats]) -> Floats:
    """Notes one after another, drawn and cut at random, but always the same."""
    random, parts = np.random.default_rng(0), []
    for _ in range(NOTES):
        length = round(RATE_HZ * float(random.choice(NOTE_S)))
        note = notes[random.integers(len(notes))][:length].copy()
        note[-FADE:] *= np.linspace(1, 0, FADE)
        parts.append(note)
    return np.concatenate(parts)


def sounds(data: Path, names: Sequence[str]) -> list[Floats]:
    """The sound of each file or folder that these names find."""
    found = [
        path
        for name in names
        for path in sorted([*data.glob(f"{name}.*"), *(p for p in data.glob(name) if p.is_dir())])
    ]
    assert found, (
        f"there is nothing called {names[0]} in {data}: make it as docs/training-sound.md says"
    )
    return [read(path) for path in found]


def pieces(whole: Sequence[Floats]) -> Iterator[Floats]:
    """At most MOST pieces, spread evenly over all sound."""
    size, apart = round(SECONDS * RATE_HZ), round(APART_S * RATE_HZ)
    places = [
        (i, at) for i, sound in enumerate(whole) for at in range(0, len(sound) - size + 1, apart)
    ]
    for i in np.unique(np.linspace(0, len(places) - 1, min(MOST, len(places))).round().astype(int)):
        number, at = places[i]
        yield whole[number][at : at + size]


def in_noise(piece: Floats) -> Iterator[Floats]:
    """The piece with noise at each level, as strong in every octave."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(len(piece)))
    noise = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 100.0), len(piece))
    for level in NOISE_DB:
        yield piece + noise * 10 ** (level / 20) * piece.std() / noise.std()


def main(arguments: Sequence[str]) -> int:
    """Write the figures, and print how often the judge is right about sound of the sources."""
    data = Path(arguments[0])
    rows: dict[str, list[dict[str, Floats]]] = {"heard": [], "unheard": []}
    numbers: dict[str, list[int]] = {"heard": [], "unheard": []}
    for number, recipe in enumerate(RECIPES.values()):
        heard = sounds(data, recipe.heard)
        if recipe.unheard:
            unheard = sounds(data, recipe.unheard)
        else:
            heard, unheard = turns(heard)
        for part, whole in (("heard", heard), ("unheard", unheard)):
            figures = [
                features(piece)
                for clean in pieces(whole)
                for piece in ([clean, *in_noise(clean)] if part == "heard" else [clean])
            ]
            rows[part] += figures
            numbers[part] += [number] * len(figures)
    parts = [Pieces(stacked(rows[part]), np.array(numbers[part])) for part in rows]
    known = Known(tuple(RECIPES), *parts)
    named = np.array(Judge(known).named(known.unheard.figures))
    for number, name in enumerate(known.names):
        own = named[known.unheard.source == number]
        print(f"{name:12} {np.mean(own == name):6.1%} of {len(own)}")
    print(f"all          {np.mean(named == np.array(known.names)[known.unheard.source]):6.1%}")
    known.write(Path(arguments[1]) if len(arguments) > 1 else KNOWN)
    return 0


def turns(whole: Sequence[Floats]) -> tuple[list[Floats], list[Floats]]:
    """Every other ten seconds of each sound, and the others."""
    size = round(SECONDS * RATE_HZ)
    cut = [sound[at : at + size] for sound in whole for at in range(0, len(sound) - size + 1, size)]
    return cut[::2], cut[1::2]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
