"""A set that is torn up: scenes in random order, and what that leaves behind."""

import random
from pathlib import Path

import numpy as np
import psutil
import pytest

from livecode import Session
from livecode.sets.set_file import parse_set
from tests.portable import segments
from tests.sound import spike

#: By scene: what sounds in it, whatever was before.
SOUNDS = {
    "glass": {"ego"},
    "two": {"ego", "echo"},
    "noise": {"r7"},
    "room": {"ego", "r7", "hall"},
    "quiet": {"echo"},
    "loud": {"ego", "r7", "echo"},
}
PIECE = """\
glass = space("additive")
fade(0.2*s)

# %% glass  fade=0.1*s ends=["echo", "r7", "hall"]
ego = agent(glass, dims=2, every=50*ms, level=0.3, seed=1)

# %% two  ends=["r7", "hall"]
ego = agent(glass, dims=3, every=30*ms, level=0.25, seed=2)
echo = agent(glass, dims=1, level=0.2, pan=-0.5)

# %% noise  fade=0.5*s ends=["ego", "echo", "hall"]
r7 = stream(level=0.2)

# %% room  quant=1*beats ends=["echo"]
ego = agent(glass, dims=2, level=0.3, seed=3)
r7 = stream(level=sine(0.1, 0.2, period=2*s))
@dsp
def hall(ego, r7, size=0.5):
    return Freeverb(ego + r7, size=size, bal=0.4)

# %% quiet  fade=0.8*s ends=[ego, r7, hall]
echo = agent(glass, dims=1, level=0.05, pan=0.5)

# %% loud  fade=0.05*s ends=["hall"]
ego = agent(glass, dims=4, level=0.4, seed=4)
echo = agent(glass, dims=2, level=0.3, seed=5)
r7 = stream(level=0.3, pan=0.2)
"""


def settled(session: Session) -> set[str]:
    """What sounds, the fades of former scenes included."""
    return {row.name for row in session.performance.generations.table()}


def torn_up(session: Session, jumps: int, every_s: float) -> list[float]:
    """Jump at random; checks each scene, returns the resident memory at each jump, in MB."""
    order = random.Random(7)
    session.open_set(parse_set(PIECE, Path("piece.py")))
    before = session.advance(0.5)
    process, memory = psutil.Process(), []
    for number in range(jumps):
        name = order.choice(list(SOUNDS))
        session.eval(f"go({name!r})")
        soon = order.random() < 0.2  # some are left before their fades are over
        audio = session.advance(0.2 if soon else every_s)
        assert spike(np.concatenate([before, audio])) < 8, f"a click at jump {number}, to {name}"
        before = audio[-4800:]
        assert np.abs(audio).max() < 1.0
        if not soon:
            assert settled(session) == SOUNDS[name], f"an orphan after jump {number}, to {name}"
        memory.append(process.memory_info().rss / 1e6)
    wrong = [event for event in session.log if event.wrong]
    assert not wrong
    return memory


@pytest.mark.slow
def test_twenty_jumps_leave_no_click_and_no_orphan(session: Session) -> None:
    torn_up(session, 20, 1.6)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_hundred_jumps_in_five_minutes_leave_nothing_behind(session: Session) -> None:
    shared, children = segments(), psutil.Process().children(recursive=True)
    threads = psutil.Process().num_threads()
    torn_up(session, 20, 1.6)
    before = _computed(session)
    memory = torn_up(session, 200, 1.8)
    assert 240 < session.time < 480
    assert _computed(session) == before
    assert segments() == shared
    assert psutil.Process().children(recursive=True) == children
    assert psutil.Process().num_threads() <= threads + 1
    first, last = np.median(memory[50:80]), np.median(memory[-30:])
    print(f"{first:.1f} MB after 65 jumps, {last:.1f} MB after 185")
    assert last - first < 10, "an allocator's tide; a table of each jump would be more"


def _computed(session: Session) -> int:
    """How many of the engine's objects are computed in a quiet scene."""
    session.eval("go('quiet')")
    session.advance(3.0)
    return len(session.engine.server.getStreams())
