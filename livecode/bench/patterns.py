"""`bench patterns`: 32 hits at once and 16 synth voices beside two streams and an agent, played live."""

import tempfile
import time
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import psutil
import soundfile
from numpy.typing import NDArray

from livecode.bench.rows import BenchRow, Identity
from livecode.errors import LivecodeError
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.signals.tempo import Tempo
from livecode.transport.messages import Tape

HITS, VOICES = 32, 16
BPM = 132
RATE_HZ = 48_000
BEAT_S = 60 / BPM
#: What plays throughout: two streams, an agent that hears them, and clicks whose samples are counted.
BESIDE = (
    f"tempo({BPM})\nvoice = stream('piano', level=0.3)\nlow = stream('chorale', level=0.3)",
    "ego = agent(space('additive'), dims=4, every=30*ms, level=0.3)\n"
    "ego.reward = reward(lambda rings, voice: rings.twist - voice.rms)",
)
CLICKS = "clicks = hits('click*4', kit({kit!r}), gain=0.25)"
MANY_HITS = (
    "drums = hits('["
    + ",".join(f"tone:{n}" for n in range(HITS))
    + "]*4', kit({kit!r}), level=0.1)"
)
CHORD = "[0,2,4,6,7,9,11,13]*2"
SYNTHS = tuple(
    f"{name} = notes('{CHORD}', '{synth}', scale='c minor', voices={VOICES // 2}, level=0.1)"
    for name, synth in (("chords", "pluck"), ("cloud", "pad"))
)
PLAYERS = ("mind", "voices", "engine")
#: After a change, and before it is measured.
SETTLE_S = 4.0
#: Each load is measured for this share of the whole length, within these lengths in seconds.
SHARE, SHORTEST_S, LONGEST_S = 0.1, 2.0, 20.0
#: The share of its block that the engine may take, and that of a core for voices and mind.
MOST = 0.8
#: An onset is a sample louder than this; clicks are this far apart at least.
LOUD, APART_S = 0.02, 0.1


@dataclass(frozen=True)
class Load:
    """What the processes took of the time that passed: 1 is one core."""

    seconds: float
    engine: float  # the share of its blocks' time that the engine needs, as it says
    voices: float  # the same of the voices
    cpu: dict[str, float]  # process -> share of a core


def run(seconds: float = 600.0, audio: str = "auto") -> list[BenchRow]:
    """Play for `seconds`. Return loads, underruns, the cost of a voice, and how exact onsets are.

    Raises LivecodeError where something cannot be played.
    """
    window_s = min(max(SHARE * seconds, SHORTEST_S), LONGEST_S)
    with tempfile.TemporaryDirectory() as folder, Live(Options(audio=audio, osc_port=0)) as live:
        kit = _kit(Path(folder))
        take = Path(folder) / "take.wav"

        def play(*blocks: str) -> None:
            for block in blocks:
                ok, error = live.evaluate(block)
                if not ok:
                    raise LivecodeError(f"bench patterns could not play ({error}): {block}")
            live.await_sound()
            time.sleep(SETTLE_S)

        play(*BESIDE, CLICKS.format(kit=kit), MANY_HITS.format(kit=kit), *SYNTHS)
        play(f"record({str(take)!r}, stems=True)")
        off = _off_their_beats(live, take)
        header, names = live.header, set(live.status.sounding)
        before = header.blocks, header.underruns, header.late_blocks
        whole = _load(live, seconds)
        blocks, underruns, late = (
            now - then
            for now, then in zip(
                (header.blocks, header.underruns, header.late_blocks), before, strict=True
            )
        )
        lost = len(names - set(live.status.sounding)) + len({"drums", "chords", "cloud"} - names)
        # what is loaded at the start costs something, too, so the lesser loads come afterwards
        play("free(chords)\nfree(cloud)")
        hitting = _load(live, window_s)
        play("free(drums)")
        alone = _load(live, window_s)
        device = live.attachment.arena.device.look().decode()
    counts = {
        "underruns": (underruns, f"of {blocks}", 0.0),
        "late blocks": (late, f"of {blocks}", None),
        "names that were taken back": (lost, "", 0.0),
    }
    rows = load_rows(alone, hitting, whole)
    rows += [
        BenchRow.measured(what, value, unit, {}, target=target)
        for what, (value, unit, target) in counts.items()
    ]
    rows += onset_rows(off)
    about: Identity = {"device": device, "hits": HITS, "synth voices": VOICES}
    return [replace(row, about={**about, **row.about}) for row in rows]


