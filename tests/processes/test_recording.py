"""Recordings of four real processes: begun in mid-performance, with stems, and gone on with after kill -9."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.terminal.snapshot import read_arena

RATE = 48000
EGO = "ego = agent(space('additive'), dims=2, every=30*ms, level=0.4)"
TWO = "two = agent(space('additive'), dims=2, every=30*ms, level=0.3, pan=0.5)"


def parts(folder: Path) -> dict[str, np.ndarray]:
    return {path.stem: soundfile.read(path)[0] for path in folder.glob("*.wav")}


def error_db(master: np.ndarray, stems: list[np.ndarray]) -> float:
    return float(20 * np.log10(np.abs(sum(stems) - master).max() + 1e-12))


def await_seconds(live: Live, seconds: float) -> None:
    until = live.header.clock()[0] + seconds * RATE
    live.await_(lambda: live.header.clock()[0] > until, "time to pass")


def await_engine(live: Live, epoch: int) -> None:
    """Wait until an engine sounds that has come up since."""
    live.await_(lambda: live.header.engine_epoch > epoch, "another engine")
    beat_ns = live.header.engine_beat_ns
    live.await_(lambda: live.header.engine_beat_ns > beat_ns and live.peak > 0.01, "sound")


def test_a_recording_begun_live_is_whole_after_kill_9_of_the_engine_and_goes_on(tmp_path: Path):
    folder = tmp_path / "night"
    with Live(Options(audio="headless", osc_port=0)) as live:
        assert live.evaluate(EGO)[0]
        live.await_sound()
        assert live.evaluate(f"record({str(folder)!r}, stems=True)")[0]
        live.await_(lambda: (folder / "ego.wav").exists(), "a stem")
        assert live.evaluate(TWO)[0]
        live.await_(lambda: (folder / "two.wav").exists(), "the other stem")
        await_seconds(live, 1.2)  # headers are put right every second

        epoch = live.header.engine_epoch
        os.kill(live.header.engine_pid, signal.SIGKILL)
        before = parts(folder)
        assert set(before) == {"master", "ego", "two"}
        frames = min(map(len, before.values()))
        assert frames > RATE // 2
        whole = {name: part[:frames] for name, part in before.items()}
        assert error_db(whole.pop("master"), list(whole.values())) < -100

        await_engine(live, epoch)
        pid = live.header.mind_pid
        os.kill(pid, signal.SIGKILL)
        live.await_(lambda: live.header.mind_pid != pid, "another mind")
        ok, error = live.evaluate("assert 'recording to' in repr(record), repr(record)")
        assert ok, error
        await_seconds(live, 0.5)
        reading = read_arena(live.attachment.arena, 0)
        assert reading.tape.path == str(folder / "master.wav")
        shown_s = reading.recorded_s
        assert live.evaluate("record.stop()")[0]
        tape = live.attachment.arena.tape
        live.await_(lambda: b'"path":""' in tape.look(), "its end")
        live.await_(
            lambda: len({soundfile.info(path).frames for path in folder.glob("*.wav")}) == 1,
            "files of one length",
        )
    after = parts(folder)
    master = after.pop("master")
    assert np.array_equal(master[:frames], before["master"][:frames])
    assert np.abs(master[-RATE // 4 :]).max() > 0.01, "it went on"
    assert abs(len(master) / RATE - shown_s) < 1.0, "its gap included"
    settled = len(master) - RATE // 4
    assert error_db(master[settled:], [part[settled:] for part in after.values()]) < -100


def test_play_records_stems_beside_the_master(tmp_path: Path):
    piece = tmp_path / "piece.py"
    piece.write_text(f"{EGO}\n{TWO}\n# %% one\n@dsp\ndef hall(ego):\n    return Freeverb(ego)\n")
    command = [sys.executable, "-m", "livecode.cli", "play", str(piece), "--audio", "headless"]
    command += ["--osc-port", "0", "--for", "4"]
    record = [
        "--record",
        str(tmp_path / "out.wav"),
        "--stems",
        str(tmp_path / "stems"),
        "--bits=24",
    ]
    done = subprocess.run([*command, *record], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    master, _ = soundfile.read(tmp_path / "out.wav")
    assert soundfile.info(tmp_path / "out.wav").subtype == "PCM_24"
    stems = parts(tmp_path / "stems")
    assert set(stems) == {"ego", "two", "hall"}
    assert {len(part) for part in stems.values()} == {len(master)}
    assert np.abs(master).max() > 0.05
    assert error_db(master, list(stems.values())) < -100


def test_a_disk_that_is_full_does_not_end_a_performance(tmp_path: Path):
    with Live(Options(audio="headless", osc_port=0, record=tmp_path / "take.wav")) as live:
        assert live.evaluate(EGO)[0]
        live.await_sound()
        (tmp_path / "take.wav").unlink()
        (tmp_path / "take.wav").mkdir()  # and now nothing can be written there
        epoch = live.header.engine_epoch
        os.kill(live.header.engine_pid, signal.SIGKILL)
        await_engine(live, epoch)
        tape = live.attachment.arena.tape
        live.await_(lambda: b'"error":"cannot write' in tape.look(), "a sentence")
        assert live.evaluate(f"record({str(tmp_path / 'again.wav')!r})")[0]
        live.await_(lambda: (tmp_path / "again.wav").exists(), "another recording")
        assert live.peak > 0.01
