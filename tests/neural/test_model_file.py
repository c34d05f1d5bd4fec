"""Model files: written and read back, and every way in which a file can be wrong."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.neural import model_file as files
from livecode.neural.load import load_model
from livecode.neural.model_file import ModelMeta, find_model, list_models, read_model, write_model
from livecode.neural.spaces.space_file import space_shapes

META = ModelMeta("space", {"latent": 2}, 44100, "tones", "Apache-2.0", "us", "do it", {"steps": 3})


def _written(folder: Path, meta: ModelMeta = META) -> Path:
    path = folder / "glass" / "glass.safetensors"
    write_model(path, {"weight": np.arange(6, dtype=np.float32).reshape(2, 3)}, meta)
    return path


def _with_header(path: Path, **changes: str) -> Path:
    """Rewrite the file's metadata as another program might have left it."""
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    header["__metadata__"] |= changes
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + length :])
    return path


def test_a_model_comes_back_as_it_was_written(tmp_path: Path) -> None:
    meta, tensors = read_model(_written(tmp_path), "space")
    assert meta == META
    np.testing.assert_array_equal(tensors["weight"], [[0, 1, 2], [3, 4, 5]])


def test_half_precision_comes_back_as_float32(tmp_path: Path) -> None:
    path = tmp_path / "half.safetensors"
    write_model(path, {"weight": np.array([0.5, 2.25], np.float16)}, META)
    _, tensors = read_model(path)
    assert tensors["weight"].dtype == np.float32
    np.testing.assert_array_equal(tensors["weight"], [0.5, 2.25])


def test_writing_again_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    _written(tmp_path)
    path = _written(tmp_path)
    assert [p.name for p in path.parent.iterdir()] == ["glass.safetensors"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match=r"no model file at .*nothing\.safetensors"):
        read_model(tmp_path / "nothing.safetensors")


@pytest.mark.parametrize("kept", [0, 4, 8, 100, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, kept: int) -> None:
    path = _written(tmp_path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(LivecodeError, match="damaged or cut short"):
        read_model(path)


def test_a_file_of_noise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.safetensors"
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(LivecodeError, match="damaged or cut short"):
        read_model(path)


def test_a_pickle_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "pickle.safetensors"
    path.write_bytes(b"\x80\x04cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(LivecodeError, match="damaged or cut short"):
        read_model(path)


def test_values_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "nan.safetensors"
    write_model(path, {"weight": np.array([1, np.nan], np.float32)}, META)
    with pytest.raises(LivecodeError, match="not numbers in 'weight'"):
        read_model(path)


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="is a 'space', but a 'samplernn' is needed"):
        read_model(_written(tmp_path), "samplernn")


def test_a_kind_that_cannot_be_loaded_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path, ModelMeta("teapot", {}, 44100))
    with pytest.raises(LivecodeError, match="kind 'teapot'"):
        load_model(path)


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = _with_header(_written(tmp_path), format_version="99")
    with pytest.raises(LivecodeError, match="format version 99"):
        read_model(path)


def test_safetensors_of_other_programs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    header = json.dumps({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    with pytest.raises(LivecodeError, match="not a livecode model"):
        read_model(path)


@pytest.mark.parametrize("change", [{"config": "{"}, {"config": "[]"}, {"sample_rate": "high"}])
def test_a_damaged_header_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(LivecodeError, match="header of the model file"):
        read_model(_with_header(_written(tmp_path), **change))


def test_a_configuration_that_lacks_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match=r"configuration .* incomplete"):
        load_model(_written(tmp_path))


SIZES = {"latent": 1, "n_fft": 2048, "partials": 0, "bands": 4, "hidden": 3, "encoder_hidden": 3}


@pytest.mark.parametrize("shape", [None, (3, 1023)])
def test_a_file_whose_tensors_are_not_its_configurations_is_refused(
    tmp_path: Path, shape: tuple[int, int] | None
) -> None:
    tensors = {name: np.zeros(size) for name, size in space_shapes(SIZES).items()}
    tensors.pop("encoder.0.weight")
    if shape:
        tensors["encoder.0.weight"] = np.zeros(shape)
    path = tmp_path / "wrong.safetensors"
    write_model(path, tensors, ModelMeta("space", SIZES | {"axis_names": ["a"]}, 44100))
    with pytest.raises(LivecodeError, match=r"lacks the tensor 'encoder\.0\.weight'"):
        load_model(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "glass").write_text("a file where a folder should be")
    with pytest.raises(LivecodeError, match="cannot be written"):
        _written(tmp_path)


@pytest.fixture
def own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(files.platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path))
    return tmp_path / "models"


def test_the_performers_own_model_is_found_by_name(own_models: Path) -> None:
    path = _written(own_models)
    assert find_model("glass") == path
    assert list_models()["glass"] == path


def test_a_name_of_before_opens_what_came_after_it(own_models: Path) -> None:
    assert find_model("quartet") == list_models()["piano"]
    own = own_models / "quartet" / "quartet.safetensors"
    write_model(own, {"weight": np.zeros(1, np.float32)}, META)
    assert find_model("quartet") == own, "unless somebody has a model of that name"


def test_a_model_is_found_by_path(tmp_path: Path) -> None:
    path = _written(tmp_path)
    assert find_model(path) == path
    assert find_model(str(path)) == path


def test_an_unknown_name_names_its_neighbours(own_models: Path) -> None:
    _written(own_models)
    with pytest.raises(LivecodeError, match=r"no model named 'glas': .*; did you mean glass\?"):
        find_model("glas")


def test_a_path_to_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="no model file at"):
        find_model(tmp_path / "nothing.safetensors")


def test_a_file_of_another_name_than_its_folder_is_not_listed(own_models: Path) -> None:
    path = _written(own_models)
    path.rename(path.with_name("checkpoint.safetensors"))
    assert "checkpoint" not in list_models()
