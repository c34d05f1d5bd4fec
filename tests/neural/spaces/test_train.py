"""Training a space for a few seconds: it learns, it resumes, and its file explains it."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch")

from livecode.cli import command as cli  # noqa: E402
from livecode.errors import LivecodeError  # noqa: E402
from livecode.neural.load import load_model  # noqa: E402
from livecode.neural.model_file import read_model  # noqa: E402
from livecode.neural.spaces.training import train as training  # noqa: E402
from livecode.neural.spaces.training.figures import axis_steps, distance_db, reconstructed  # noqa: E402
from livecode.neural.spaces.training.frames import AdditiveFrames  # noqa: E402
from livecode.neural.spaces.training.train import TrainSpaceSettings, train_space  # noqa: E402
from livecode.neural.spaces.training.vae import SpaceConfig, SpectralVAE  # noqa: E402

pytestmark = pytest.mark.slow

SHORT = TrainSpaceSettings(
    "short", synthetic="additive", latent=2, steps=40, batch=16, measured=256
)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def _weights(path: Path) -> dict[str, np.ndarray]:
    return read_model(path, "space")[1]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("models")
    return train_space(replace(SHORT, out=out, steps=250, batch=32, measured=1024))


@pytest.fixture(scope="module")
def noises(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a space of four noises, from dark to bright, aligned with their centroids."""
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("noises")
    rng = np.random.default_rng(0)
    (out / "audio").mkdir()
    for name, pole in (("dark", 0.97), ("dim", 0.9), ("middling", 0.6), ("bright", -0.5)):
        sound = rng.normal(0, 0.05, 66_150)
        for i in range(1, len(sound)):
            sound[i] += pole * sound[i - 1]
        soundfile.write(out / "audio" / f"{name}.wav", 0.1 * sound / sound.std(), 22050)
    settings = TrainSpaceSettings(
        "noises",
        out / "audio",
        latent=3,
        align=("centroid",),
        steps=250,
        batch=32,
        out=out,
        measured=512,
    )
    return train_space(replace(settings, sample_rate=22050))


@pytest.mark.slow
def test_seconds_of_training_beat_none(trained: Path, tmp_path: Path) -> None:
    untrained = train_space(replace(SHORT, out=tmp_path, steps=1))
    held_out = AdditiveFrames(2, 44100, 2048, seed=0).held_out().levels[:256]
    before, after = (
        distance_db(reconstructed(load_model(path), held_out), held_out)
        for path in (untrained, trained)
    )
    assert after < 0.85 * before


def test_the_trained_space_has_ordered_axes_of_even_steps(trained: Path) -> None:
    space = load_model(trained)
    quarters = axis_steps(space, 4, np.random.default_rng(0)).mean(1)
    assert list(quarters) == sorted(quarters, reverse=True)
    assert space.axis_names[0] == "pitch"
    middle = axis_steps(space, 20, np.random.default_rng(0))[0, 2:-2]
    assert middle.max() < 4 * middle.min()
    ends = space.decode(space.place(np.array([[0.0], [1.0]])))
    centroids = ends @ space.frequencies_hz / ends.sum(1)
    assert centroids[0] < centroids[1]


@pytest.mark.slow
def test_a_nested_space_puts_what_matters_most_first_and_names_what_it_follows(
    noises: Path,
) -> None:
    space = load_model(noises)
    assert space.axes == ("centroid", "free 1", "free 2")
    mags = space.decode(space.place(np.linspace(0.1, 0.9, 9)[:, None]))
    centroids = (mags**2 @ space.frequencies_hz) / (mags**2).sum(1)
    assert (np.diff(centroids) > 0).all()
    rows = read_model(noises)[0].facts["figures"]["by_dimensions"]
    assert [row["dimensions"] for row in rows] == [1, 2, 4, 8, 16]
    assert [row["axes"] for row in rows] == [1, 2, 3, 3, 3]
    assert rows[0]["space_db"] >= rows[1]["space_db"] >= rows[2]["space_db"]


