"""What the file of a model may claim: each claim is refused before memory is taken for it."""

import json
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecode import load_model
from livecode.errors import LivecodeError
from livecode.neural.limits import check_archive
from livecode.neural.model_file import ModelMeta, find_model, read_model, write_model
from livecode.transport.messages import StreamSource
from livecode.voices.stream import StreamVoice
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn


def claiming(path: Path, folder: Path, rate: int | None = None, **config: Any) -> Path:
    """A copy of a model whose header claims something else."""
    meta, tensors = read_model(path)
    meta = replace(meta, config=meta.config | config, sample_rate=rate or meta.sample_rate)
    write_model(folder / "claims.safetensors", tensors, meta)
    return folder / "claims.safetensors"


def refused(path: Path) -> str:
    """What is said of a model that no voice and nobody else opens; little memory is taken for it."""
    tracemalloc.start()
    try:
        with pytest.raises(LivecodeError) as error:
            load_model(path)
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()
    return str(error.value)


@pytest.mark.parametrize(
    ("rate", "config"),
    [
        (9_999_991, {}),
        (1, {}),
        (None, {"layers": 1_000_000_000}),
        (None, {"layers": 1e9}),
        (None, {"dim": 1 << 40}),
        (None, {"dim": True}),
        (None, {"embedding": "9" * 1000}),
        (None, {"frame_sizes": [2] * 100_000}),
        (None, {"frame_sizes": [60_000, 60_000]}),
        (None, {"frame_sizes": 7}),
        (None, {"levels": 1 << 40}),
    ],
)
def test_what_no_samplernn_is_is_refused_by_voices_too(
    tmp_path: Path, rate: int | None, config: dict[str, Any]
) -> None:
    path = claiming(write_samplernn(tmp_path), tmp_path, rate, **config)
    assert "copy or train it again" in refused(path)
    with pytest.raises(LivecodeError, match="copy or train it again"):
        StreamVoice(StreamSource(str(path), 1), 48_000, 256)


@pytest.mark.parametrize(
    "config",
    [
        {"half_life_s": 0},
        {"half_life_s": -1.0},
        {"told": "much"},
        {"ridge": float("nan")},
        {"narrow": 0.0},
        {"hold": -1.0},
        {"follows": 2},
        {"followed": [1.0]},
        {"followed": [0.0, 1.0, 1.0, 1.0]},
        {"followed": [float("nan")] * 4},
        {"followed": "much"},
        {"subbands": 64, "outline_hop": 16_384, "bands": 1024, "order": 4096},
    ],
)
def test_what_no_full_band_model_is_is_refused_too(tmp_path: Path, config: dict[str, Any]) -> None:
    assert "train it again" in refused(claiming(write_fullband(tmp_path), tmp_path, **config))


def test_a_tensor_of_another_shape_never_reaches_the_kernel(tmp_path: Path) -> None:
    meta, tensors = read_model(write_samplernn(tmp_path))
    tensors["tiers.0.up.weight"] = np.zeros((2, 2, 2), np.float32)
    write_model(tmp_path / "odd.safetensors", tensors, meta)
    with pytest.raises(LivecodeError, match=r"lacks the tensor 'tiers\.0\.up\.weight'"):
        StreamVoice(StreamSource(str(tmp_path / "odd.safetensors"), 1), 48_000, 256)


def test_a_model_whose_numbers_overflow_makes_sound_or_is_silent_and_kills_nothing(
    tmp_path: Path,
) -> None:
    meta, tensors = read_model(write_samplernn(tmp_path))
    huge = {name: np.full_like(tensor, 3e38) for name, tensor in tensors.items()}
    write_model(tmp_path / "huge.safetensors", huge, meta)
    voice = StreamVoice(StreamSource(str(tmp_path / "huge.safetensors"), 1), 48_000, 256)
    for _ in range(20):
        assert np.isfinite(voice.play(*[None] * len(voice.controls))).all()


@pytest.mark.parametrize(
    ("rate", "config"),
    [
        (1_000_000_000, {}),
        (None, {"n_fft": 1_000_000_000_000, "encoder_hidden": 0}),
        (None, {"latent": -1}),
        (None, {"partials": 1 << 40}),
        (None, {"hidden": 0}),
        (None, {"bands": "many"}),
        (None, {"texture": {"step": 1, "components": 4, "hidden": 8}}),
    ],
)
def test_what_no_space_is_is_refused(
    tmp_path: Path, rate: int | None, config: dict[str, Any]
) -> None:
    assert "copy or train it again" in refused(
        claiming(find_model("additive"), tmp_path, rate, **config)
    )


@pytest.mark.parametrize(("kind", "size"), [("F32", 1 << 33), ("U8", 1 << 30)])
def test_a_file_of_nothing_that_claims_gigabytes_is_refused(
    tmp_path: Path, kind: str, size: int
) -> None:
    path = tmp_path / "hollow.safetensors"
    about = {
        "dtype": kind,
        "shape": [size // (4 if kind == "F32" else 1)],
        "data_offsets": [0, size],
    }
    meta = ModelMeta("checkpoint", {}, 16_000)
    header = json.dumps({"__metadata__": meta.header(), "tensor": about}).encode()
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + size)  # the disk holds nothing of it
    with pytest.raises(LivecodeError, match=r"at most|claims tensors of"):
        read_model(path)


def test_an_archive_that_unpacks_to_far_more_than_it_is_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "small.ts"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in range(4):
            archive.writestr(f"data/{name}", bytes(32 << 20))
    assert path.stat().st_size < 1 << 20
    with path.open("rb") as file, pytest.raises(LivecodeError, match="claims to unpack to 134 MB"):
        check_archive(file, path)
