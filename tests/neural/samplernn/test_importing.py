"""Checkpoints of samplernn-pytorch: what they compute there is what the imported model computes."""

import os
import pickle
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from livecode import load_model
from livecode.cli import command as cli
from livecode.errors import LivecodeError
from livecode.neural.model_file import read_model
from livecode.neural.samplernn.importing.convert import ImportOptions, import_samplernn

DIM, LEVELS = 24, 256
SIZES = (4, 3)


def old_norm(module: nn.Module) -> nn.Module:
    with pytest.warns(FutureWarning):
        return nn.utils.weight_norm(module)


def plain(module: nn.Module) -> nn.Module:
    return module


NORMS: dict[str, Callable[[nn.Module], nn.Module]] = {
    "plain": plain,
    "length and direction": old_norm,
    "parametrized": nn.utils.parametrizations.weight_norm,
}


class Upsampling(nn.Module):
    """A transposed convolution whose bias differs from step to step."""

    def __init__(self, size: int, norm: Callable[[nn.Module], nn.Module]) -> None:
        super().__init__()
        self.conv_t = norm(nn.ConvTranspose1d(DIM, DIM, size, stride=size, bias=False))
        self.bias = nn.Parameter(torch.randn(DIM, size) * 0.3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = self.conv_t(x)  # (1, dim, frames * size)
        return up + self.bias.repeat(1, x.shape[2])


class FrameTier(nn.Module):
    def __init__(
        self, size: int, span: int, layers: int, norm: Callable[[nn.Module], nn.Module]
    ) -> None:
        super().__init__()
        self.h0 = nn.Parameter(torch.randn(layers, DIM) * 0.5)
        self.input_expand = norm(nn.Conv1d(span, DIM, 1))
        self.rnn = nn.GRU(DIM, DIM, layers, batch_first=True)
        self.upsampling = Upsampling(size, norm)


class SampleTier(nn.Module):
    def __init__(self, size: int, norm: Callable[[nn.Module], nn.Module]) -> None:
        super().__init__()
        self.embedding = nn.Embedding(LEVELS, LEVELS)
        self.input = norm(nn.Conv1d(LEVELS, DIM, size, bias=False))
        self.hidden = norm(nn.Conv1d(DIM, DIM, 1))
        self.output = norm(nn.Conv1d(DIM, LEVELS, 1))


class Net(nn.Module):
    """What such a checkpoint belongs to."""

    def __init__(self, norm: str, layers: int = 1) -> None:
        super().__init__()
        spans = np.cumprod(SIZES)
        self.frame_level_rnns = nn.ModuleList(
            FrameTier(size, int(span), layers, NORMS[norm])
            for size, span in zip(SIZES, spans, strict=True)
        )
        self.sample_level_mlp = SampleTier(SIZES[0], NORMS[norm])
        with torch.no_grad():
            for name, tensor in self.named_parameters():
                if name.endswith(("_g", "original0")):
                    tensor.mul_(torch.rand_like(tensor) + 1.0)

    def log_probs(self, codes: torch.Tensor) -> torch.Tensor:
        """(T - lookback, levels) of codes (T,), T - lookback a whole number of top frames."""
        look, total = int(np.prod(SIZES)), len(codes)
        scaled = 2 * (codes.float() / (LEVELS / 2) - 1)
        told = None
        for tier in reversed(self.frame_level_rnns):
            span = tier.input_expand.in_channels
            frames = scaled[look - span : total - span].reshape(1, -1, span)
            x = tier.input_expand(frames.transpose(1, 2))
            if told is not None:
                x = x + told
            y, _ = tier.rnn(x.transpose(1, 2), tier.h0[:, None].contiguous())
            told = tier.upsampling(y.transpose(1, 2))
        mlp = self.sample_level_mlp
        x = mlp.input(mlp.embedding(codes[look - SIZES[0] : -1])[None].transpose(1, 2))
        x = F.relu(mlp.hidden(F.relu(x + told)))
        return F.log_softmax(mlp.output(x)[0].t(), dim=1)


def checkpoint(path: Path, norm: str = "plain", layers: int = 1, **changed: object) -> Net:
    """Writes a checkpoint; `changed` tensors take the place of the net's, None removes one."""
    torch.manual_seed(5)
    net = Net(norm, layers)
    state = OrderedDict((f"model.{name}", tensor) for name, tensor in net.state_dict().items())
    for name, tensor in changed.items():
        if tensor is None:
            del state[name]
        else:
            state[name] = tensor
    torch.save(state, path)
    return net


@pytest.fixture(autouse=True)
def _own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("norm", NORMS)
def test_an_imported_model_gives_the_checkpoint_s_probabilities(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], norm: str, layers: int
) -> None:
    net = checkpoint(tmp_path / "net.pt", norm, layers)
    arguments = ["--name", "theirs", "--sample-rate", "16000", "--frame-sizes", "4", "3"]
    assert cli.main(["import", str(tmp_path / "net.pt"), *arguments]) == 0
    said = capsys.readouterr().out
    assert f"3 tiers, frame sizes 4 3 (look-back 12 samples), GRU × {layers}, dim 24" in said
    codes = np.random.default_rng(2).integers(0, LEVELS, 12 * 101)
    with torch.no_grad():
        theirs = net.log_probs(torch.from_numpy(codes)).numpy()
    ours = load_model("theirs").log_probs(codes)
    assert ours.shape == theirs.shape == (1200, LEVELS)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    assert theirs.std() > 0.1  # not flat


