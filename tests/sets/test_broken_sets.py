"""Sets with something wrong in them: what and where it is is said, and the rest plays."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.cli import command as cli
from livecode.processes.attachment import Attachment
from livecode.sets.set_file import read_set
from livecode.transport.status import look_at_status

pytestmark = pytest.mark.live

#: What is wrong in the second of three scenes, and what is said of it.
FAULTS = {
    "a syntax error": (b"# %% bad for=1*s\nr7 = = stream()\n", r"line 4: invalid syntax"),
    "an unknown name": (b"# %% bad for=1*s\nr7 = streem()\n", r"line 4: NameError: .*'streem'"),
    "an unknown setting": (b"# %% bad for=1*s\nr6.levle = 1\n", r"line 4: .*levle"),
    "a loop without end": (b"# %% bad for=1*s\nwhile True: pass\n", r"line 4: took longer than"),
    "a sleep without end": (
        b"# %% bad for=1*s\nimport time; time.sleep(1e6)\n",
        r"line 4: took longer than",
    ),
    "a missing model": (
        b"# %% bad for=1*s\nr7 = stream('piamo')\n",
        r"piamo.*did you mean piano",
    ),
    "a duration of zero": (b"# %% bad for=0*s\nx = 1\n", r"line 3: .*longer than 0\*s"),
    "a duration that is none": (b"# %% bad for=soon\nx = 1\n", r"line 3: for=soon is not a length"),
    "two cells of one name": (b"# %% first for=1*s\nx = 1\n", r"line 3: .*called first as well"),
    "ten megabytes": (
        b"# %% bad for=1*s\nx = '" + b"#" * 10_000_000 + b"'\n",
        r"line 4: bad is 10 MB",
    ),
    "a wrong encoding": (b"# %% bad for=1*s\nx = 'gr\xfcn'\n", r"line 4: byte 8, 0xfc, is not UTF"),
    "a null byte": (b"# %% bad for=1*s\nx = 1\0\n", r"line 4: source code.* null bytes"),
    "a condition that is none": (
        b"# %% bad for=1*s when=x +\nx = 1\n",
        r"line 3: when=x \+ is not",
    ),
    "a condition that fails": (
        b"# %% bad for=1*s when=lambda rings: rings.lefft.turn > 0\nx = 1\n",
        r"line 3: .*lefft",
    ),
}


def written(folder: Path, what: str) -> Path:
    path = folder / "piece.py"
    first = b"# %% first for=1*s\nr6 = stream(level=0.3)\n"
    last = b"# %% last for=1*s ends=['r6']\nr9 = stream(level=0.3)\n"
    path.write_bytes(first + FAULTS[what][0] + last)
    return path


@pytest.mark.parametrize("what", FAULTS)
def test_the_rest_of_a_broken_set_plays_and_what_is_wrong_is_said_with_its_line(
    what: str, session: Session, tmp_path: Path
) -> None:
    session.performance.set_player.cell_limit_s = 0.3
    session.open_set(read_set(written(tmp_path, what)))
    session.advance(2.1 if "duration" not in what else 11.1)
    assert session.performance.scenes.scene.name == "last"  # type: ignore[union-attr]
    session.advance(0.6)
    assert session.performance.generations.sounding() == ["r9"]
    assert np.abs(session.advance(0.2)).max() > 0.01
    said = [str(event) for event in session.log if event.kind == "error"]
    assert any(re.search(FAULTS[what][1], text) for text in said), said
    assert all("\n" not in text for text in said)


@pytest.mark.parametrize("what", FAULTS)
def test_a_broken_set_is_rendered_and_what_is_wrong_is_printed(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("livecode.sets.set_player.CELL_LIMIT_S", 0.3)
    out = tmp_path / "out.wav"
    assert cli.main(["render", str(written(tmp_path, what)), "-o", str(out)]) == 0
    assert re.search(FAULTS[what][1], " ".join(capsys.readouterr().out.split()))
    audio, rate = soundfile.read(out)
    seconds = 12 if "duration" in what else 3
    assert seconds <= len(audio) / rate < seconds + 0.5
    assert np.abs(audio[-rate // 4 :]).max() > 0.01


def test_a_preparation_that_fails_does_not_stop_the_scenes(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "piece.py"
    path.write_text(
        "glass = space('adittive')\n# %% a for=1*s\nego = agent(glass)\n# %% b\nr7 = stream()\n"
    )
    assert not session.open_set(read_set(path)).ok
    session.advance(1.5)
    assert session.performance.generations.sounding() == ["r7"]


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Attachment]:
    """A real performance of a set with an endless cell in its middle."""
    from tests.terminal.conftest import supervisor

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    started = supervisor(written(tmp_path, "a loop without end"))
    started.start()
    yield started
    started.stop()


def test_live_a_cell_without_end_stops_neither_the_sound_nor_the_scenes(live: Attachment) -> None:
    def scene() -> str | None:
        status = look_at_status(live.arena.board.look())
        return None if status.scene is None else status.scene.name

    def await_scene(name: str) -> None:
        end = time.monotonic() + 20
        while scene() != name:
            live.check()
            assert time.monotonic() < end, scene()
            time.sleep(0.01)

    await_scene("bad")
    mind = live.arena.header.mind_pid
    blocks = live.arena.header.blocks
    await_scene("last")
    assert live.arena.header.blocks > blocks
    assert live.arena.header.mind_pid == mind, "nothing was killed for it"
