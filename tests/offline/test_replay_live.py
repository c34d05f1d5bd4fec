"""Replaying what was played live, by four real processes: every control, every sample."""

import os
import socket
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.journal.journal_file import read_journal
from livecode.journal.records import BlockBegun, Closed, Heartbeat, MessagesHeard
from livecode.offline.replay import replay
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.signals.intake import CUES_TOKEN
from livecode.transport.messages import Tilted
from tests.samplernn_model import write_samplernn

pytestmark = pytest.mark.live

BLOCKS = (
    "ego = agent(space('additive'), dims=2, every=30*ms)\n"
    "ego.reward = reward(lambda rings, sound: rings.left.energy - sound.rms)",
    "r = stream('piano', temperature=lambda sound: 0.9 + 0.2*sound.rms, level=0.6)",
    "@dsp\ndef hall(ego, size=0.8):\n"
    "    return Freeverb(ego, size=size, bal=0.5) * Sine(3, mul=0.4, add=0.5) + Noise(0.01)",
    "@dsp\ndef hall(ego, size=0.8):\n    return ego * size + Noise(0.02) * Randi(0, 1, 5)",
    "hall.size = 0.3\nego.level = sine(period=1*s, low=0.2, high=0.7)",
    "tempo(100)\nego.dims = 3\nfade(0.3*s)\nr.room = sine(0.1, 0.6, period=2*s)\nr.delay = (1/8, 0.5)",
    "r.temperature = 1.05",
    "ego = agent(space('additive'), dims=2, every=20*ms, seed=3)",
    "undo()",
    "like = lambda keys: keys.like\nego.reward = reward(like)",
    "hush(0.3*s)",
    "undo()",
    "low = agent(space('additive'), dims=1, level=0.3, pan=-0.4)",
    "free(hall)",
)
#: Another reward or another width in each, and one reward that fails.
TILTS = (
    "r = stream({model!r}, level=0.6)\nr.candidates, r.chunk = 4, 80*ms\nr.tilt = shimmer",
    "r.strength = sine(0, 4, period=1*s)\nr.tilt = darkness + rings.twist * drone",
    "r.candidates = lambda rings: 4 + 2 * rings.twist\nr.temperature = sine(0.9, 1.1, period=1*s)",
    "@reward\ndef bad(sound):\n    return 1 / 0 if sound.surprise else sound.rms\nr.tilt = bad",
    "undo()",
)
#: Scenes that others go to by cues: what they make stands beside what the blocks make.
SET = """
wide = space("additive")
# %% calm  fade=0.2*s
bell = wide.hold(0.3, sine(0, 1, period=3*s), level=0.3)
# %% keen  fade=0.1*s ends=["bell"]
keen = agent(wide, dims=4, every=40*ms, level=0.3, pan=0.6)
keen.reward = rings.left.tilt
# %% gone  ends=["keen", "bell"]
"""
CUES, TOKEN = ("keen", "gone", "calm", "+1", "-1"), "sesame"
PANIC_EVERY_S = 90.0
#: Of what is played: "jack" beside a virtual card, for instance.
AUDIO = os.environ.get("LIVECODE_TEST_AUDIO", "headless")
#: What comes late is noted within this time, in seconds.
NOTED_S = 1.0
#: What was seen on the machine that this was written on is 0, but PortAudio's need not be.
ROUNDING = 1e-6


def packet(rng: np.random.Generator) -> bytes:
    """A ring's readings, moving at random."""
    return b"/0/raw\0\0,fffffffff\0\0" + rng.normal(0, 1, 9).astype(">f4").tobytes()


def cue(name: str) -> bytes:
    """What a second person sends."""
    parts = (b"/livecode/cue", b",ss", name.encode(), TOKEN.encode())
    return b"".join(part + bytes(4 - len(part) % 4) for part in parts)