def test_mu_law_and_float16_are_taken_as_told(tmp_path: Path) -> None:
    checkpoint(tmp_path / "net.pt")
    options = ImportOptions(tmp_path / "net.pt", "theirs", 22050, None, True, True)
    assert import_samplernn(options, tmp_path) == 0
    path = tmp_path / "theirs" / "theirs.safetensors"
    meta, _ = read_model(path)
    assert (meta.sample_rate, meta.config["quantiser"]) == (22050, "mu-law")
    assert path.stat().st_size < 0.2 * (tmp_path / "net.pt").stat().st_size + 200_000
    assert "net.pt" in (tmp_path / "theirs" / "README.md").read_text()


def test_a_state_dict_inside_a_dict_is_found(tmp_path: Path) -> None:
    inner = Net("plain").state_dict()
    torch.save({"state_dict": inner, "epoch": 3}, tmp_path / "net.pt")
    assert import_samplernn(ImportOptions(tmp_path / "net.pt", "theirs"), tmp_path) == 0


def refusal(capsys: pytest.CaptureFixture[str], path: Path, *more: str) -> str:
    """The one sentence on stderr."""
    assert cli.main(["import", str(path), "--name", "theirs", *more]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(r"livecode: [^\n]+\n", said), said
    return said


Capture = pytest.CaptureFixture[str]


def test_a_missing_tensor_is_named(tmp_path: Path, capsys: Capture) -> None:
    for name in (
        "model.frame_level_rnns.1.rnn.bias_hh_l0",
        "model.frame_level_rnns.0.upsampling.conv_t.weight",
        "model.sample_level_mlp.embedding.weight",
    ):
        checkpoint(tmp_path / "net.pt", **{name: None})
        assert f"lacks '{name}'" in refusal(capsys, tmp_path / "net.pt")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("frame_level_rnns.0.input_expand.weight", (DIM, 5, 1)),
        ("frame_level_rnns.1.upsampling.bias", (DIM, 2)),
        ("frame_level_rnns.0.h0", (2, DIM)),
        ("frame_level_rnns.0.rnn.weight_hh_l0", (4 * DIM, DIM)),
        ("sample_level_mlp.hidden.weight", (DIM, DIM)),
        ("sample_level_mlp.output.weight", (LEVELS, DIM, 3)),
        ("sample_level_mlp.embedding.weight", (7, LEVELS)),
        ("sample_level_mlp.embedding.weight", (0, 0)),
        ("frame_level_rnns.0.rnn.weight_ih_l1", (3 * DIM, DIM)),
        ("frame_level_rnns.3.h0", (1, DIM)),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, capsys: Capture, name: str, shape: tuple[int, ...]
) -> None:
    checkpoint(tmp_path / "net.pt", **{f"model.{name}": torch.ones(shape)})
    refusal(capsys, tmp_path / "net.pt")
    assert not (tmp_path / "data").exists()


