"""`bench endurance`: whether memory grows or a clock drifts in a long performance of real processes."""

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

from livecode.bench.rows import BenchRow
from livecode.errors import LivecodeError
from livecode.journal.journal_file import read_journal
from livecode.journal.records import BlockEnded, Packet
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.signals.simulate import LEFT_ID, riot_packet

PLAYERS = ("mind", "voices", "engine")  # the terminal's memory is that of this program
#: Offset of the temperature in a ring's packet: after the address, the types and nine floats.
TEMPERATURE = riot_packet(LEFT_ID, 0.0).index(b",") + 24 + 9 * 4
BPM = 132
#: The blocks that are played one after another, again and again.
BLOCKS = (
    f"tempo({BPM})\nego = agent(space('additive'), dims=2, every=30*ms)\n"
    "ego.reward = reward(lambda rings, sound: rings.left.turn - sound.rms)",
    "voice = stream('piano', temperature=ramp(0.875, 1.15, over=8*bars), level=0.6)",
    "@dsp\ndef room(ego, size=0.8):\n    return Freeverb(ego, size=size, bal=0.4)",
    "low = stream('chorale', temperature=sine(0.85, 1.0, period=4*bars), level=0.4)",
    "room.size = 0.5 + 0.4 * rings.left.turn",
    "ego.dims = 4\nego.level = sine(0.2, 0.6, period=2*beats)",
    "voice.temperature = 1.05",
    "@dsp\ndef room(ego, size=0.8):\n    return Delay(ego, delay=[0.3, 0.4], feedback=0.5, mul=size)",
    "undo()",
    "ego = agent(space('orchestra'), dims=8, every=50*ms)\nego.reward = -sound.roughness",
    "voice.freeze()",
    "free(room)\nfree(low)",
)
EVERY_S = 5.0  # seconds between blocks
SHORTEST_S = 3 * len(BLOCKS) * EVERY_S  # three rounds, of which two are compared
PACKETS_HZ = 100
SETTLED_S = 300.0  # from here on, memory must be constant
SHORT = 0.25  # the share of a shorter performance after which memory must be constant
GROWTH = 0.02  # share of the settled memory; more growth than this is a leak
DRIFT_MS = 2.0
#: The counts that must be 0.
NEVER = ("processes that came up anew", "blocks of code that failed")
#: The share of the measurements at either end over which clocks are compared.
END = 0.1


@dataclass(frozen=True)
class ProcessSample:
    """The state of the processes at one moment."""

    at_s: float  # since the start
    memory_mb: dict[str, float]  # process -> its own memory
    files: int  # open files of all these processes
    sound_frame: float  # sample time of the sound
    tick_frame: int  # sample time of the newest tick
    beat: float  # in that tick


