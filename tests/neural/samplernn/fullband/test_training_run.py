"""A full-band training: killed and resumed it takes the same course, and every checkpoint is a model."""

import argparse
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")

from livecode.cli.train_fullband import add_arguments, settings_of
from livecode.errors import LivecodeError
from livecode.finishing.sound_source import SOURCE, Source
from livecode.finishing.stream_finish import finish, write_takes
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.neural.replacing import ModelInTheWay
from livecode.neural.samplernn.fullband.labels import UNKNOWN
from livecode.neural.samplernn.training.folder import Point
from livecode.neural.samplernn.training.fullband import calibration, outline
from livecode.neural.samplernn.training.fullband.settings import TrainFullbandSettings
from livecode.neural.samplernn.training.fullband.training_run import train_fullband
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from tests.fullband_model import CONFIG, RATE_HZ


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds of short notes over noise."""
    t = np.arange(12 * RATE_HZ) / RATE_HZ
    hz = 220 * 2 ** (np.random.default_rng(0).integers(12, size=48)[(t * 4).astype(int)] / 12)
    notes = 0.3 * np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ) * np.exp(-8 * (t % 0.25))
    path = tmp_path_factory.mktemp("sound") / "notes.wav"
    soundfile.write(path, notes + np.random.default_rng(1).normal(0, 0.01, len(t)), RATE_HZ)
    return path


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few streams of short sequences, and few outlines that are drawn to judge them."""
    monkeypatch.setattr(outline, "STREAMS", 4)
    monkeypatch.setattr(outline, "FRAMES", 16)
    monkeypatch.setattr(calibration, "TRIED", 50)


def settings_for(sound: Path, out: Path, **more: object) -> TrainFullbandSettings:
    plain = TrainFullbandSettings(
        "notes", (sound,), CONFIG, RATE_HZ, updates=20, outline_rounds=10, batch=4, held_out=0.2,
        precision="float32", takes_seconds=0.1, temperatures=(1.0,), checkpoint_minutes=1e-9, out=out,
    )  # fmt: skip
    return replace(plain, **more)


class Killer:
    """A display that interrupts the training at one point, as Ctrl-C does."""

    def __init__(self, at: tuple[str, float]):
        self._at = at

    def say(self, sentence: str) -> None:
        """Show nothing."""

    def point(self, point: Point, share: float) -> None:
        """Interrupt at the point."""
        name, value = self._at
        if point.get(name) == value:
            os.kill(os.getpid(), signal.SIGINT)

    @contextmanager
    def __call__(self, name: str) -> Iterator["Killer"]:
        """Open this display."""
        yield self


@pytest.mark.slow
def test_killed_and_resumed_it_takes_the_same_course(sound: Path, tmp_path: Path) -> None:
    heard: list[int] = []

    def listening(model: Path, folder: Path, updates: int) -> None:
        assert Loaded(model).meta.facts["updates"] == updates
        heard.append(updates)

    through = settings_for(sound, tmp_path / "a")
    path, _ = train_fullband(through, listening=listening)
    assert heard == [10, 20], "every checkpoint is a whole model"
    cut = settings_for(sound, tmp_path / "b")
    with pytest.raises(LivecodeError, match="add --resume"):
        train_fullband(cut, showing=Killer(("outline", 5)))
    with pytest.raises(ModelInTheWay):
        train_fullband(cut)
    resumed = replace(cut, resume=True)
    with pytest.raises(LivecodeError, match="add --resume"):
        train_fullband(resumed, showing=Killer(("step", 10)))
    with pytest.raises(LivecodeError, match="other settings"):
        train_fullband(replace(resumed, seed=1))
    again, _ = train_fullband(resumed)
    for name in (path.name, "notes-last.safetensors"):
        one, two = (read_model(p.with_name(name))[1] for p in (path, again))
        assert one.keys() == two.keys()
        for tensor in one:
            np.testing.assert_array_equal(one[tensor], two[tensor], tensor)


