"""`bench endurance`: whether memory grows, or a clock drifts, in a long performance of real processes."""

import math
import os
import socket
import struct
import time
from array import array
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.bench.rows import Row
from livecode.errors import LivecodeError
from livecode.journal.journal import read_journal
from livecode.journal.records import BlockEnded, Packet
from livecode.processes.live import Live
from livecode.processes.supervisor import Options
from livecode.signals.simulate import LEFT_ID, riot_packet

PLAYERS = ("mind", "voices", "engine")  # the terminal's memory is this program's
#: Byte of the temperature in a ring's packet: behind the address, the types and nine floats.
TEMPERATURE = riot_packet(LEFT_ID, 0.0).index(b",") + 24 + 9 * 4
BPM = 132
#: What is played, one block after the other, again and again.
BLOCKS = (
    f"tempo({BPM})\nego = agent(space('additive'), dims=2, every=30*ms)\n"
    "ego.reward = reward(lambda rings, sound: rings.left.turn - sound.rms)",
    "voice = stream('quartet', temperature=ramp(0.875, 1.15, over=8*bars), level=0.6)",
    "@dsp\ndef room(ego, size=0.8):\n    return Freeverb(ego, size=size, bal=0.4)",
    "low = stream('choir', temperature=sine(0.85, 1.0, period=4*bars), level=0.4)",
    "room.size = 0.5 + 0.4 * rings.left.turn",
    "ego.dims = 4\nego.level = sine(0.2, 0.6, period=2*beats)",
    "voice.temperature = 1.05",
    "@dsp\ndef room(ego, size=0.8):\n    return Delay(ego, delay=[0.3, 0.4], feedback=0.5, mul=size)",
    "undo()",
    "ego = agent(space('orchestra'), dims=8, every=50*ms)\nego.reward = -sound.roughness",
    "voice.freeze()",
    "free(room)\nfree(low)",
)
EVERY_S = 5.0  # from block to block
SHORTEST_S = 3 * len(BLOCKS) * EVERY_S  # three rounds, of which two are compared
PACKETS_HZ = 100
SETTLED_S = 300.0  # memory is to be flat from here on
SHORT = 0.25  # of a shorter performance, its settling
GROWTH = 0.02  # of the memory when it had settled: more than that is a leak
DRIFT_MS = 2.0
#: What is not to happen at all, of what is counted.
NEVER = ("processes that came up anew", "blocks of code that failed")
#: Clocks are compared by so much of either end.
END = 0.1


@dataclass(frozen=True)
class Reading:
    """The state at one moment."""

    at_s: float  # since the beginning
    memory_mb: dict[str, float]  # by process, its own
    files: int  # open, in these processes
    sound_frame: float  # sample time of the sound
    tick_frame: int  # sample time of the newest tick
    beat: float  # in that tick


def run(seconds: float = 900.0, audio: str = "auto") -> list[Row]:
    """Play for so long, with a ring and a block every five seconds: what grew, and what drifted."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise LivecodeError(
            "bench endurance reads the memory of processes in /proc: run it on Linux."
        )
    if seconds < SHORTEST_S:
        raise LivecodeError(f"bench endurance takes --for {SHORTEST_S:g} or more.")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Live(Options(audio=audio, osc_port=port, seed=1)) as live:
        ok, error = live.evaluate(BLOCKS[0])
        if not ok:
            raise LivecodeError(f"bench endurance could not begin: {error}")
        live.await_sound()
        header = live.header
        epochs = _epochs(live)
        readings, sent = _play(live, seconds, port)
        counts = {
            "processes that came up anew": _epochs(live) - epochs,
            "blocks that streams missed": header.underruns,
            "late blocks": header.late_blocks,
        }
        rate, journal = header.sample_rate, live.paths.journal
        about = {"device": live.supervisor.arena.device.look().decode(), "blocks": header.blocks}
    rows = _growth(readings, min(SETTLED_S, SHORT * seconds))
    rows += _drifts(readings, _ring_delays(journal, sent), rate)
    ended = [each for each in read_journal(journal) if isinstance(each, BlockEnded)]
    counts["blocks of code that failed"] = sum(not block.ok for block in ended)
    rows += [
        Row.measured(what, count, "", {}, target=0 if what in NEVER else None)
        for what, count in counts.items()
    ]
    return [replace(row, about={**about, **row.about}) for row in rows]


def _epochs(live: Live) -> int:
    """How often the players have come up, all together."""
    return sum(getattr(live.header, f"{name}_epoch") for name in PLAYERS)


def _play(live: Live, seconds: float, port: int) -> tuple[list[Reading], "array[float]"]:
    """The readings, one a block, and the sample time at which each of the ring's packets was sent."""
    readings: list[Reading] = []
    sent = array("d")
    began, done = time.monotonic(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ring:
        while (now_s := time.monotonic() - began) < seconds:
            if now_s >= done * EVERY_S:
                if done:
                    readings.append(_reading(live, now_s))
                live.begin(BLOCKS[done % len(BLOCKS)])
                done += 1
            packet = _numbered(riot_packet(LEFT_ID, 60 * math.sin(0.7 * now_s)), len(sent))
            sent.append(live.header.now(time.monotonic_ns()))
            ring.sendto(packet, ("127.0.0.1", port))
            time.sleep(max(0.0, len(sent) / PACKETS_HZ - (time.monotonic() - began)))
    return readings, sent


def _reading(live: Live, at_s: float) -> Reading:
    header = live.header
    posted = live.status.frame
    live.await_(lambda: live.status.frame != posted, "a new status")
    status = live.status
    pids = {name: getattr(header, f"{name}_pid") for name in PLAYERS}
    return Reading(
        at_s,
        {name: _memory_mb(pid) for name, pid in pids.items()},
        sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids.values()),
        header.now(time.monotonic_ns()),
        status.frame,
        status.beat or 0.0,
    )


