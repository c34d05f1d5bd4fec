"""What samplernn-pytorch calls its tensors, and how large the model is that they make.

Its keys stand below `model.`: `frame_level_rnns.{i}.…` from the lowest tier upwards, and
`sample_level_mlp.…`.  A weight is there as `weight`, or under weight norm (Salimans and Kingma
2016) as length and direction: `weight_g`, `weight_v`, or `parametrizations.weight.original0`, `1`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.samplernn.config import GATES, SampleRNNConfig

Arrays = Mapping[str, NDArray[np.float32]]
NORMED = (("weight_g", "weight_v"), tuple(f"parametrizations.weight.original{k}" for k in (0, 1)))
H0 = re.compile(r"(.*?)frame_level_rnns\.(\d+)\.h0")


def model_tensors(
    found: Arrays, path: Path
) -> tuple[SampleRNNConfig, dict[str, NDArray[np.float32]]]:
    """The make of the model, its levels taken as linear, and the tensors of a model file.

    Raises LivecodeError for a tensor that is missing or of a shape that does not fit.
    """
    checkpoint = _Checkpoint(found, path, _prefix(found, path))
    config = checkpoint.config()
    tensors = checkpoint.tensors(config)
    checkpoint.refuse_what_is_left()
    for name, shape in config.shapes().items():
        if tensors[name].shape != shape:
            raise LivecodeError(
                f"{path} does not fit together: its {name!r} is of shape {tensors[name].shape}, "
                f"where {shape} is needed by the others"
            )
    return config, {name: np.ascontiguousarray(tensors[name]) for name in config.shapes()}


def _prefix(found: Arrays, path: Path) -> str:
    """What stands before all keys: "model." as the trainer saves them."""
    for name in found:
        if match := H0.fullmatch(name):
            return match[1]
    raise LivecodeError(
        f"{path} is no checkpoint of samplernn-pytorch: it lacks 'model.frame_level_rnns.0.h0'"
    )


@dataclass(frozen=True)
class _Checkpoint:
    """Tensors by samplernn-pytorch's names."""

    found: Arrays
    path: Path
    prefix: str
    taken: set[str] = field(default_factory=set)

    def take(self, name: str, dims: int) -> NDArray[np.float32]:
        """The tensor of that name, with so many dimensions."""
        full = self.prefix + name
        if full not in self.found:
            raise LivecodeError(
                f"{self.path} lacks {full!r}: give a whole checkpoint of samplernn-pytorch"
            )
        self.taken.add(full)
        tensor = self.found[full]
        if tensor.ndim != dims or 0 in tensor.shape:
            raise LivecodeError(
                f"{self.path} has {full!r} of shape {tensor.shape}, where {dims} dimensions are "
                "needed: it is not of samplernn-pytorch's make"
            )
        return tensor

    def refuse_what_is_left(self) -> None:
        """A tensor that found no place tells of another make, whose sound would be another."""
        parts = (f"{self.prefix}frame_level_rnns.", f"{self.prefix}sample_level_mlp.")
        for name in self.found:
            if name.startswith(parts) and name not in self.taken:
                raise LivecodeError(
                    f"{self.path} has {name!r}, for which a SampleRNN of its other sizes has no "
                    "place: it is not of samplernn-pytorch's make"
                )

    def weight(self, layer: str) -> NDArray[np.float32]:
        """A convolution's weight (a, b, c), weight norm over its first dimension folded in."""
        for length, direction in NORMED:
            if f"{self.prefix}{layer}.{direction}" in self.found:
                g = self.take(f"{layer}.{length}", 3).astype(np.float64)
                v = self.take(f"{layer}.{direction}", 3).astype(np.float64)
                if g.shape != (len(v), 1, 1):
                    raise LivecodeError(
                        f"{self.path} has {self.prefix}{layer}.{length} of shape {g.shape}, where "
                        f"{(len(v), 1, 1)} is needed"
                    )
                norm = np.sqrt(np.square(v).sum(axis=(1, 2), keepdims=True))
                folded: NDArray[np.float32] = (g * v / np.maximum(norm, 1e-30)).astype(np.float32)
                return folded
        return self.take(f"{layer}.weight", 3)

    def config(self) -> SampleRNNConfig:
        """The sizes, from shapes alone."""
        tiers = 0
        while f"{self.prefix}frame_level_rnns.{tiers}.h0" in self.found:
            tiers += 1
        sizes = [
            self.weight(f"frame_level_rnns.{i}.upsampling.conv_t").shape[2] for i in range(tiers)
        ]
        layers, dim = self.take("frame_level_rnns.0.h0", 2).shape
        gates = self.take("frame_level_rnns.0.rnn.weight_hh_l0", 2).shape[0]
        if gates != GATES["gru"] * dim:
            raise LivecodeError(
                f"{self.path} has an RNN of {gates} rows for dim {dim}, where a GRU has "
                f"{GATES['gru'] * dim}: only GRUs are imported"
            )
        levels, embedding = self.take("sample_level_mlp.embedding.weight", 2).shape
        return SampleRNNConfig(
            dim=dim,
            frame_sizes=tuple(sizes),
            layers=layers,
            cell="gru",
            levels=levels,
            quantiser="linear",
            embedding=embedding,
            sample_tier="two-layer",
        )

    def tensors(self, config: SampleRNNConfig) -> dict[str, NDArray[np.float32]]:
        """The tensors by the names of a model file."""
        made = {}
        for i in range(len(config.frame_sizes)):
            tier, theirs = f"tiers.{i}", f"frame_level_rnns.{i}"
            made[f"{tier}.h0"] = self.take(f"{theirs}.h0", 2)
            made[f"{tier}.input.weight"] = self._of_one(f"{theirs}.input_expand")
            made[f"{tier}.input.bias"] = self.take(f"{theirs}.input_expand.bias", 1)
            for k in range(config.layers):
                for side in ("ih", "hh"):
                    for part, dims in (("weight", 2), ("bias", 1)):
                        name = f"rnn.{part}_{side}_l{k}"
                        made[f"{tier}.{name}"] = self.take(f"{theirs}.{name}", dims)
            up = self.weight(f"{theirs}.upsampling.conv_t")  # (in, out, F)
            made[f"{tier}.up.weight"] = up.transpose(2, 1, 0)
            made[f"{tier}.up.bias"] = self.take(f"{theirs}.upsampling.bias", 2).T
        mlp = "sample_level_mlp"
        made["sample.embedding"] = self.take(f"{mlp}.embedding.weight", 2)
        made["sample.input.weight"] = self.weight(f"{mlp}.input")
        for layer in ("hidden", "output"):
            made[f"sample.{layer}.weight"] = self._of_one(f"{mlp}.{layer}")
            made[f"sample.{layer}.bias"] = self.take(f"{mlp}.{layer}.bias", 1)
        return made

    def _of_one(self, layer: str) -> NDArray[np.float32]:
        """The weight (out, in) of a convolution over one step."""
        weight = self.weight(layer)
        if weight.shape[2] != 1:
            raise LivecodeError(
                f"{self.path} has {self.prefix}{layer} as a convolution over {weight.shape[2]} "
                "steps, where one is needed"
            )
        return weight[:, :, 0]
