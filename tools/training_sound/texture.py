"""Tabla and small electric sounds, played in cycles of beats, to train a percussive texture on.

    python tools/training_sound/texture.py OUT --minutes 30

Needs numpy, soundfile and soxr, and Debian's sonic-pi-samples.  Of those only the samples are used
whose own entry in the package's copyright file says CC0.
"""

import argparse
import re
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE_HZ = 44_100
SAMPLES = Path("/usr/share/sonic-pi/samples")
COPYRIGHT = Path("/usr/share/doc/sonic-pi-samples/copyright")
LEVEL_DBFS = -20.0
CYCLES = 10  # of a file

#: Strokes of tabla, by syllable: the samples that one of them is drawn from.
STROKES = {
    "dha": ("tabla_ghe1", "tabla_na"),
    "dhin": ("tabla_ghe3", "tabla_tun1"),
    "na": ("tabla_na",),
    "ta": ("tabla_na_o",),
    "tin": ("tabla_tun2",),
    "te": ("tabla_te1",),
    "re": ("tabla_re",),
    "ke": ("tabla_ke1",),
    "ghe": ("tabla_ghe5",),
    "tas": ("tabla_tas1",),
    "tun": ("tabla_tun3",),
}
#: Cycles: a syllable for each half beat; a dash is a rest.
CYCLES_OF = (
    "dha - dhin - dhin - dha - dha - dhin - dhin - dha - dha - tin - tin - na - na - dhin - dhin - dha -",
    "dha ghe na ti dha ghe dhin na dha - te re ke te tun na ta - te re ta ke tin na dha - te re dha ghe na",
    "dhin - na - dhin - dhin - na - tin - na - dhin - dhin - na te",
    "dha te te dha te te dha te dha ghe tun na ke tas na te",
)
ELECTRIC = ("elec_ping", "elec_blip", "elec_tick", "elec_wood", "elec_plip", "elec_bong", "elec_twip",
            "elec_pop", "perc_bell", "elec_triangle")  # fmt: skip


def free_samples() -> set[str]:
    """Names of the samples whose entry says CC0."""
    free = set()
    for stanza in COPYRIGHT.read_text(encoding="utf-8").split("\n\n"):
        if "License: CC0" in stanza:
            free |= set(re.findall(r"etc/samples/(\w+)\.flac", stanza))
    return free


def _read(name: str) -> np.ndarray:
    audio, rate = soundfile.read(SAMPLES / f"{name}.flac", dtype="float32", always_2d=True)
    mono = soxr.resample(audio.mean(axis=1), rate, RATE_HZ)
    mono = mono[: round(0.9 * RATE_HZ)]
    fade = min(2000, len(mono))
    mono[-fade:] *= np.linspace(1, 0, fade)
    return np.asarray(0.5 * mono / np.abs(mono).max(), np.float32)


def played(kit: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """CYCLES rounds of one cycle at one pace, varied as a player would, with electric answers."""
    syllables = str(rng.choice(CYCLES_OF)).split()
    half_s = 60 / rng.uniform(88, 132) / 2 / rng.choice([1, 1, 1.5])
    audio = np.zeros(round((len(syllables) * CYCLES * half_s + 1) * RATE_HZ), np.float32)
    answers = rng.choice(ELECTRIC, 2, replace=False)

    def strike(name: str, at_s: float, gain: float) -> None:
        at = max(0, round((at_s + rng.normal(0, 0.002)) * RATE_HZ))
        stroke = kit[name][: len(audio) - at]
        audio[at : at + len(stroke)] += np.float32(gain) * stroke

    for turn in range(CYCLES):
        for number, syllable in enumerate(syllables):
            at_s = (turn * len(syllables) + number) * half_s
            if syllable not in STROKES:
                if rng.random() < 0.12:
                    strike("tabla_te2", at_s, 0.35)
                continue
            gain = 10 ** (rng.normal(-3, 1.5) / 20) * (1.3 if number == 0 else 1.0)
            for name in STROKES[syllable]:
                strike(name, at_s, gain)
            if rng.random() < 0.1:  # struck twice within its time
                strike("tabla_te1", at_s + half_s / 2, gain * 0.6)
        if turn % 2:
            for number in sorted(rng.choice(len(syllables), 3, replace=False)):
                at_s = (turn * len(syllables) + number) * half_s
                strike(str(rng.choice(answers)), at_s, 0.5)
    audio *= 10 ** (LEVEL_DBFS / 20) / np.sqrt(np.square(audio).mean())
    return np.asarray(
        np.tanh(audio[: round(len(syllables) * CYCLES * half_s * RATE_HZ)]), np.float32
    )


def main() -> int:
    """Writes OUT/tabla-NN.flac until there are so many minutes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    names = {name for group in STROKES.values() for name in group}
    names |= set(ELECTRIC) | {"tabla_te1", "tabla_te2"}
    free = free_samples()
    if unfree := sorted(names - free):
        print(f"left out, since their entry does not say CC0: {', '.join(unfree)}")
    silent = np.zeros(1, np.float32)
    kit = {name: _read(name) if name in free else silent for name in names}
    options.out.mkdir(parents=True, exist_ok=True)
    seconds, number = 0.0, 0
    while seconds < 60 * options.minutes:
        audio = played(kit, np.random.default_rng([options.seed, number]))
        soundfile.write(options.out / f"tabla-{number:02d}.flac", audio, RATE_HZ)
        seconds += len(audio) / RATE_HZ
        number += 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
