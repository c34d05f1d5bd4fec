"""`bench render`: how much faster than real time the first set plays offline, beside pyo alone."""

import time

from livecode.bench.rows import Row
from livecode.bench.start import first_set
from livecode.engine.device import boot
from livecode.engine.pyo_quiet import pyo
from livecode.language.sets import read_set
from livecode.session import Session
from livecode.voices import sinebank

SAMPLE_RATE, BLOCK = 48_000, 256
TARGET = 10.0  # times real time


def run(seconds: float = 20.0) -> list[Row]:
    """Play that much of the set."""
    sinebank.warm()
    alone = seconds / pyo_alone_s(seconds)
    began = time.monotonic()
    with Session(seed=1, sr=SAMPLE_RATE, block=BLOCK) as session:
        session.open_set(read_set(first_set()))
        session.advance(seconds)
    speed = seconds / (time.monotonic() - began)
    about = {"set": "first.py", "beside": "a sine in pyo"}
    return [
        Row.measured(
            "offline render", speed, "× real time", about,
            baseline=alone, target=TARGET, better="higher",
        )
    ]  # fmt: skip


def pyo_alone_s(seconds: float) -> float:
    """How long pyo computes for that much of one sine, block by block."""
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