def load_rows(alone: Load, hitting: Load, whole: Load) -> list[BenchRow]:
    """Return rows of what all takes, beside streams and agent alone, and of what one voice takes."""
    beside = {"beside": "two streams and an agent"}
    rows = [
        BenchRow.measured("load of the engine", whole.engine, "of a block", beside,
                          baseline=alone.engine, target=MOST),
        BenchRow.measured("load of the voices", whole.voices, "of the time", beside,
                          baseline=alone.voices, target=MOST),
    ]  # fmt: skip
    rows += [
        BenchRow.measured(f"time of the {name}", whole.cpu[name], "of a core", beside,
                          baseline=alone.cpu[name], target=MOST if name == "mind" else None)
        for name in PLAYERS
    ]  # fmt: skip
    hit = (hitting.cpu["voices"] - alone.cpu["voices"]) / HITS
    synth = (whole.cpu["engine"] - hitting.cpu["engine"]) / VOICES
    rows += [
        BenchRow.measured(f"cost of a {what}", 100 * max(cost, 0.0), "% of a core", {"in": process})
        for what, cost, process in (("hit", hit, "voices"), ("synth voice", synth, "engine"))
    ]
    return rows


def onset_rows(off: NDArray[np.int64]) -> list[BenchRow]:
    """Return how far onsets are from their beats, in samples; `off` has the distance of each."""
    worst = float(off.max()) if len(off) else None
    about = {"onsets": len(off)}
    return [BenchRow.measured("onsets off their beats", worst, "samples", about, target=1.0)]


def off_their_beats(heard: NDArray[np.float64], begin: int, tempo: Tempo) -> NDArray[np.int64]:
    """Return how many samples each click of `heard`, which begins at a sample time, is off its beat."""
    loud = np.flatnonzero(np.abs(heard) > LOUD) + begin
    loud = loud[np.diff(loud, prepend=-RATE_HZ) > APART_S * tempo.sample_rate]
    beats = [round(tempo.beat_at(at)) for at in loud.tolist()]
    lines = [tempo.frame_of_beat(Fraction(beat)) for beat in beats]
    return np.abs(loud - np.array(lines, np.int64))


def _off_their_beats(live: Live, take: Path) -> NDArray[np.int64]:
    """Return the same of the recording that is being made, and end it."""
    tape = msgspec.json.decode(live.attachment.arena.tape.look() or b"", type=Tape)
    tempo = Tempo(live.header.sample_rate)
    tempo.restore(live.status.clock)
    ok, error = live.evaluate("record.stop()")
    if not ok:
        raise LivecodeError(f"bench patterns could not record: {error}")
    stems = list(take.parent.rglob("clicks.wav"))
    heard = soundfile.read(stems[0], always_2d=True)[0][:, 0] if stems else np.zeros(0)
    return off_their_beats(heard, tape.begin, tempo)


def _load(live: Live, seconds: float) -> Load:
    """Watch the processes for so long."""
    header = live.header
    pids = {name: getattr(header, f"{name}_pid") for name in PLAYERS}
    before = {name: _cpu_s(pid) for name, pid in pids.items()}
    began, engine, voices = time.monotonic(), [], []
    while (passed_s := time.monotonic() - began) < seconds:
        time.sleep(min(0.25, seconds - passed_s))
        engine.append(header.load)
        voices.append(header.voices_load)
    took = {name: (_cpu_s(pid) - before[name]) / passed_s for name, pid in pids.items()}
    return Load(passed_s, float(np.mean(engine)), float(np.mean(voices)), took)


def _cpu_s(pid: int) -> float:
    """Return the seconds of processor time that a process has taken."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _kit(folder: Path) -> str:
    """Write a click of one sample, and tones that last a beat each; return the folder."""
    kit = folder / "kit"
    for name in ("click", "tone"):
        (kit / name).mkdir(parents=True)
    soundfile.write(kit / "click" / "0.wav", np.eye(1, 480)[0], RATE_HZ, "FLOAT")
    seconds = np.arange(round(BEAT_S * RATE_HZ)) / RATE_HZ
    for number in range(HITS):
        tone = np.sin(2 * np.pi * 110 * 2 ** (number / 12) * seconds) * (1 - seconds / BEAT_S)
        soundfile.write(kit / "tone" / f"{number:02}.wav", 0.3 * tone, RATE_HZ, "FLOAT")
    return str(kit)