@pytest.mark.slow
def test_a_trained_model_is_finished_and_plays(sound: Path, tmp_path: Path) -> None:
    settings = settings_for(sound, tmp_path, transposed=(-1, 1), data="Notes.", licence="CC0-1.0")
    path, corpus = train_fullband(
        settings, listening=lambda model, folder, n: write_takes(model, folder, n, (1.0,), 0.1, 0)
    )
    takes = sorted((path.parent / "run" / "takes").glob("*.flac"))
    assert [take.name for take in takes] == [
        f"update-{n:07d}-temperature-1.00.flac" for n in (10, 20)
    ]
    assert soundfile.info(takes[0]).frames == RATE_HZ // 10
    finish(path, corpus, candidates=2, seconds=0.5, take_s=1.5)
    facts = read_model(path)[0].facts
    assert facts["moments"] == 2
    assert np.isfinite(facts["lufs"])
    assert Source.read(path.with_name(SOURCE)).by_rate[RATE_HZ].whole.onsets > 2
    card = path.with_name("README.md").read_text()
    assert "Notes. (" in card
    assert "livecode train fullband notes.wav --name notes" in card
    assert "--transposed -1 1" in card
    drawing = Loaded(path).drawing(0)
    assert drawing.begin(0)
    assert drawing.next(np.ones(1000, np.float32), Held(), True).std() > 0


def test_the_command_on_the_card_trains_the_same_model() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    said = ["choir", "--name", "mine", "--minutes", "3", "--transposed", "-2", "2", "--hold", "0.5",
            "--half-life", "0.06", "--outline-hop", "2048", "--order", "512", "--narrow", "0.1",
            "--ridge", "0.003"]  # fmt: skip
    settings = settings_of(parser.parse_args(said))
    assert settings.config.hold == 0.5
    assert settings.config.outline_hop == 2048
    again = settings_of(parser.parse_args(settings.command().split()[3:]))
    assert again.config == settings.config
    assert again.transposed == (-2, 2)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"updates": None}, "how long to train"),
        ({"transposed": (13,)}, "semitones"),
        ({"held_out": 0.0}, "held-out"),
        ({"name": "a/b"}, "name a model"),
        ({"resume": True}, "no checkpoint"),
    ],
)
def test_what_makes_no_training_is_said(
    sound: Path, tmp_path: Path, changed: dict[str, object], because: str
) -> None:
    with pytest.raises(LivecodeError, match=because):
        train_fullband(settings_for(sound, tmp_path, **changed))


@pytest.mark.slow
def test_labels_are_learned_of_several_albums_and_tiers_are_kept(
    sound: Path, tmp_path: Path
) -> None:
    albums = []
    for name in ("high", "low"):
        albums.append(tmp_path / name)
        albums[-1].mkdir()
        audio, rate = soundfile.read(sound)
        for number in range(2):
            soundfile.write(albums[-1] / f"{name}-{number}.wav", np.roll(audio, 999 * number), rate)
    config = replace(CONFIG, labels=("pitch", "loudness", "source"), sources=("high", "low"))
    settings = settings_for(sound, tmp_path, sources=tuple(albums), config=config, transposed=(2,))
    path, corpus = train_fullband(settings)
    assert set(corpus.train_albums) <= {0, 1}
    assert len(corpus.train_albums) == len(corpus.train)
    meta, tensors = read_model(path)
    assert meta.facts["outline_told_bits"] < meta.facts["outline_bits"] + 1
    assert "--labels pitch loudness source" in meta.command
    finish(path, corpus, candidates=2, seconds=0.5, take_s=1.5)
    kept = read_model(path)[1]["moments.kept"]
    assert (kept[:, :2] == UNKNOWN).all()
    assert set(kept[:, 2]) <= {0.0, 1.0}
    following = {"follows": 0.1, "followed": [0.5] * config.subbands}
    write_model(path, stored_tensors(path), replace(meta, config=meta.config | following))
    again = settings_for(
        sound, tmp_path / "kept", config=replace(config, labels=("pitch",), sources=()),
        tiers_of=str(path), minutes=None, updates=None, outline_rounds=5,
    )  # fmt: skip
    other, _ = train_fullband(again)
    made, known = read_model(other)
    assert {name: made.config[name] for name in following} == following
    for name in ("sample.hidden.weight", "tiers.1.up.weight", "outline.codebook"):
        np.testing.assert_array_equal(known[name], tensors[name], name)
    assert known["outline.label.weight"].shape == (CONFIG.outline_dim, 12)
    with pytest.raises(LivecodeError, match="of another make"):
        train_fullband(replace(again, config=replace(config, order=16), name="other"))