def play(folder: Path, seconds: float, blocks: tuple[str, ...] = BLOCKS) -> tuple[Path, int]:
    """Play blocks, cues, rings and keys for so long; returns the journal, and the last sample time.

    The sound is in live.wav. It goes on for a while after that time, so that what came late before it is
    noted, on a busy machine, too.
    """
    piece = folder / "piece.py"
    piece.write_text(SET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = Options(
        audio=AUDIO, osc_port=port, record=folder / "live.wav", seed=5, set_path=piece
    )
    rng = np.random.default_rng(1)
    with (
        Live(options) as live,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rings,
    ):
        assert live.client
        began, done, panics = time.monotonic(), 0, 0
        every_s = min(max(seconds / (len(BLOCKS) + 1), 0.3), 4.0)
        while (now_s := time.monotonic() - began) < seconds:
            if now_s > done * every_s:
                ok, error = live.evaluate(blocks[done % len(blocks)])
                assert ok, error
                done += 1
                if done % 3 == 0:
                    live.attachment.press("like")
                    live.attachment.press(f"fader1={rng.uniform():.2f}")
                    rings.sendto(cue(CUES[done // 3 % len(CUES)]), ("127.0.0.1", port))
            if now_s > PANIC_EVERY_S * (panics + 1):
                live.attachment.panic()
                panics += 1
            rings.sendto(packet(rng), ("127.0.0.1", port))
            time.sleep(0.01)
        assert not live.said
        end = int(live.header.now(time.monotonic_ns()))
        live.await_(lambda: live.header.mind_tick > end + NOTED_S * 48000, "what came late")
    return live.paths.journal, end


@pytest.fixture(autouse=True)
def _cues_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CUES_TOKEN, TOKEN)


def check(folder: Path, journal: Path, end: int) -> None:
    result = replay(journal, folder / "again.wav")
    records = list(read_journal(journal))
    scenes = [record for record in records if isinstance(record, BlockBegun)]
    closed = next(record.tick for record in records if isinstance(record, Closed))
    assert closed > end - 48000, "the mind was not far behind"
    end = min(end, closed - 256)  # on a busy machine its last ticks come late
    assert sum(record.name == "piece.py" for record in scenes) > 2, "cues were followed"
    assert any(isinstance(record, Heartbeat) for record in records)
    assert result.differs_at_s is None, "each control has its value at the same sample"
    heard, _ = soundfile.read(folder / "live.wav", dtype="float32")
    again, _ = soundfile.read(folder / "again.wav", dtype="float32")
    assert len(heard) >= end
    assert len(again) >= end
    assert np.abs(heard).max() > 0.05
    differing = np.flatnonzero(np.abs(heard[:end] - again[:end]).max(axis=1) > ROUNDING)
    assert not len(differing), f"from {differing[0] / 48000:.3f} s on: {result.sentences}"


@pytest.mark.slow
def test_a_live_performance_is_replayed_sample_by_sample(tmp_path: Path):
    check(tmp_path, *play(tmp_path, 6.0))


@pytest.mark.slow
def test_a_live_tilt_is_replayed_sample_by_sample(tmp_path: Path) -> None:
    model = str(write_samplernn(tmp_path, sharp=4.0, lufs=-20.0))  # it is quick to draw
    blocks = (TILTS[0].format(model=model), *TILTS[1:])
    journal, end = play(tmp_path, 12.0, blocks)
    check(tmp_path, journal, end)
    heard = [each for each in read_journal(journal) if isinstance(each, MessagesHeard)]
    tilted = [each for record in heard for each in record.messages if isinstance(each, Tilted)]
    assert sum(bool(each.scores) for each in tilted) > 10, "rewards were asked"


@pytest.mark.slow
def test_a_mind_that_a_block_killed_between_turns_dies_in_no_replay(tmp_path: Path) -> None:
    with Live(Options(audio=AUDIO, seed=5)) as live:
        code = (
            "tempo(240)\nego = agent(space('additive'), dims=2)\nloud = 0.8\n"
            "@every(1*beats)\ndef fill(beat):\n    ego.level = loud * (1 + beat % 2) / 2\n"
        )
        assert live.evaluate(code)[0]
        live.await_(lambda: turns(live) > 2, "turns")
        assert live.evaluate("loud = 'loud'")[0]
        live.await_(lambda: live.status.failed_turns.get("fill") == 3, "the function to rest")
        for _ in range(2):
            pid = live.header.mind_pid
            live.begin("import os; os._exit(7)")
            live.await_(lambda pid=pid: live.header.mind_pid != pid, "another mind")
            assert live.evaluate("ego.pan = 0.3")[0]
            assert live.status.failed_turns == {"fill": 3}, "it rests on"
        assert live.evaluate(code)[0]
        live.await_(lambda: turns(live) > 8, "turns of the new mind")
    result = replay(live.paths.journal, tmp_path / "again.wav")
    assert result.differs_at_s is None


def turns(live: Live) -> int:
    """Return how many turns are in the journal."""
    records = list(read_journal(live.paths.journal))
    return sum(isinstance(each, BlockBegun) and ".turn(" in each.code for each in records)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_minutes_are_replayed_sample_by_sample(tmp_path: Path):
    check(tmp_path, *play(tmp_path, 600.0))
