"""TorchScript models in a performance: offline the same twice, live in a process of their own."""

from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.processes.live import Live
from livecode.processes.options import Options
from tests import torchscript_model as made
from tests.sound import longest_silence_s, rms

RATE = 48_000


pytestmark = [
    pytest.mark.live,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated"),
]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def tones(tmp_path: Path) -> Path:
    return made.write(made.Tones(), tmp_path / "tones.ts")


def test_an_agent_explores_it_and_offline_it_is_the_same_twice(tones: Path) -> None:
    heard = []
    for _ in range(2):
        with Session(seed=3) as session:
            result = session.eval(f"bells = space({str(tones)!r}, trust=True)\nego = agent(bells)")
            assert result.ok, result.error
            heard.append(session.advance(1.0))
    assert (heard[0] == heard[1]).all()
    assert longest_silence_s(heard[0][4800:], RATE) < 0.01
    assert rms(heard[0][4800:]) > 0.02


def test_the_agent_s_place_is_heard(session: Session, tones: Path) -> None:
    session.eval(f"ego = agent(space({str(tones)!r}, trust=True), dims=4, step=0.001)")
    levels = []
    for place in (0.05, 0.95):
        session.performance.get("ego").player.place(np.full(4, place))
        session.advance(0.3)
        levels.append(rms(session.advance(0.5)))
    assert levels[1] > 3 * levels[0]


def test_one_far_too_loud_and_of_opposite_channels_is_brought_down_and_told_of_once(
    session: Session, tmp_path: Path
) -> None:
    path = made.write(made.Loud(params=[4, 512, 2, 1]), tmp_path / "loud.ts")
    assert session.eval(f"ego = agent(space({str(path)!r}, trust=True))").ok
    session.advance(0.5)
    audio = session.advance(1.0)
    assert 0.3 < rms(audio) < 1.0
    assert np.abs(audio).max() <= 1.01
    notes = [str(event) for event in session.log if event.kind == "note"]
    assert notes == [f"ego: {path} goes far beyond full scale, and is brought down"]


def test_untrusted_it_is_refused_and_what_plays_plays_on(session: Session, tones: Path) -> None:
    session.eval("ego = agent(space('additive'))")
    session.advance(0.5)
    result = session.eval(f"ego = agent(space({str(tones)!r}))")
    assert not result.ok
    assert "trust=True" in result.error
    assert longest_silence_s(session.advance(0.5), RATE) < 0.01


def test_a_file_that_changes_under_an_open_space_does_not_run(
    session: Session, tones: Path, tmp_path: Path
) -> None:
    assert session.eval(f"bells = space({str(tones)!r}, trust=True)\nego = agent(bells)").ok
    session.advance(0.5)
    made.write(made.Tones(latent=4, rate=44_100), tones)
    session.eval("other = agent(bells)")
    session.eval("ego.dims = 4\nego.seed = 5")
    session.advance(0.5)
    failed = [str(event) for event in session.log if event.kind == "fallback"]
    assert failed
    assert all("is not the file that was trusted" in each for each in failed)
    assert longest_silence_s(session.advance(0.5), RATE) < 0.01  # ego plays on as it was
    result = session.eval(f"bells = space({str(tones)!r})")
    assert "trust=True" in (result.error or "")


@pytest.mark.parametrize("model", [made.Raises, made.NoDecode, made.WrongShape])
def test_what_cannot_be_played_never_reaches_the_engine(
    session: Session, tmp_path: Path, model
) -> None:
    session.eval("ego = agent(space('additive'))")
    session.advance(0.5)
    path = made.write(model(), tmp_path / "broken.ts")
    before = session.performance.generations.current("ego").generation
    result = session.eval(f"ego = agent(space({str(path)!r}, trust=True))")
    assert not result.ok
    assert "\n" not in result.error
    assert longest_silence_s(session.advance(0.5), RATE) < 0.01
    assert session.performance.generations.current("ego").generation == before


def test_one_that_raises_while_it_plays_falls_back_to_what_was(
    session: Session, tmp_path: Path
) -> None:
    path = made.write(made.RaisesLater(), tmp_path / "later.ts")
    session.eval("ego = agent(space('additive'))")
    session.advance(0.5)
    assert session.eval(f"ego.space = space({str(path)!r}, trust=True)").ok
    session.advance(0.3)
    session.get("ego").player.place(np.full(4, 0.99))
    session.advance(0.5)
    assert [event for event in session.log if "too far out" in event.text]
    assert longest_silence_s(session.advance(0.5), RATE) < 0.01


@pytest.mark.slow
def test_live_it_plays_in_a_process_of_its_own_and_may_die_there(tones: Path) -> None:
    with Live(Options(audio="headless", osc_port=0)) as live:
        ok, error = live.evaluate(f"bells = space({str(tones)!r}, trust=True)\nego = agent(bells)")
        assert ok, error
        live.await_sound()
        kill = "import psutil\n[p.kill() for p in psutil.process_iter() if p.name() == 'livecode: voice']"
        ok, error = live.evaluate(kill)
        assert ok, error
        assert live.evaluate("ego = agent(space('additive'))")[0]
        live.await_sound()