def test_a_trained_space_knows_where_its_sounds_lie(noises: Path) -> None:
    space = load_model(noises)
    assert space.sound_names == ("bright", "dark", "dim", "middling")
    where = space.position(space.sound_points)
    assert list(where[:, 0].argsort()) == [1, 2, 3, 0], "along the axis of brightness"


def test_training_leaves_a_model_a_card_and_a_picture(trained: Path) -> None:
    path = trained
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "README.md",
        "axes.png",
        "short.safetensors",
    ]
    assert path.with_name("axes.png").read_bytes().startswith(b"\x89PNG")
    card = path.with_name("README.md").read_text()
    assert "livecode train space --synthetic additive --name short" in card
    meta, _ = read_model(path)
    assert meta.licence == "Apache-2.0"
    assert meta.sample_rate == 44100


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights_and_another_gives_others(tmp_path: Path) -> None:
    one, two, other = (
        _weights(train_space(replace(SHORT, out=tmp_path / str(i), seed=seed)))
        for i, seed in enumerate([3, 3, 4])
    )
    for name, tensor in one.items():
        np.testing.assert_array_equal(tensor, two[name])
    assert any((one[name] != other[name]).any() for name in one)


@pytest.mark.slow
def test_a_training_killed_at_any_moment_resumes_to_the_same_weights(tmp_path: Path) -> None:
    settings = replace(SHORT, steps=120, checkpoint_every=7)
    whole = _weights(train_space(replace(settings, out=tmp_path / "whole")))
    program = (
        "import torch; torch.set_num_threads(1)\n"
        "from pathlib import Path\n"
        "from livecode.neural.spaces.training.train import TrainSpaceSettings, train_space\n"
        "train_space(TrainSpaceSettings('short', synthetic='additive', latent=2, steps=120,"
        f" batch=16, measured=256, checkpoint_every=7, out=Path({str(tmp_path / 'killed')!r})))\n"
    )
    checkpoint = tmp_path / "killed" / "short" / "checkpoint.safetensors"
    child = subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": os.getcwd()}
    )
    deadline = time.monotonic() + 60
    while not checkpoint.exists() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert 0 < read_model(checkpoint)[0].config["step"] < 120
    resumed = _weights(train_space(replace(settings, out=tmp_path / "killed", resume=True)))
    for name, tensor in whole.items():
        np.testing.assert_array_equal(tensor, resumed[name])


@pytest.mark.slow
def test_ctrl_c_saves_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(SHORT, out=tmp_path)
    step = training.train_step

    def interrupted(*args: object) -> float:
        if args[-1] == 23:
            os.kill(os.getpid(), signal.SIGINT)
        return step(*args)

    monkeypatch.setattr(training, "train_step", interrupted)
    with pytest.raises(LivecodeError, match="stopped after 24 steps and is saved: add --resume"):
        train_space(settings)
    monkeypatch.undo()
    resumed = _weights(train_space(replace(settings, resume=True)))
    whole = _weights(train_space(replace(settings, out=tmp_path / "whole")))
    for name, tensor in whole.items():
        np.testing.assert_array_equal(tensor, resumed[name])


def test_resuming_with_other_settings_is_refused(tmp_path: Path) -> None:
    settings = replace(SHORT, out=tmp_path)
    model = SpectralVAE(SpaceConfig(2), 44100)
    adam = torch.optim.Adam(model.parameters())
    opened = torch.tensor([2])
    model.loss(*(torch.zeros(1, n) for n in (1024, 2, 2)), opened, beta=0.0).backward()
    adam.step()
    checkpoint = tmp_path / "short" / "checkpoint.safetensors"
    training.save_checkpoint(checkpoint, model, adam, 5, settings.identity())
    with pytest.raises(LivecodeError, match="was made with seed 0, not 1"):
        train_space(replace(settings, resume=True, seed=1))


