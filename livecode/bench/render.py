"""`bench render`: how much faster than real time sets play offline, beside pyo alone."""

import time
from pathlib import Path

from livecode.bench.rows import BenchRow
from livecode.engine.device import boot
from livecode.engine.pyo_quiet import pyo
from livecode.offline.session import Session
from livecode.sets.included import included_set
from livecode.sets.set_file import read_set
from livecode.voices import sinebank

SAMPLE_RATE, BLOCK = 48_000, 256
TARGET = 10.0  # times real time


def run(seconds: float = 20.0) -> list[BenchRow]:
    """Play `seconds` of the first set, and three times as much of the longest, with all its scenes."""
    sinebank.warm()
    alone = seconds / pyo_alone_s(seconds)
    rows = []
    for path, length in ((included_set("first"), seconds), (included_set("aego"), 3 * seconds)):
        about = {"set": path.name, "beside": "a sine in pyo"}
        rows.append(
            BenchRow.measured(
                "offline render", speed(path, length), "× real time", about,
                baseline=alone, target=TARGET, better="higher",
            )
        )  # fmt: skip
    return rows


def speed(path: Path, seconds: float) -> float:
    """Return played time over computing time for a set; each scene gets its share of `seconds`."""
    piece = read_set(path)
    lengths = [60.0 if scene.lasts is None else scene.lasts.plain_s for scene in piece.scenes]
    began = time.monotonic()
    with Session(seed=1, sr=SAMPLE_RATE, block=BLOCK) as session:
        session.open_set(piece)
        for index, length in enumerate(lengths):
            if index:
                session.begin_scene(index)
            session.advance(seconds * length / sum(lengths))
        played = session.time
    return played / (time.monotonic() - began)


def pyo_alone_s(seconds: float) -> float:
    """Return how long pyo alone computes `seconds` of one sine, block by block."""
    server = boot("headless", SAMPLE_RATE, BLOCK).server
    sine = pyo.Sine(440).out()
    server.start()
    began = time.monotonic()
    for _ in range(round(seconds * SAMPLE_RATE / BLOCK)):
        server.process()
    took = time.monotonic() - began
    sine.stop()
    server.stop()
    server.shutdown()
    return took
