"""The model file of a SampleRNN: what it may claim, and the tensors that it must hold."""

import math
from pathlib import Path

from livecode.errors import LivecodeError
from livecode.files import shown
from livecode.neural.limits import check_memory
from livecode.neural.model_file import ModelMeta, Tensors, read_model
from livecode.neural.samplernn.config import KIND, RATES_HZ, SampleRNNConfig
from livecode.neural.samplernn.fullband.config import FullbandConfig, is_fullband

Config = SampleRNNConfig | FullbandConfig


def open_samplernn(path: Path) -> tuple[ModelMeta, Config, Tensors]:
    """Read the SampleRNN in a model file, of either make.

    Raises LivecodeError if the file is damaged, holds another kind, or claims what no SampleRNN is;
    the claims are looked at before any tensor is read.
    """

    def claims(meta: ModelMeta, shapes: dict[str, tuple[int, ...]]) -> None:
        _check(path, meta, shapes)

    meta, tensors = read_model(path, KIND, claims)
    return meta, _config(meta), tensors


def _config(meta: ModelMeta) -> Config:
    make = FullbandConfig if is_fullband(meta.config) else SampleRNNConfig
    try:
        return make.from_json(meta.config)
    except (
        TypeError,
        ValueError,
        ArithmeticError,
    ) as error:  # such as a number where a list is due
        raise LivecodeError(f"its configuration is no SampleRNN's ({error})") from None


def _check(path: Path, meta: ModelMeta, shapes: dict[str, tuple[int, ...]]) -> None:
    try:
        config = _config(meta)
    except LivecodeError as error:
        raise LivecodeError(
            f"the model file {shown(path)} is damaged: {error}; copy or train it again"
        ) from None
    if not RATES_HZ[0] <= meta.sample_rate <= RATES_HZ[1]:
        raise LivecodeError(
            f"the model file {shown(path)} claims {meta.sample_rate} Hz, and a SampleRNN plays at "
            f"{RATES_HZ[0]} to {RATES_HZ[1]} Hz: copy or train it again"
        )
    for name, shape in config.shapes().items():
        if shapes.get(name) != shape:
            raise LivecodeError(
                f"the SampleRNN {path.stem!r} lacks the tensor {name!r} of shape {shape}: "
                "copy or train it again"
            )
    if isinstance(config, SampleRNNConfig):  # a table takes the place of the first convolution
        check_memory(path, 4 * math.prod((config.frame_sizes[0], config.levels, config.dim)))
    else:  # what an outline tells the predictors, in float64
        check_memory(path, 8 * math.prod((config.subbands, config.bands, config.order + 1)))