def _memory_mb(pid: int) -> float:
    """What is a process's own: no file, and not the arena, which is of one size and touched bit by bit."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) / 1024
    raise LivecodeError(f"/proc/{pid}/smaps_rollup does not say how much memory there is.")


def _numbered(packet: bytes, number: int) -> bytes:
    """A ring's packet whose temperature, which nothing reads, is its number."""
    return packet[:TEMPERATURE] + struct.pack(">f", number) + packet[TEMPERATURE + 4 :]


def _ring_delays(journal: Path, sent: "array[float]") -> NDArray[np.float64]:
    """Frames from the sending of each packet to the sample time that the performance gave it."""
    delays = []
    for record in read_journal(journal):
        if isinstance(record, Packet):
            (number,) = struct.unpack_from(">f", record.data, TEMPERATURE)
            delays.append(record.frame - sent[int(number)])
    return np.array(delays)


def _growth(readings: list[Reading], settled_s: float) -> list[Row]:
    """Least-squares growth of memory over an hour, from means over whole rounds of the blocks."""
    size = len(BLOCKS)
    settled = [reading for reading in readings if reading.at_s > settled_s]
    settled = settled[: len(settled) // size * size]
    hours = np.array([reading.at_s for reading in settled]).reshape(-1, size).mean(1) / 3600
    rows = []
    for name in PLAYERS:
        each = np.array([reading.memory_mb[name] for reading in settled]).reshape(-1, size).mean(1)
        grown = float(np.polyfit(hours, each, 1)[0] * (hours[-1] - hours[0]))
        rows.append(
            Row.measured(
                "growth of memory", grown, "MB", {"process": name}, baseline=float(each[0]),
                target=GROWTH * float(each[0]),
            )
        )  # fmt: skip
    files = np.array([reading.files for reading in settled]).reshape(-1, size).mean(1)
    rows.append(Row.measured("growth of open files", float(files[-1] - files[0]), "", {}, target=1))
    return rows


def _drifts(readings: list[Reading], delays: NDArray[np.float64], rate: int) -> list[Row]:
    """How much further each clock is from the sound's at the end than at the beginning, in ms."""
    first = readings[0]
    rows = []
    for what, of, frames in (
        # of packets some are stamped early, by ticks that are made up for after a hold-up
        ("ring packets", np.median, delays),
        # a reading may come late, but not early
        ("ticks", np.min, np.array([r.sound_frame - r.tick_frame for r in readings])),
        ("beats", np.median, np.array([
            (r.beat - first.beat) * 60 / BPM * rate - (r.tick_frame - first.tick_frame)
            for r in readings
        ])),
    ):  # fmt: skip
        end = max(1, round(END * len(frames)))
        begun, ended = (float(of(part)) / rate * 1e3 for part in (frames[:end], frames[-end:]))
        rows.append(
            Row.measured(
                "drift from the sound", abs(ended - begun), "ms",
                {"of": what, "at first, ms": round(begun, 3)}, target=DRIFT_MS,
            )
        )  # fmt: skip
    return rows
