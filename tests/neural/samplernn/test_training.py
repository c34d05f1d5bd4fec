"""Training a SampleRNN for real, for seconds: it learns, it resumes, it says what it did."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch")

from livecode.cli import command as cli  # noqa: E402
from livecode.cli.train_samplernn import add_arguments, settings_of  # noqa: E402
from livecode.errors import LivecodeError  # noqa: E402
from livecode.neural.load import load_model  # noqa: E402
from livecode.neural.model_file import list_models, read_model  # noqa: E402
from livecode.neural.samplernn.config import SampleRNNConfig  # noqa: E402
from livecode.neural.samplernn.model import SampleRNN  # noqa: E402
from livecode.neural.samplernn.training.run import train_samplernn  # noqa: E402
from livecode.neural.samplernn.training.settings import TrainSampleRNNSettings  # noqa: E402
from tests.neural.samplernn.tiny_training import RATE, TINY, curve_of, settings_for, write_tones  # noqa: E402

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tones(tmp_path_factory.mktemp("audio") / "tone.flac")


@pytest.fixture(scope="module")
def trained(tone: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainSampleRNNSettings:
    torch.set_num_threads(1)
    settings = settings_for(
        tone, tmp_path_factory.mktemp("models"), steps=250, data="two tones", licence="CC0-1.0"
    )
    train_samplernn(settings)
    return settings


@pytest.mark.slow
def test_seconds_of_training_beat_the_frequencies_of_levels(
    trained: TrainSampleRNNSettings,
) -> None:
    meta, _ = read_model(trained.out / "tone" / "tone.safetensors", "samplernn")
    assert meta.facts["held_out_bits"] < meta.facts["unigram_bits"] - 1.0
    curve = curve_of(trained)
    assert np.mean(list(curve.values())[-3:]) < next(iter(curve.values())) - 1.0


def test_training_leaves_two_models_a_card_pictures_takes_and_a_page(
    trained: TrainSampleRNNSettings,
) -> None:
    folder = trained.out / "tone"
    assert sorted(p.name for p in folder.iterdir()) == [
        "README.md",
        "run",
        "spectrogram.png",
        "tone-last.safetensors",
        "tone.safetensors",
    ]
    card = (folder / "README.md").read_text()
    for said in ("two tones", "CC0-1.0", "bits a sample", "livecode train samplernn tone.flac"):
        assert said in card
    takes = sorted((folder / "run" / "takes").iterdir())
    assert takes[-1].name == "step-0000250-temperature-1.00.flac"
    audio, rate = soundfile.read(takes[-1])
    assert (len(audio), rate) == (RATE // 10, RATE)
    assert (folder / "spectrogram.png").read_bytes().startswith(b"\x89PNG")
    if (folder / "run" / "training.png").exists():
        assert (folder / "run" / "training.png").read_bytes().startswith(b"\x89PNG")
    else:
        pytest.importorskip("matplotlib", reason="the page needs it")


def test_the_model_predicts_the_held_out_sound_as_its_file_says(
    trained: TrainSampleRNNSettings,
) -> None:
    path = trained.out / "tone" / "tone.safetensors"
    model = load_model(path)
    assert isinstance(model, SampleRNN)
    tensors = read_model(path)[1]
    assert {name: t.shape for name, t in tensors.items()} == TINY.shapes()
    meta, _ = read_model(path)
    audio, _ = soundfile.read(trained.sources[0], dtype="float32")
    codes = model.quantise(((audio - audio.mean()) * meta.facts["gain"])[-RATE:])
    log_probs = model.log_probs(codes)
    said = log_probs[np.arange(len(log_probs)), codes[model.lookback :]]
    assert -said.mean() / np.log(2) == pytest.approx(meta.facts["held_out_bits"], abs=0.3)


def test_both_models_are_kept_and_the_best_has_a_name(
    trained: TrainSampleRNNSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecode.neural.model_file.model_folders", lambda: [trained.out])
    assert list(list_models()) == ["tone"]
    best, last = (
        read_model(trained.out / "tone" / f"{name}.safetensors")[0].facts
        for name in ("tone", "tone-last")
    )
    assert last["steps"] == 250
    assert best["held_out_bits"] <= last["held_out_bits"]


@pytest.mark.slow
def test_a_training_in_two_halves_ends_as_one_that_ran_through(tone: Path, tmp_path: Path) -> None:
    whole = settings_for(tone, tmp_path / "whole")
    halves = settings_for(tone, tmp_path / "halves")
    train_samplernn(whole)

    class Enough(Exception):
        pass

    def stop(point: dict[str, float]) -> None:
        if point["step"] == 30:  # in the middle of a clip: the state is carried over
            raise Enough

    with pytest.raises(Enough):
        train_samplernn(halves, watch=stop)
    train_samplernn(replace(halves, resume=True))
    assert curve_of(whole) == curve_of(halves)
    one, other = (read_model(s.out / "tone" / "tone-last.safetensors")[1] for s in (whole, halves))
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_training_ends_early_when_held_out_sound_gets_no_better(tone: Path, tmp_path: Path) -> None:
    settings = settings_for(tone, tmp_path, steps=100_000, peak_rate=1e-12, patience=2)
    train_samplernn(settings)
    assert max(curve_of(settings)) < 1000


@pytest.mark.parametrize(
    "make",
    [
        {"frame_sizes": (4,), "cell": "lstm", "layers": 2, "skip": True},
        {"frame_sizes": (2, 2, 2), "sample_tier": "three-layer", "quantiser": "linear"},
        {"frame_sizes": (8, 2), "levels": 4096},
    ],
    ids=["two tiers of LSTM", "four tiers", "12 bits"],
)
def test_every_make_trains(make: dict, tone: Path, tmp_path: Path) -> None:
    settings = settings_for(tone, tmp_path, steps=20, config=replace(TINY, **make), augment=True)
    model = load_model(train_samplernn(settings))
    assert isinstance(model, SampleRNN)
    assert np.isfinite(model.generate(0.05)).all()


@pytest.mark.slow
def test_bfloat16_products_learn_as_well_as_float32_ones(tone: Path, tmp_path: Path) -> None:
    curves = {}
    for precision in ("float32", "bfloat16"):
        settings = settings_for(tone, tmp_path / precision, steps=150, precision=precision)
        train_samplernn(settings)
        points = settings.out / "tone" / "run" / "curve.jsonl"
        curves[precision] = json.loads(points.read_text().splitlines()[-1])["held_out"]
    assert curves["bfloat16"] == pytest.approx(curves["float32"], abs=0.1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"steps": None}, "--steps N"),
        ({"sequence": 60}, "multiple of 16"),
        ({"sample_rate": 96_000}, "8000 to 48000 Hz"),
        ({"name": "a/b"}, "cannot name a model"),
        ({"batch": 0}, "--batch"),
        ({"resume": True}, "without --resume"),
        ({"held_out": 0.9}, "--held-out"),
    ],
)
def test_what_is_wrong_with_the_settings_is_said(
    wrong: dict, said: str, tone: Path, tmp_path: Path
) -> None:
    with pytest.raises(LivecodeError, match=said):
        train_samplernn(settings_for(tone, tmp_path, **wrong))


def test_a_checkpoint_of_other_settings_is_refused(
    trained: TrainSampleRNNSettings,
) -> None:
    with pytest.raises(LivecodeError, match="was made with batch 4, not 8"):
        train_samplernn(replace(trained, batch=8, resume=True))


@pytest.mark.slow
def test_resumed_with_more_disturbance_the_best_is_of_that(tone: Path, tmp_path: Path) -> None:
    settings = settings_for(tone, tmp_path, steps=150)
    before = read_model(train_samplernn(settings))[0].facts
    much = replace(settings, steps=300, disturb=100.0, disturb_level=1.0, resume=True)
    after = read_model(train_samplernn(much))[0].facts
    assert after["steps"] > before["steps"]
    assert after["held_out_bits"] > before["held_out_bits"], "clean sound is not what it is for"


def test_the_command_on_the_card_says_the_settings(tone: Path) -> None:
    settings = replace(
        settings_for(tone, Path("out")),
        config=SampleRNNConfig(dim=32, frame_sizes=(4, 2), cell="lstm", embedding=64, skip=True),
        minutes=3.0,
        augment=True,
    )
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    again = settings_of(parser.parse_args(settings.command().split()[3:]))
    assert again.identity() == settings.identity()
    assert (again.steps, again.minutes) == (60, 3.0)


def test_a_trained_model_is_not_trained_over_unless_that_is_meant(
    tone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tone, tmp_path, steps=10)
    path = train_samplernn(settings)
    before = path.read_bytes()
    command = ["train", "samplernn", str(tone), "--name", "tone", "--out", str(tmp_path)]
    command += ["--steps", "10"]
    assert cli.main(command) == 2
    assert "there is a training of 'tone' already" in capsys.readouterr().err
    monkeypatch.setattr("livecode.cli.replacing.can_ask", lambda: True)
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "n")
    assert cli.main(command) == 2
    assert asked
    path.unlink()  # the checkpoint is as dear as the model
    with pytest.raises(LivecodeError, match=r"already, .*checkpoint|already, .*last"):
        train_samplernn(settings)
    path.write_bytes(before)
    train_samplernn(replace(settings, replace=True, seed=9))
    assert path.read_bytes() != before


@pytest.mark.slow
def test_resumed_with_other_audio_it_says_so(tone: Path, tmp_path: Path) -> None:
    settings = settings_for(tone, tmp_path, steps=10)
    train_samplernn(settings)
    other = tmp_path / "other.flac"
    other.write_bytes(tone.read_bytes())
    longer = replace(settings, sources=(other,), steps=20, resume=True)
    train_samplernn(longer)  # the same sound under another name
    audio, rate = soundfile.read(other)
    soundfile.write(other, audio[::-1], rate)
    longer = replace(longer, steps=30)
    with pytest.raises(LivecodeError, match="was trained on other audio than this so far"):
        train_samplernn(longer)
    train_samplernn(replace(longer, other_audio=True))
