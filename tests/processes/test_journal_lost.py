"""A journal that cannot be read while a mind dies: the show goes on, with or without its names."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from livecode.journal.inheritance import read_inheritance
from livecode.processes.live import Live
from livecode.processes.options import Options

AGENT = "ego = agent(space('additive'), dims=2, every=30*ms)"


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with Live(Options(audio="headless", osc_port=0)) as playing:
        assert playing.evaluate(AGENT) == (True, None)
        playing.await_sound()
        yield playing


def kill_mind(live: Live) -> None:
    former = int(live.header.mind_pid)
    killed_ns = time.monotonic_ns()
    os.kill(former, signal.SIGKILL)
    live.await_(lambda: live.header.mind_pid != former, "another mind")
    live.await_(lambda: live.header.mind_beat_ns > killed_ns, "the other mind to beat")


def overwritten(journal: Path) -> None:
    journal.write_bytes(b"RIFF" * 100)


def replaced_by_a_folder(journal: Path) -> None:
    journal.unlink()
    journal.mkdir()


def removed_with_its_folder(journal: Path) -> None:
    for each in journal.parent.iterdir():
        if each.name not in ("playing.json", "log"):
            shutil.rmtree(each) if each.is_dir() else each.unlink()


@pytest.mark.parametrize("spoil", [overwritten, replaced_by_a_folder, removed_with_its_folder])
def test_an_unreadable_journal_and_the_death_of_the_mind_lose_nothing(live: Live, spoil) -> None:
    spoil(live.paths.journal)
    kill_mind(live)
    live.await_sound()
    assert live.evaluate("assert ego.dims == 2") == (True, None)
    assert set(live.status.sounding) == {"ego"}
    assert not live.attachment.ended
    again = [block.code for block in read_inheritance(live.paths.journal).in_order]
    assert AGENT in again, "what the journal lacked is in its next segment"


def test_if_nothing_is_known_any_more_the_sound_goes_on_and_can_be_hushed(live: Live) -> None:
    live.attachment.arena.inheritance.post(b"")
    for each in live.paths.journal.parent.glob("journal*"):
        shutil.rmtree(each) if each.is_dir() else each.write_bytes(b"spoiled" * 9)
    kill_mind(live)
    frame = live.header.now(time.monotonic_ns())
    live.await_(lambda: live.header.now(time.monotonic_ns()) > frame + 48_000, "a second")
    assert live.peak > 0.01
    assert live.evaluate("assert 'ego' not in globals()") == (True, None)
    assert live.evaluate("hush(0.05)")[0]
    live.await_(lambda: live.peak < 0.001, "silence")
    assert live.evaluate(AGENT) == (True, None)
    live.await_sound()
