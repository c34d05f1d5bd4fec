"""`livecode demo` and `livecode new`: a tour that explains itself, and a set to begin with."""

import importlib.util
from pathlib import Path

import pytest

from livecode import Session
from livecode.cli.command import main
from livecode.sets.included import TEMPLATE, included_sets
from livecode.sets.set_file import read_set
from tests.sound import rms

#: Louder than this, −40 dBFS, is heard.
HEARD = 0.01


def test_the_tour_takes_five_minutes_and_every_scene_says_what_it_does() -> None:
    tour = read_set(included_sets()["tour"])
    assert not tour.faults
    seconds = sum(scene.lasts.at(104) for scene in tour.scenes[:-1] if scene.lasts)
    assert 270 < seconds < 300, "the last scene fades out within the five minutes"
    silent = [scene.name for scene in tour.scenes if "print(" not in scene.code]
    assert silent == []


def test_the_tour_sounds_at_once_and_needs_nothing_compiled_for_that(session: Session) -> None:
    tour = read_set(included_sets()["tour"])
    assert session.open_set(tour).ok
    session.eval("mute(ego)")
    assert rms(session.advance(1.0)[24_000:]) > HEARD


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_scene_of_the_tour_sounds_and_only_the_mistake_is_one(session: Session) -> None:
    tour = read_set(included_sets()["tour"])
    assert session.open_set(tour).ok
    for scene in tour.scenes[1:]:
        session.eval(f"go({scene.name!r})")
        session.advance(2.5)
        assert session.get("scene").name == scene.name
        assert rms(session.advance(0.5)) > HEARD, scene.name
    wrong = [str(event) for event in session.log if event.wrong]
    lines = included_sets()["tour"].read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith('ego.dims = "many"'))
    said = "ego.dims: takes a whole number, not 'many' – nothing was changed"
    assert wrong == [f"line {line}: {said}"]


def test_a_new_set_is_made_from_the_template_and_plays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], session: Session
) -> None:
    path = tmp_path / "night.py"
    assert main(["new", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    text = path.read_text()
    assert '"""night: a set.' in text
    assert "livecode check night.py" in text
    assert "NAME" not in text
    made = read_set(path)
    assert not made.faults
    assert session.open_set(made).ok
    assert rms(session.advance(1.0)[24_000:]) > HEARD
    assert main(["new", str(path)]) == 2
    assert path.read_text() == text
    assert "is there already" in capsys.readouterr().err


def test_a_new_set_may_begin_as_one_that_comes_with_livecode(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(tmp_path / "mine"), "--like", "algorave"]) == 0
    assert (tmp_path / "mine.py").read_bytes() == included_sets()["algorave"].read_bytes()
    assert main(["new", str(tmp_path / "other.py"), "--like", "algorav"]) == 2
    assert "algorave" in capsys.readouterr().err
    assert not (tmp_path / "other.py").exists()
    assert TEMPLATE in included_sets()


def test_without_pyo_it_says_what_to_do_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *more: None if name == "pyo" else found(name, *more),
    )
    assert main(["demo", "--audio", "headless"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("livecode: pyo, which makes the sound, is not installed here")
    assert said.count("\n") == 1
