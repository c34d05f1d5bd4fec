"""Making takes: one seed gives the same takes however a run is cut, and no whole take is made again."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.cli import command as cli
from livecode.errors import LivecodeError
from livecode.neural.load import load_model
from livecode.neural.model_file import read_model
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.takes.batch import TOGETHER, split
from livecode.takes.choices import TakesFolder
from livecode.takes.generate import GenerateOptions, generate
from livecode.takes.index import INDEX, Index, read_index, take_files, take_seed
from livecode.voices.samplernn import Sampler
from tests.takes.conftest import RATE

CURVE = "ramp(0.6, 1.2, over=1 * s)"


def options(model: Path, out: Path, **changed: object) -> GenerateOptions:
    usual = GenerateOptions(str(model), out, seconds=1.0, takes=9, temperature=CURVE, seed=7)
    return replace(usual, **changed)


def sound(folder: Path) -> dict[int, bytes]:
    return {number: path.read_bytes() for number, path in take_files(folder).items()}


def index_of(folder: Path) -> Index:
    index = read_index(folder)
    assert index is not None
    return index


@pytest.fixture(scope="module")
def whole(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make nine takes in a run that nothing cut."""
    folder = tmp_path_factory.mktemp("whole")
    assert generate(options(model, folder), cores=2)
    return folder


def test_takes_are_as_long_as_asked_for_and_differ(whole: Path) -> None:
    files = take_files(whole)
    assert sorted(files) == list(range(1, 10))
    assert files[3].name == "take-0003.wav"
    for path in files.values():
        found = soundfile.info(path)
        assert (found.frames, found.samplerate, found.channels) == (RATE, RATE, 1)
    assert len(set(sound(whole).values())) == 9