def test_values_that_are_not_numbers_are_refused(tmp_path: Path, capsys: Capture) -> None:
    nan = torch.full((1, DIM), float("nan"))
    checkpoint(tmp_path / "net.pt", **{"model.frame_level_rnns.0.h0": nan})
    assert "not numbers" in refusal(capsys, tmp_path / "net.pt")


def test_other_frame_sizes_than_were_asked_for_are_refused(tmp_path: Path, capsys: Capture) -> None:
    checkpoint(tmp_path / "net.pt")
    assert "are 4 3, not 16 4" in refusal(capsys, tmp_path / "net.pt", "--frame-sizes", "16", "4")


class Burglar:
    """Pickles as a command that makes a folder."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.made),)


@pytest.mark.parametrize("write", ["torch", "torch before 1.6", "pickle"])
def test_a_pickle_with_code_is_refused_and_does_not_run(
    tmp_path: Path, capsys: Capture, write: str
) -> None:
    made, path = tmp_path / "made", tmp_path / "net.pt"
    loot = {"model.frame_level_rnns.0.h0": Burglar(made)}
    if write == "pickle":
        path.write_bytes(pickle.dumps(loot))
    else:
        torch.save(loot, path, _use_new_zipfile_serialization=write == "torch")
    assert "more than tensors" in refusal(capsys, path)
    assert not made.exists()


def test_what_is_no_checkpoint_is_refused(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "net.pt"
    refusal(capsys, path)
    for content in (b"", b"RIFF....WAVE", b"\x80\x02}q\x00.", bytes(1000)):
        path.write_bytes(content)
        assert "not a checkpoint" in refusal(capsys, path)
    checkpoint(path)
    path.write_bytes(path.read_bytes()[:-3000])
    assert "not a checkpoint" in refusal(capsys, path)
    torch.save(torch.ones(3), path)
    assert "not a checkpoint" in refusal(capsys, path)
    torch.save({"weight": torch.ones(3)}, path)
    assert "no checkpoint of samplernn-pytorch" in refusal(capsys, path)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_under_another_name_is_said_to_be_that(tmp_path: Path, capsys: Capture) -> None:
    scripted = torch.jit.trace(nn.Linear(2, 2), torch.ones(1, 2))
    torch.jit.save(scripted, tmp_path / "rave.pt")
    assert "TorchScript" in refusal(capsys, tmp_path / "rave.pt")


def test_a_name_that_is_taken_or_no_name_is_refused(tmp_path: Path) -> None:
    checkpoint(tmp_path / "net.pt")
    for name in ("additive", "../escaped", "", "a b"):
        with pytest.raises(LivecodeError, match=r"model"):
            import_samplernn(ImportOptions(tmp_path / "net.pt", name))
    import_samplernn(ImportOptions(tmp_path / "net.pt", "theirs"))
    with pytest.raises(LivecodeError, match=r"already"):
        import_samplernn(ImportOptions(tmp_path / "net.pt", "theirs"))


@pytest.mark.parametrize(
    "keys", [["net"], ["models", 0, "generator"], ["ema", "module", "weights"]]
)
def test_a_state_dict_under_other_keys_is_found_and_the_optimiser_s_is_not_taken_for_it(
    tmp_path: Path, keys: list[object]
) -> None:
    path = tmp_path / "net.pt"
    checkpoint(path)
    inner = torch.load(path)
    for key in reversed(keys):
        inner = [inner] if key == 0 else {key: inner}
    moments = {f"moment.{i}": torch.ones(3) for i in range(100)}
    torch.save({"step": 7, "optimizer": {"state": moments}, **inner}, path)
    assert import_samplernn(ImportOptions(path, "nested")) == 0
    assert load_model("nested").lookback == 12


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(1).expand(3_000_000_000),
        torch.sparse_coo_tensor(torch.zeros(1, 1, dtype=torch.long), [1.0], (1 << 40,)),
    ],
)
def test_a_tensor_that_is_large_only_in_name_is_refused(
    tmp_path: Path, capsys: Capture, tensor: torch.Tensor
) -> None:
    checkpoint(tmp_path / "net.pt", **{"model.frame_level_rnns.0.h0": tensor})
    assert "claims tensors of" in refusal(capsys, tmp_path / "net.pt")
