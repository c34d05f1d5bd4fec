"""`bench loading`: what a heavy file or model costs those who play while it is loaded, beside nothing."""

import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from livecode.bench.rows import BenchRow, Identity
from livecode.processes.live import Live
from livecode.processes.options import Options

LONG_S = 600
RATE_HZ = 44_100
SETTLE_S = 3.0
PLAYING = "ego = agent(space('additive'), dims=2, every=30*ms)"


def run(watched_s: float = 6.0, audio: str = "headless") -> list[BenchRow]:
    """Measure what is missing from what plays, and how little waited for it, for `watched_s` each."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, Live(Options(audio=audio, osc_port=0)) as live:
        sources = {
            "nothing": "pass",
            "a ten-minute stereo WAV": f"heavy = sample({_long(Path(folder), 'wav')!r}, level=0)",
            "a ten-minute stereo FLAC": f"heavy = sample({_long(Path(folder), 'flac')!r}, level=0)",
            "a space": "heavy = space('orchestra').hold(0.5, level=0)",
            "a kit of 32 files": f"heavy = hits('s*32', kit={_kit(Path(folder))!r}, n='0 .. 31', level=0)",
            "a SampleRNN": "heavy = stream('chorale', level=0, priority=0)",
        }
        ok, error = live.evaluate(PLAYING)
        assert ok, error
        live.await_sound()
        time.sleep(SETTLE_S)
        beside: tuple[float, float] | None = None
        for what, code in sources.items():
            missing_ms, least = _watched(live, code, watched_s)
            about: Identity = {"loading": what, "beside": "nothing"}
            beside = beside or (missing_ms, least)
            rows += [
                BenchRow.measured("missing from what plays", missing_ms, "ms", about,
                                  baseline=beside[0], target=0.0),
                BenchRow.measured("least that waited in its buffer", least, "frames", about,
                                  baseline=beside[1], target=live.header.block, better="higher"),
            ]  # fmt: skip
            live.evaluate("free('heavy')")
            time.sleep(SETTLE_S)
    return rows


def _long(folder: Path, suffix: str) -> str:
    """Write ten minutes of faint noise in stereo, and return the path."""
    path = folder / f"long.{suffix}"
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (RATE_HZ, 2)).astype(np.float32)
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_16") as file:
        for _ in range(LONG_S):
            file.write(noise)
    return str(path)


def _kit(folder: Path) -> str:
    """Write 32 sounds of ten seconds in stereo into a folder, and return its path."""
    sounds = folder / "kit" / "s"
    sounds.mkdir(parents=True)
    noise = np.random.default_rng(2).uniform(-0.1, 0.1, (10 * RATE_HZ, 2)).astype(np.float32)
    for number in range(32):
        soundfile.write(sounds / f"{number}.wav", noise, RATE_HZ, "PCM_16")
    return str(folder / "kit")


def _watched(live: Live, code: str, watched_s: float) -> tuple[float, float]:
    """Evaluate `code`; return the ms missing from what plays, and the fewest frames in its buffer."""
    arena, header = live.attachment.arena, live.header
    owner = int(np.flatnonzero(arena.buffer_owners)[0])
    buffer, least = arena.buffers[owner], arena.buffers[owner].capacity
    began = header.clock()[0] - buffer.consumed
    ok, error = live.evaluate(code)
    assert ok, error
    end = time.monotonic() + watched_s
    while time.monotonic() < end:
        least = min(least, buffer.available)
        time.sleep(0.001)
    missing = header.clock()[0] - buffer.consumed - began
    if missing <= 2 * header.block:  # which of the two is read first decides so much
        missing = 0
    return 1e3 * missing / header.sample_rate, float(least)