def run(seconds: float = 900.0, audio: str = "auto") -> list[BenchRow]:
    """Play for `seconds`, with a ring and a block every five seconds. Return growth and drift.

    Raises `LivecodeError` off Linux, or for too short a time.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        raise LivecodeError(
            "bench endurance reads the memory of processes in /proc: run it on Linux"
        )
    if seconds < SHORTEST_S:
        raise LivecodeError(f"bench endurance needs more time: give --for {SHORTEST_S:g} or more")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Live(Options(audio=audio, osc_port=port, seed=1)) as live:
        ok, error = live.evaluate(BLOCKS[0])
        if not ok:
            raise LivecodeError(f"bench endurance could not start ({error}): run `livecode doctor`")
        live.await_sound()
        header = live.header
        epochs = _epochs(live)
        snapshots, sent = _play(live, seconds, port)
        counts = {
            "processes that came up anew": _epochs(live) - epochs,
            "blocks that streams missed": header.underruns,
            "late blocks": header.late_blocks,
        }
        rate, journal = header.sample_rate, live.paths.journal
        about = {"device": live.attachment.arena.device.look().decode(), "blocks": header.blocks}
    rows = growth_rows(snapshots, min(SETTLED_S, SHORT * seconds))
    rows += drift_rows(snapshots, _ring_delays(journal, sent), rate)
    ended = [each for each in read_journal(journal) if isinstance(each, BlockEnded)]
    counts["blocks of code that failed"] = sum(not block.ok for block in ended)
    rows += [
        BenchRow.measured(what, count, "", {}, target=0 if what in NEVER else None)
        for what, count in counts.items()
    ]
    return [replace(row, about={**about, **row.about}) for row in rows]


def _epochs(live: Live) -> int:
    """Return how often all players together have started."""
    return sum(getattr(live.header, f"{name}_epoch") for name in PLAYERS)


def _play(live: Live, seconds: float, port: int) -> tuple[list[ProcessSample], "array[float]"]:
    """Return one snapshot a block, and the sample times at which ring packets were sent."""
    snapshots: list[ProcessSample] = []
    sent = array("d")
    began, done = time.monotonic(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ring:
        while (now_s := time.monotonic() - began) < seconds:
            if now_s >= done * EVERY_S:
                if done:
                    snapshots.append(_snapshot(live, now_s))
                live.begin(BLOCKS[done % len(BLOCKS)])
                done += 1
            packet = numbered(riot_packet(LEFT_ID, 60 * math.sin(0.7 * now_s)), len(sent))
            sent.append(live.header.now(time.monotonic_ns()))
            ring.sendto(packet, ("127.0.0.1", port))
            time.sleep(max(0.0, len(sent) / PACKETS_HZ - (time.monotonic() - began)))
    return snapshots, sent


def _snapshot(live: Live, at_s: float) -> ProcessSample:
    header = live.header
    posted = live.status.frame
    live.await_(lambda: live.status.frame != posted, "a new status")
    status = live.status
    pids = {name: getattr(header, f"{name}_pid") for name in PLAYERS}
    return ProcessSample(
        at_s,
        {name: _memory_mb(pid) for name, pid in pids.items()},
        sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids.values()),
        header.now(time.monotonic_ns()),
        status.frame,
        status.beat or 0.0,
    )


def _memory_mb(pid: int) -> float:
    """Return a process's own memory in MB, without files and without the arena.

    The arena has a fixed size, but its pages count one by one as they are touched.
    """
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) / 1024
    raise LivecodeError(f"/proc/{pid}/smaps_rollup shows no anonymous memory: use another kernel")


def numbered(packet: bytes, number: int) -> bytes:
    """Return a ring's packet whose temperature, which nothing reads, is a number."""
    return packet[:TEMPERATURE] + struct.pack(">f", number) + packet[TEMPERATURE + 4 :]


def _ring_delays(journal: Path, sent: "array[float]") -> NDArray[np.float64]:
    """Return the frames from the sending of each packet to the sample time that it was given."""
    delays = []
    for record in read_journal(journal):
        if isinstance(record, Packet):
            (number,) = struct.unpack_from(">f", record.data, TEMPERATURE)
            delays.append(record.frame - sent[int(number)])
    return np.array(delays)


def growth_rows(snapshots: list[ProcessSample], settled_s: float) -> list[BenchRow]:
    """Return the least-squares growth of memory, from means over whole rounds of the blocks."""
    size = len(BLOCKS)
    settled = [snapshot for snapshot in snapshots if snapshot.at_s > settled_s]
    settled = settled[: len(settled) // size * size]
    hours = np.array([snapshot.at_s for snapshot in settled]).reshape(-1, size).mean(1) / 3600
    rows = []
    for name in PLAYERS:
        each = (
            np.array([snapshot.memory_mb[name] for snapshot in settled]).reshape(-1, size).mean(1)
        )
        grown = float(np.polyfit(hours, each, 1)[0] * (hours[-1] - hours[0]))
        rows.append(
            BenchRow.measured(
                "growth of memory", grown, "MB", {"process": name}, baseline=float(each[0]),
                target=GROWTH * float(each[0]),
            )
        )  # fmt: skip
    files = np.array([snapshot.files for snapshot in settled]).reshape(-1, size).mean(1)
    rows.append(
        BenchRow.measured("growth of open files", float(files[-1] - files[0]), "", {}, target=1)
    )
    return rows


def drift_rows(
    snapshots: list[ProcessSample], delays: NDArray[np.float64], rate: int
) -> list[BenchRow]:
    """Return how far each clock drifts from the sound's between start and end, in ms."""
    first = snapshots[0]
    rows = []
    for what, of, frames in (
        # some packets are stamped early, by ticks that catch up after a delay
        ("ring packets", np.median, delays),
        # a snapshot may be late, but not early
        ("ticks", np.min, np.array([r.sound_frame - r.tick_frame for r in snapshots])),
        ("beats", np.median, np.array([
            (r.beat - first.beat) * 60 / BPM * rate - (r.tick_frame - first.tick_frame)
            for r in snapshots
        ])),
    ):  # fmt: skip
        end = max(1, round(END * len(frames)))
        begun, ended = (float(of(part)) / rate * 1e3 for part in (frames[:end], frames[-end:]))
        rows.append(
            BenchRow.measured(
                "drift from the sound", abs(ended - begun), "ms",
                {"of": what, "at first, ms": round(begun, 3)}, target=DRIFT_MS,
            )
        )  # fmt: skip
    return rows