@pytest.mark.slow
def test_a_trained_space_is_not_trained_over_unless_that_is_meant(tmp_path: Path) -> None:
    settings = replace(SHORT, out=tmp_path, steps=1, batch=8, measured=256)
    before = train_space(settings).read_bytes()
    with pytest.raises(LivecodeError, match="there is a training of 'short' already"):
        train_space(replace(settings, seed=5))
    path = train_space(replace(settings, seed=5, replace=True))
    assert path.read_bytes() != before


def test_resumed_with_other_audio_it_says_so(tmp_path: Path) -> None:
    settings = replace(SHORT, out=tmp_path)
    model = SpectralVAE(SpaceConfig(2, training.N_FFT), settings.sample_rate)
    adam = torch.optim.Adam(model.parameters())
    sum(p.sum() for p in model.parameters()).backward()
    adam.step()
    path = tmp_path / "short" / "checkpoint.safetensors"
    identity = settings.identity()
    training.save_checkpoint(path, model, adam, 5, identity | {"audio": "these"})
    with pytest.raises(LivecodeError, match="trained on other audio than this so far"):
        training.load_checkpoint(path, model, adam, identity | {"audio": "those"}, settings)
    meant = replace(settings, other_audio=True)
    for audio, asked in (("these", settings), ("those", meant)):
        given = identity | {"audio": audio}
        assert training.load_checkpoint(path, model, adam, given, asked) == 5
    training.save_checkpoint(path, model, adam, 6, identity)  # older than fingerprints
    assert training.load_checkpoint(path, model, adam, identity | {"audio": "those"}, settings) == 6


def test_resuming_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="no checkpoint at"):
        train_space(replace(SHORT, out=tmp_path, resume=True))


def test_an_output_folder_that_cannot_be_made_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LivecodeError, match="cannot be made"):
        train_space(replace(SHORT, out=tmp_path / "file"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pitched", "noise"])
def test_a_folder_of_audio_becomes_a_space(tmp_path: Path, kind: str) -> None:
    rng, t = np.random.default_rng(0), np.arange(22050) / 22050
    (tmp_path / "audio").mkdir()
    for i in range(4):
        tone = sum(np.sin(2 * np.pi * 220 * 1.2**i * k * t) / k for k in range(1, 9))
        noise = np.convolve(rng.normal(size=len(t)), rng.normal(size=32), "same")
        sound = 0.05 * (tone if kind == "pitched" else noise)
        soundfile.write(tmp_path / "audio" / f"{i}.wav", sound, 22050)
    settings = TrainSpaceSettings(
        "own",
        tmp_path / "audio",
        latent=3,
        steps=60,
        batch=16,
        sample_rate=22050,
        out=tmp_path,
        measured=256,
    )
    space = load_model(train_space(settings))
    assert ("pitch" in space.axis_names) == (kind == "pitched")
    assert space.sample_rate == 22050
    audio, _ = soundfile.read(tmp_path / "audio" / "0.wav", dtype="float32")
    assert space.decode(space.encode(audio)).shape == ((22050 - 2048) // 512 + 1, 1024)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"latent": 0}, "1 to 64 dimensions"),
        ({"latent": 65}, "1 to 64 dimensions"),
        ({"steps": 0}, "at least one step"),
        ({"sample_rate": 10}, "out of range"),
        ({"name": "a/b"}, "cannot name a model"),
        ({"synthetic": "plaid"}, "no synthetic set 'plaid'"),
        ({"align": ("centroid",)}, "leave out --align"),
    ],
)
def test_settings_that_make_no_sense_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(LivecodeError, match=words):
        train_space(replace(SHORT, **change))


@pytest.mark.slow
def test_the_command_line_names_everything_and_says_how_it_plays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("livecode.cli.train_space.user_models", lambda: tmp_path)
    line = "--synthetic additive --name cli --latent 2 --steps 2 --seed 5"
    assert cli.main(["train", "space", *line.split()]) == 0
    assert (tmp_path / "cli" / "cli.safetensors").exists()
    assert 'It plays as ego = agent("cli")' in capsys.readouterr().out