def test_a_take_is_what_its_seed_and_temperature_give_alone(whole: Path, model: Path) -> None:
    """A take depends neither on the other takes of its batch nor on blocks."""
    loaded = load_model(model)
    record = index_of(whole).records[4]
    weights = index_of(whole).settings.weights
    alone = Sampler(loaded.config, loaded.tensors, 1, weights, seeds=[record.seed])  # type: ignore[arg-type]
    temperatures = np.interp(np.arange(RATE) * 1000 // RATE / 1000, [0, 1], [0.6, 1.2])
    drawn = alone.step_block(temperatures[None].astype(np.float32), figures=True)
    audio, _ = soundfile.read(take_files(whole)[5], dtype="float32")
    np.testing.assert_allclose(audio, loaded.dequantise(drawn.codes[0]), atol=1 / 32768)
    assert drawn.log_likelihood is not None
    assert record.log_likelihood == pytest.approx(float(drawn.log_likelihood.mean()), abs=1e-5)


def test_the_index_says_how_a_take_was_made_and_what_it_is_like(whole: Path, model: Path) -> None:
    first, *lines = (whole / INDEX).read_text().splitlines()
    settings = json.loads(first)["settings"]
    assert settings["model"] == "small"
    assert settings["temperature"] == CURVE
    assert [json.loads(line)["number"] for line in lines] == list(range(1, 10))
    record = index_of(whole).records[0]
    assert record.seed == take_seed(7, 1)
    assert record.frames == RATE
    assert record.temperature == CURVE
    assert 0 <= record.silence <= 1
    assert 0 < record.centroid_hz < RATE / 2
    # the figures are those of exact weights, within what the smaller ones cost
    loaded = load_model(model)
    audio, _ = soundfile.read(take_files(whole)[1], dtype="float32")
    codes = loaded.quantise(audio)
    rows = loaded.log_probs(codes)
    exact = rows[np.arange(len(rows)), codes[loaded.lookback :]].mean()
    assert record.log_likelihood == pytest.approx(float(exact), abs=0.05)


def test_one_core_and_another_number_of_takes_give_the_same(
    whole: Path, model: Path, tmp_path: Path
) -> None:
    generate(options(model, tmp_path, takes=2), cores=1)
    generate(options(model, tmp_path, takes=9), cores=1)
    assert sound(tmp_path) == sound(whole)
    assert (tmp_path / INDEX).read_text() == (whole / INDEX).read_text()


def test_another_seed_gives_others(whole: Path, model: Path, tmp_path: Path) -> None:
    generate(options(model, tmp_path, seed=8, takes=2))
    assert not set(sound(tmp_path).values()) & set(sound(whole).values())


def await_that(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.mark.slow
def test_a_killed_run_goes_on_and_gives_the_same_takes(model: Path, tmp_path: Path) -> None:
    """Kill runs again and again: nothing whole is made again, and nothing is torn."""
    cut, uncut = tmp_path / "cut", tmp_path / "uncut"
    asked = ["--seconds", "3", "--takes", "24", "--temperature", CURVE, "--seed", "7"]
    command = [sys.executable, "-m", "livecode.cli", "generate", str(model), *asked, "-o"]
    kept: dict[int, int] = {}
    for least in (1, 13):  # takes that are finished when it is killed
        process = subprocess.Popen([*command, str(cut)], stderr=subprocess.PIPE, text=True)

        def finished(least: int = least) -> bool:
            index = read_index(cut) if cut.is_dir() else None
            return index is not None and len(index.records) >= least

        await_that(finished, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        files = take_files(cut)
        for number, written_ns in kept.items():
            assert files[number].stat().st_mtime_ns == written_ns
        indexed = [record.number for record in index_of(cut).records]
        assert len(indexed) < 24
        kept = {number: files[number].stat().st_mtime_ns for number in indexed}
    done = subprocess.run([*command, str(cut)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert f"{len(kept)} of 24 takes made already" in done.stderr
    for number, written_ns in kept.items():
        assert take_files(cut)[number].stat().st_mtime_ns == written_ns
    generate(options(model, uncut, seconds=3.0, takes=24))
    assert sound(cut) == sound(uncut)
    assert (cut / INDEX).read_text() == (uncut / INDEX).read_text()
    assert not list(cut.glob("*.part"))


def test_ctrl_c_keeps_what_is_finished(model: Path, tmp_path: Path) -> None:
    asked = ["--seconds", "4", "--takes", "60", "-o", str(tmp_path)]
    command = [sys.executable, "-m", "livecode.cli", "generate", str(model), *asked]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    await_that(lambda: (tmp_path / INDEX).exists() and bool(index_of(tmp_path).records), process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    left = 60 - len(index_of(tmp_path).records)
    assert 0 < left < 60
    assert f"the same command makes what is left, {left} takes" in said
    assert "Traceback" not in said


def test_takes_that_are_damaged_or_missing_are_made_again(
    whole: Path, model: Path, tmp_path: Path
) -> None:
    generate(options(model, tmp_path))
    files = take_files(tmp_path)
    files[2].unlink()
    files[4].write_bytes(files[4].read_bytes()[:5000])
    files[6].write_bytes(b"")
    (tmp_path / "take-0008.wav.part").write_bytes(b"RIFF")  # of a run that was killed
    lines = (tmp_path / INDEX).read_text().splitlines()
    lines[7] = lines[7][:20]  # take 7 is not known of any more
    (tmp_path / INDEX).write_text("\n".join(lines))
    before = {n: p.stat().st_mtime_ns for n, p in files.items() if n in (1, 3, 5, 8, 9)}
    generate(options(model, tmp_path))
    assert sound(tmp_path) == sound(whole)
    assert {n: take_files(tmp_path)[n].stat().st_mtime_ns for n in before} == before
    assert (tmp_path / INDEX).read_text() == (whole / INDEX).read_text()


def test_takes_that_were_named_or_discarded_are_not_made_again(model: Path, tmp_path: Path) -> None:
    generate(options(model, tmp_path, takes=2))
    (tmp_path / "discarded").mkdir()
    os.rename(tmp_path / "take-0001.wav", tmp_path / "discarded" / "take-0001.wav")
    os.rename(tmp_path / "take-0002.wav", tmp_path / "take-0002 glass bells.wav")
    aside = tmp_path / "discarded" / "take-0001.wav"
    before_ns = aside.stat().st_mtime_ns
    generate(options(model, tmp_path, takes=3))
    assert aside.stat().st_mtime_ns == before_ns
    names = {path.name for path in take_files(tmp_path).values()}
    assert names == {"take-0002 glass bells.wav", "take-0003.wav"}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"seed": 8}, "seed 7, not 8"),
        ({"seconds": 2.0}, "seconds 1.0, not 2.0"),
        ({"temperature": "1.0"}, "temperature"),
        ({"format": "flac"}, "format"),
    ],
)
def test_a_folder_holds_takes_of_one_make(
    model: Path, tmp_path: Path, changed: dict[str, object], named: str
) -> None:
    generate(options(model, tmp_path, takes=1))
    with pytest.raises(LivecodeError, match=named):
        generate(options(model, tmp_path, takes=2, **changed))
    generate(options(model, tmp_path, takes=2, temperature=CURVE.replace(" ", "")))
    assert len(take_files(tmp_path)) == 2


def test_another_model_of_the_same_name_is_noticed(model: Path, tmp_path: Path) -> None:
    generate(options(model, tmp_path / "takes", takes=1))
    meta, tensors = read_model(model)
    tensors["tiers.0.h0"] = tensors["tiers.0.h0"] + 1
    from livecode.neural.model_file import write_model

    other = tmp_path / "other" / model.name
    write_model(other, tensors, meta)
    with pytest.raises(LivecodeError, match="another model"):
        generate(options(other, tmp_path / "takes", takes=2))


def test_a_folder_in_which_nothing_was_made_takes_another_make(model: Path, tmp_path: Path) -> None:
    (tmp_path / "prime.wav").write_bytes(b"RIFF")
    unheard = options(model, tmp_path / "takes", prime=tmp_path / "prime.wav")
    with pytest.raises(LivecodeError, match="no usable audio"):
        generate(unheard)
    generate(options(model, tmp_path / "takes", takes=1))


def test_two_runs_at_a_time_in_one_folder_are_refused(model: Path, tmp_path: Path) -> None:
    from livecode.takes.folder_lock import locked

    with locked(tmp_path), pytest.raises(LivecodeError, match="is at work"):
        generate(options(model, tmp_path))
    generate(options(model, tmp_path, takes=1))


def test_flac_holds_the_same_sound(whole: Path, model: Path, tmp_path: Path) -> None:
    generate(options(model, tmp_path, takes=1, format="flac"))
    ours, _ = soundfile.read(tmp_path / "take-0001.flac")
    theirs, _ = soundfile.read(take_files(whole)[1])
    np.testing.assert_array_equal(ours, theirs)


def test_takes_go_on_from_a_prime(model: Path, tmp_path: Path) -> None:
    loaded = load_model(model)
    heard = 0.4 * np.sin(2 * np.pi * 300 * np.arange(2 * RATE) / RATE)
    soundfile.write(tmp_path / "prime.wav", heard, RATE, "FLOAT")
    primed = options(model, tmp_path / "a", takes=5, prime=tmp_path / "prime.wav")
    generate(primed, cores=1)
    generate(replace(primed, out=tmp_path / "b"), cores=2)
    assert sound(tmp_path / "a") == sound(tmp_path / "b")
    seed = take_seed(7, 5)
    weights = index_of(tmp_path / "a").settings.weights
    alone = Sampler(loaded.config, loaded.tensors, 1, weights)  # type: ignore[arg-type]
    alone.prime(0, loaded.quantise(heard.astype(np.float32)))
    state = alone.state(0)
    alone.set_state(0, replace(state, random=np.array([seed, 0], np.uint64)))
    drawn = alone.step_block(np.full((1, 200), 0.6, np.float32))
    audio, _ = soundfile.read(take_files(tmp_path / "a")[5], dtype="float32")
    np.testing.assert_allclose(audio[:8], loaded.dequantise(drawn.codes[0])[:8], atol=1 / 32768)
    with pytest.raises(LivecodeError, match="another prime"):
        generate(replace(primed, prime=None, takes=6))


def test_batches_are_even_and_use_every_core() -> None:
    for takes in range(1, 40):
        for cores in (1, 2, 3, 8):
            parts = split(list(range(takes)), cores)
            assert [n for part in parts for n in part] == list(range(takes))
            sizes = [len(part) for part in parts]
            assert max(sizes) <= TOGETHER
            assert max(sizes) - min(sizes) <= 1
            assert len(parts) >= min(cores, takes)


def test_sixteen_bits_are_kept_in_24(tmp_path: Path) -> None:
    from livecode.neural.model_file import ModelMeta, write_model
    from tests.takes.conftest import random_tensors

    config = SampleRNNConfig(
        dim=8, frame_sizes=(2, 2), embedding=4, levels=65536, quantiser="linear"
    )
    meta = ModelMeta("samplernn", config.json(), RATE)
    write_model(tmp_path / "fine.safetensors", random_tensors(config), meta)
    generate(options(tmp_path / "fine.safetensors", tmp_path / "takes", seconds=0.05, takes=1))
    audio, _ = soundfile.read(tmp_path / "takes" / "take-0001.wav", dtype="float64")
    codes = (audio + 1) / 2 * 65536 - 0.5
    np.testing.assert_allclose(codes, np.round(codes), atol=1e-2)


def run_with_little_room(most_bytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a limit on the size of files."""

    def confine() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    command = [sys.executable, "-m", "livecode.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, preexec_fn=confine)


@pytest.mark.slow
def test_a_full_disk_is_said_to_be_full_and_takes_go_on_later(
    whole: Path, model: Path, tmp_path: Path
) -> None:
    asked = ("--seconds", "1", "--takes", "9", "--seed", "7", "--temperature", CURVE)
    out = tmp_path / "takes"
    done = run_with_little_room(9_000, "generate", str(model), "-o", str(out), *asked)
    assert done.returncode == 2
    assert done.stderr.startswith("livecode: ")
    assert done.stderr.count("\n") == 1
    generate(options(model, out))
    assert sound(out) == sound(whole)
    takes = TakesFolder(out)
    for number in (1, 2, 3):
        takes.keep(number)
    piece = tmp_path / "piece.wav"
    done = run_with_little_room(9_000, "takes", str(out), "--splice", str(piece))
    assert done.returncode == 2
    assert "make room" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.glob("piece*"))


@pytest.mark.parametrize(
    ("arguments", "because"),
    [
        (["additive"], "is not a SampleRNN"),
        (["quartett"], "no model named 'quartett'"),
        (["MODEL", "--takes", "0"], "from 1 up"),
        (["MODEL", "--seconds", "-1"], "length of time"),
        (["MODEL", "--seconds", "0.00001"], "less than one sample"),
        (["MODEL", "--temperature", "rings.twist"], "none of curves"),
        (["MODEL", "--prime", "nowhere.wav"], "nowhere.wav"),
        (["MODEL", "-o", "/proc/takes"], "/proc/takes"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    because: str,
) -> None:
    usual = ["generate", "--seconds", "1", "--takes", "1", "-o", str(tmp_path)]
    try:
        status = cli.main([*usual, *(str(model) if a == "MODEL" else a for a in arguments)])
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr().err
    assert status == 2
    assert because in said
    assert said.startswith("livecode: ")
    assert said.count("\n") == 1
