"""`bench engine`: late blocks while the mind is kept busy, compared with the engine alone."""

import time
from dataclasses import dataclass

from livecode.bench.rows import BenchRow, Identity
from livecode.processes.attachment import Attachment
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.processes.supervisor import Supervisor
from livecode.transport import Header

#: What the mind evaluates; each load keeps it busy until `end`.
LOADS = {
    "nothing": "",
    "a Python loop": "while time.monotonic() < end: pass",
    "sorted() on a million floats": (
        "numbers = list(np.random.default_rng(1).random(1_000_000))\n"
        "while time.monotonic() < end: sorted(numbers)"
    ),
    "a small torch training loop": (
        "import torch\n"
        "net = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 1))\n"
        "adam = torch.optim.Adam(net.parameters())\n"
        "x = torch.randn(256, 64)\n"
        "while time.monotonic() < end:\n"
        "    adam.zero_grad(); net(x).square().mean().backward(); adam.step()"
    ),
}
#: A load may cost this factor, and this many blocks, more than the engine alone.
FACTOR, GRACE = 1.2, 2


@dataclass(frozen=True)
class BlockCount:
    """The numbers of blocks and of late blocks in a period of time."""

    blocks: int
    late: int


def run(seconds: float = 5.0, audio: str = "headless") -> list[BenchRow]:
    """Measure each load for `seconds`."""
    alone = _engine_alone(seconds, audio)
    rows = [_row("the engine alone", alone, alone, {})]
    with Live(Options(audio=audio)) as live:
        assert live.evaluate("ego = agent(space('additive'), dims=2, every=30*ms)")[0]
        assert live.evaluate("import time")[0]
        live.await_sound()
        for load, code in LOADS.items():
            rows.append(_row(load, _under(live, code, seconds), alone, {"repl": load}))
        underruns = live.header.underruns
        rows.append(
            BenchRow.measured("underruns of the voice", underruns, "", {"repl": "all of these"})
        )
    return rows


def _row(what: str, count: BlockCount, alone: BlockCount, about: Identity) -> BenchRow:
    return BenchRow.measured(
        f"late blocks, {what}" if not about else "late blocks",
        count.late,
        f"of {count.blocks}",
        about,
        baseline=alone.late,
        target=FACTOR * alone.late + GRACE,
    )


def _engine_alone(seconds: float, audio: str) -> BlockCount:
    """BlockCount the late blocks of an engine process with no other process beside it."""
    options, paths = Options(audio=audio), Paths()
    attachment = Attachment(options, paths, say=print)
    supervisor = Supervisor(options, paths, print, attachment.arena)
    try:
        supervisor.start_one("engine")
        attachment.await_sound_path()
        return _count(supervisor.arena.header, seconds)
    finally:
        supervisor.stop()


def _under(live: Live, code: str, seconds: float) -> BlockCount:
    if code:
        live.begin(f"end = time.monotonic() + {seconds + 1}\n{code}\n")
        time.sleep(0.5)  # so that the load runs throughout
    count = _count(live.header, seconds)
    if code:
        assert live.evaluate("end", limit_s=seconds + 60)[0]
    return count


def _count(header: Header, seconds: float) -> BlockCount:
    blocks, late = header.blocks, header.late_blocks
    time.sleep(seconds)
    return BlockCount(header.blocks - blocks, header.late_blocks - late)
