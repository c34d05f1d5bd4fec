"""Random programs are played live, on a busy machine, and replayed: every control, every sample."""

import multiprocessing
import os
import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.journal.journal_file import read_journal
from livecode.journal.records import Closed
from livecode.offline.replay import replay
from livecode.processes.live import Live
from livecode.processes.options import Options
from tests.offline.programs import program
from tests.offline.test_replay_live import ROUNDING, packet

pytestmark = pytest.mark.live

#: As many programs are played in one performance.
TOGETHER = 25
#: Which of them are played, as 8:11 from 0; those before may matter, too.
CHOSEN = slice(
    *(
        int(each) if each else None
        for each in os.environ.get("LIVECODE_TEST_PROGRAMS", ":").split(":")
    )
)


def _burn() -> None:
    while True:
        sum(range(10_000))


@contextmanager
def _busy(processes: int) -> Iterator[None]:
    """Let other processes keep the machine busy."""
    burning = [
        multiprocessing.get_context("spawn").Process(target=_burn, daemon=True)
        for _ in range(processes)
    ]
    for each in burning:
        each.start()
    try:
        yield
    finally:
        for each in burning:
            each.kill()
            each.join()


def _played(
    folder: Path, programs: list[list[str]], seed: int, busy: int
) -> tuple[Path, list[int]]:
    """Play programs one after the other; returns the journal, and the sample times at which they began."""
    rng, number = np.random.default_rng(seed), random.Random(seed)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = Options(audio="headless", osc_port=port, record=folder / "live.wav", seed=seed)
    begun = []
    with (
        Live(options) as live,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rings,
        _busy(busy),
    ):
        assert live.evaluate("depth = 0.05 + 0*beat") == (True, None)
        for blocks in programs:
            begun.append(int(live.header.now(time.monotonic_ns())))
            for block in blocks:
                live.evaluate(block)  # a block may well fail
                end = time.monotonic() + number.uniform(0.05, 0.3)
                while time.monotonic() < end:
                    rings.sendto(packet(rng), ("127.0.0.1", port))
                    time.sleep(0.02)
        begun.append(int(live.header.now(time.monotonic_ns())))
        time.sleep(0.8)  # what comes late just before the end nobody is there to note
    return live.paths.journal, begun


def _check(folder: Path, programs: list[list[str]], seed: int, busy: int = 0) -> None:
    """Play and replay programs, and name the first whose replay differs."""
    journal, begun = _played(folder, programs, seed, busy)
    result = replay(journal, folder / "again.wav")
    heard, _ = soundfile.read(folder / "live.wav", dtype="float32")
    again, rate = soundfile.read(folder / "again.wav", dtype="float32")
    closed = next(record.tick for record in read_journal(journal) if isinstance(record, Closed))
    end = min(begun[-1], closed - 256, len(heard), len(again))
    differs = np.flatnonzero(np.abs(heard[:end] - again[:end]).max(axis=1) > ROUNDING)
    first = [] if not len(differs) else [differs[0]]
    first += [] if result.differs_at_s is None else [round(result.differs_at_s * rate)]
    if first:
        which = int(np.searchsorted(begun, min(first), side="right")) - 1
        code = "\n---\n".join(programs[max(0, which)])
        pytest.fail(
            f"seed {seed}, program {which} differs at {min(first) / rate:.3f} s (controls: "
            f"{result.differs_at_s}, sound: {len(differs)} frames):\n{code}\n{result.sentences[:4]}"
        )
    assert np.abs(heard).max() > 0.01


@pytest.mark.slow
def test_what_the_beat_moves_is_replayed_though_a_slow_load_follows_the_tempo(tmp_path: Path):
    slow = "import time; time.sleep(0.25)"
    programs = [
        [
            f"tempo(134)\n{slow}\no = space('additive')",
            "ego = agent(o, level=lambda beat: 0.2 + 0.1 * (beat % 1))",
        ],
        [f"tempo(97)\nego.every = 0.25*beats\ndepth = 0.02 * beat\n{slow}\nego.pan = depth"],
        [f"fade(0.2*s)\n{slow}\ntempo.tap()\nego.pan = float(beat) % 1\nmute(ego)", "unmute()"],
    ]
    _check(tmp_path, programs, 5)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(8))
def test_random_programs_are_replayed_control_by_control(tmp_path: Path, seed: int):
    """Eight performances of 25 programs each, while two other processes keep the machine busy."""
    rng = random.Random(seed)
    _check(tmp_path, [program(rng) for _ in range(TOGETHER)][CHOSEN], seed, busy=2)
