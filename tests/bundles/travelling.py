"""A performance in one home that needs all that a bundle can carry, and another home without any of it."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from livecode import Session
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance
from livecode.kernel import beginning
from livecode.neural.model_file import find_model, read_meta, stored_tensors, write_model
from livecode.sets.set_file import parse_set

SET = """
import scales
door = sample("sounds/door.wav", level=0.4)
words = len(open("words.txt").read())
# %% calm
mine = agent(space("mine"), dims=2, every=30*ms)
tempo(scales.TEMPO)
"""
#: Each is heard for a while.
BLOCKS = (
    'drums = hits("bd ~ sn bd", kit("kit"), level=0.5)',
    "mine.load('tame')\nmine.reward = reward(lambda t: scales.bent(t))",
    'door = sample("sounds/door.wav", speed=scales.speed(words))',
)


@dataclass
class Heard:
    """A performance, and what was heard of it."""

    archived: ArchivedPerformance
    sound: NDArray[np.float32]
    folder: Path  # of the set


def go_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process be at home there from now on."""
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))


def tone(path: Path, hz: float, seconds: float = 0.3) -> None:
    """Write a tone that fades away."""
    time = np.arange(round(48000 * seconds)) / 48000
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * hz * time) * np.exp(-8 * time), 48000, "FLOAT")


def own_model(name: str, licence: str) -> Path:
    """Make a model of one's own: that of a space which comes with livecode, under another licence."""
    given = find_model("additive")
    meta = replace(read_meta(given), licence=licence)
    path = archive.data_folder() / "models" / name / f"{name}.safetensors"
    write_model(path, stored_tensors(given), meta)
    path.with_name("README.md").write_text(f"# {name}\n\nA card.\n")
    return path


def performed(folder: Path, licence: str = "CC BY 4.0", each_s: float = 0.4) -> Heard:
    """Play a set with a module, a file, a sound, a kit, a saved agent and a model of its own."""
    tone(folder / "sounds/door.wav", 300)
    tone(folder / "kit/bd/1.wav", 80)
    tone(folder / "kit/sn/1.wav", 500)
    (folder / "words.txt").write_text("ten letters")
    (folder / "scales.py").write_text(
        "import bends\nTEMPO = 140\nbent = bends.bent\n\ndef speed(words):\n    return words / 10\n"
    )
    (folder / "bends.py").write_text("def bent(t):\n    return (3 * t) % 1.0\n")
    (folder / ".env").write_text("PASSWORD")
    (folder / "piece.py").write_text(SET)
    own_model("mine", licence)
    archived = archive.new()
    heard = []
    with Session(seed=7) as session:
        session.eval("mine = agent(space('mine'), dims=2)")
        session.advance(0.2)
        assert session.eval("mine.save('tame')").ok
        session.advance(0.2)
    with Session(seed=7) as session:
        performance = session.performance
        beginning.from_nothing(performance, archived.journal, live=False)
        assert performance.set_player.open(parse_set(SET, folder / "piece.py")).ok
        heard.append(session.advance(each_s))
        performance.set_player.begin(0)
        heard.append(session.advance(each_s))
        for block in BLOCKS:
            result = session.eval(block)
            assert result.ok, (block, result.error)
            heard.append(session.advance(each_s))
        performance.recorder.closed()
    return Heard(archived, np.concatenate(heard), folder)


def emptied(heard: Heard) -> None:
    """Remove all that the performance was played from."""
    shutil.rmtree(heard.folder)
