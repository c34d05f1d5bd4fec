"""Sources on trial: what the voices died of is known, loaded apart, and quarantined the second time."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from livecode.journal.recorder import Restart
from livecode.playing.generations import Generations
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.transport import Arena
from livecode.transport.messages import FileSource, StartVoice, receive
from livecode.voices import host
from livecode.voices.host import VoiceHost
from livecode.voices.opening import open_source
from livecode.voices.trials import note_suspects
from livecode.voices.voice import SoundSource
from tests.voices.test_host import Stage


def written(path: Path, seconds: float = 0.1) -> FileSource:
    soundfile.write(path, np.full(round(48_000 * seconds), 0.1), 48_000)
    return FileSource(str(path), "1")


def test_a_source_is_on_trial_until_its_first_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage()
    stage.start("rain", 3, written(tmp_path / "rain.wav"))
    seen = []

    def opened(*source: Any) -> SoundSource:
        seen.append(stage.arena.trials.max())
        return open_source(*source)

    monkeypatch.setattr(host, "open_source", opened)
    stage.host.process()
    assert seen == [3]
    assert not stage.arena.trials.any()
    stage.start("gone", 4, FileSource(str(tmp_path / "nowhere.wav")))
    stage.host.process()
    assert not stage.arena.trials.any()


def test_suspects_are_loaded_last_and_one_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage()
    stage.arena.trials[:3] = [1, 2, 0]
    note_suspects(stage.arena)
    assert not stage.arena.trials.any()
    assert list(stage.arena.suspects[:3]) == [1, 2, 0]
    stage.host = VoiceHost(stage.arena)
    for generation in (1, 2, 3):
        stage.start(f"rain{generation}", generation, written(tmp_path / f"{generation}.wav"))
    loaded = []

    def opened(source: FileSource, *beside: Any) -> SoundSource:
        loaded.append(int(Path(source.path).stem))
        return open_source(source, *beside)

    monkeypatch.setattr(host, "open_source", opened)
    for _ in range(4):
        stage.host.process()
    assert loaded == [3, 1, 2]
    assert set(stage.host.voices) == {1, 2, 3}


def test_the_second_death_quarantines_the_file_and_names_it_and_a_changed_file_is_another() -> None:
    arena = Arena.private(48_000, 256)
    generations = Generations(arena, lambda note: None)
    evil, mild = FileSource("/evil.wav", "1"), FileSource("/mild.wav", "1")
    first = generations.start("evil", evil, 0, 0.05)
    other = generations.start("mild", mild, 0, 0.05)
    assert generations._greet(Restart(False, True, 0, (first, other))) == []
    list(receive(arena.messages["mind", "voices"]))
    (failed,) = generations._greet(Restart(False, True, 0, (first,)))
    assert (failed.name, failed.generation) == ("evil", first)
    assert "/evil.wav killed the voices 2 times" in failed.why
    told = [m for m in receive(arena.messages["mind", "voices"]) if isinstance(m, StartVoice)]
    assert [message.name for message in told] == ["mild"]
    with pytest.raises(Exception, match=r"/evil\.wav killed the voices, and is not played until"):
        generations.start("again", evil, 0, 0.05)
    generations.start("again", FileSource("/evil.wav", "2"), 0, 0.05)
    successor = Generations(arena, lambda note: None)
    successor.adopt(
        generations.table(), generations.epochs, generations.newest, generations.quarantined
    )
    with pytest.raises(Exception, match=r"/evil\.wav killed the voices, and is not played until"):
        successor.start("again", evil, 0, 0.05)


@pytest.mark.slow
def test_voices_that_die_twice_of_a_file_play_on_without_it(tmp_path: Path) -> None:
    path = tmp_path / "heavy.wav"
    written(path, 600)
    with Live(Options(audio="headless", osc_port=0)) as live:
        assert live.evaluate("ego = agent(space('additive'))")[0]
        live.await_sound()
        arena = live.attachment.arena
        assert live.evaluate(f"heavy = sample({str(path)!r}, level=0)")[0]
        generation = int(arena.buffer_owners.max())
        for epoch in (1, 2):
            live.await_(
                lambda: live.header.voices_epoch == epoch and generation in arena.trials,  # noqa: B023
                "the trial",
            )
            os.kill(live.header.voices_pid, signal.SIGSEGV)
        live.await_(lambda: live.header.voices_epoch == 3, "other voices")
        live.await_sound()
        ok, error = live.evaluate(f"again = sample({str(path)!r}, level=0)")
        assert not ok
        assert "heavy.wav killed the voices" in error
        pid = live.header.voices_pid
        time.sleep(1.0)
        assert live.header.voices_pid == pid
