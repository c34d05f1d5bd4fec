"""Scores of the music21 corpus, played by FluidSynth: piano, choir and strings to train streams on.

    python tools/training_sound/scores.py piano OUT   # or choir, strings

Needs music21, numpy, soundfile and soxr; fluidsynth and the FluidR3 soundfont (Debian:
fluidsynth, fluid-soundfont-gm).  The soundfont is under the MIT licence, the compositions are in
the public domain.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from music21 import corpus, tempo

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
RATE_HZ = 44_100
#: Every piece is brought to this level, and pauses of more than PAUSE_S are cut down to that.
LEVEL_DBFS = -20.0
PAUSE_S, PAUSE_DBFS = 0.35, -62.0
TICKS = 480  # of a quarter


@dataclass(frozen=True)
class Recipe:
    """Which scores are played, on what, and how fast."""

    scores: tuple[str, ...]
    programs: tuple[int, ...]  # General MIDI, from 0, by part; the last one stands for all further
    quarters_a_minute: tuple[float, float]  # the slowest and the fastest, drawn by piece
    transpositions: tuple[int, ...]  # in semitones; each is played anew
    pedal: bool = False  # whether each bar is held by the sustaining pedal
    minutes: float = 40.0  # and no more


def _chorales() -> tuple[str, ...]:
    found = sorted(str(path) for path in corpus.getComposer("bach") if "bwv" in str(path))
    return tuple(random.Random(1).sample(found, 110))


RECIPES = {
    "piano": Recipe(
        (
            "mozart/k545/movement1_exposition",
            "schumann_clara/polonaise_op1n1",
            "schumann_clara/polonaise_op1n2",
            "schumann_clara/polonaise_op1n3",
            "schumann_clara/polonaise_op1n4",
            "cpebach/h186",
            "chopin/mazurka06-2",
            "joplin/maple_leaf_rag",
            "mozart/k155/movement2",
            "mozart/k156/movement2",
        ),
        (0,),
        (76, 96),
        (0, -2, 3),
        pedal=True,
    ),
    "choir": Recipe((), (52, 52, 52, 52), (52, 66), (0,)),
    "strings": Recipe(
        (
            "mozart/k155/movement2",
            "mozart/k156/movement2",
            "mozart/k458/movement3",
            "haydn/opus74no1/movement2",
            "haydn/opus1no1/movement3",
            "beethoven/opus18no1/movement2",
            "corelli/opus3no1/1grave",
            "mozart/k80/movement1",
            "beethoven/opus59no2/movement2",
            "beethoven/opus59no3/movement2",
        ),
        (48,),
        (60, 80),
        (0,),
    ),
}


def played(name: str, recipe: Recipe, semitones: int, seed: int) -> np.ndarray:
    """A score as sound (n,) at RATE_HZ: tempo, accents and small delays drawn from the seed."""
    chance = random.Random(seed)
    score = corpus.parse(name)
    if semitones:
        score = score.transpose(semitones)
    for mark in score.recurse().getElementsByClass(tempo.TempoIndication).stream():
        mark.activeSite.remove(mark)
    pace = chance.uniform(*recipe.quarters_a_minute)
    events: list[tuple[int, bytes]] = []
    for number, part in enumerate(score.parts):
        channel = number if number < 9 else number + 1
        program = recipe.programs[min(number, len(recipe.programs) - 1)]
        events.append((0, bytes([0xC0 | channel, program])))
        flat = part.flatten().stripTies()
        for each in flat.notes:
            begin, length = float(each.offset), float(each.quarterLength)
            if length <= 0:
                continue
            accent = 10 if begin % 2 == 0 else 4 if begin % 1 == 0 else -4
            swell = 8 * np.sin(begin / 8 * np.pi)  # phrases of two bars of four quarters
            for pitch in each.pitches:
                loud = int(np.clip(72 + accent + swell + chance.gauss(0, 5), 30, 115))
                late = chance.gauss(0, 0.008)
                start = max(0, round((begin + late) * TICKS))
                stop = max(start + 40, round((begin + length * 0.97) * TICKS))
                events.append((start, bytes([0x90 | channel, pitch.midi, loud])))
                events.append((stop, bytes([0x80 | channel, pitch.midi, 0])))
        if recipe.pedal:
            for bar in flat.getElementsByClass("Measure") or part.getElementsByClass("Measure"):
                at = float(bar.offset)
                events.append((max(0, round(at * TICKS) - 20), bytes([0xB0 | channel, 64, 0])))
                events.append((round(at * TICKS) + 30, bytes([0xB0 | channel, 64, 100])))
    events.sort(key=lambda event: (event[0], event[1][0] & 0xF0 == 0x90))
    with tempfile.TemporaryDirectory() as folder:
        song, sound = Path(folder) / "song.mid", Path(folder) / "sound.wav"
        song.write_bytes(_midi_file(events, pace))
        command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.6", "-r", str(RATE_HZ)]
        subprocess.run(
            [*command, "-F", str(sound), "-O", "s16", str(SOUNDFONT), str(song)],
            check=True,
            capture_output=True,
        )
        audio, _ = soundfile.read(sound, dtype="float32")
    return audio.mean(axis=1)


def _midi_file(events: list[tuple[int, bytes]], pace: float) -> bytes:
    """A MIDI file of one track."""

    def number(value: int) -> bytes:
        out = [value & 0x7F]
        while value := value >> 7:
            out.insert(0, value & 0x7F | 0x80)
        return bytes(out)

    track = b"\0\xff\x51\x03" + round(60e6 / pace).to_bytes(3, "big")
    now = 0
    for at, message in events:
        track += number(at - now) + message
        now = at
    track += number(TICKS) + b"\xff\x2f\0"
    header = b"MThd" + (6).to_bytes(4, "big") + bytes([0, 0, 0, 1]) + TICKS.to_bytes(2, "big")
    return header + b"MTrk" + len(track).to_bytes(4, "big") + track


def levelled(audio: np.ndarray, rate_hz: int) -> np.ndarray:
    """Audio (n,) at LEVEL_DBFS by what sounds of it, long pauses cut short."""
    hop = rate_hz // 100
    frames = audio[: len(audio) // hop * hop].reshape(-1, hop)
    loud = np.sqrt(np.square(frames).mean(axis=1))
    sounding = loud > 10 ** (PAUSE_DBFS / 20)
    audio = audio * 10 ** (LEVEL_DBFS / 20) / np.sqrt(np.square(loud[sounding]).mean())
    kept, silent = [], 0
    for frame, sounds in zip(range(len(frames)), sounding, strict=True):
        silent = 0 if sounds else silent + 1
        if silent <= PAUSE_S * 100:
            kept.append(audio[frame * hop : (frame + 1) * hop])
    out = np.concatenate(kept)
    return np.asarray(out / max(1.0, np.abs(out).max() / 0.98), np.float32)


def main() -> int:
    """Writes OUT/NAME-00.flac and so on, and says how long they are."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    recipe = RECIPES[options.name]
    scores = recipe.scores or _chorales()
    options.out.mkdir(parents=True, exist_ok=True)
    seconds, number = 0.0, 0
    for semitones in recipe.transpositions:
        for name in scores:
            if seconds > 60 * recipe.minutes:
                return 0
            try:
                audio = levelled(played(name, recipe, semitones, number), RATE_HZ)
            except Exception as error:  # a score that cannot be read is left out, and named
                print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            path = options.out / f"{options.name}-{number:02d}.flac"
            soundfile.write(path, audio, RATE_HZ)
            number += 1
            seconds += len(audio) / RATE_HZ
            print(f"{path.name}  {len(audio) / RATE_HZ:6.1f} s  {name} {semitones:+d}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
