"""`load_model`: from the name of a model to the object that plays it, whatever its kind."""

from pathlib import Path

from livecode.errors import LivecodeError
from livecode.neural.model_cache import Kept
from livecode.neural.model_file import ModelMeta, Tensors, find_model, read_model
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.model import KIND as SAMPLERNN
from livecode.neural.samplernn.model import SampleRNN
from livecode.neural.spaces.space import KIND as SPACE
from livecode.neural.spaces.space import Space
from livecode.neural.spaces.space_file import space_of


def load_model(name_or_path: str | Path) -> Space | SampleRNN:
    """The model of that name in models/ or among the performer's own, or at that path.

    It is in memory once, however often it is loaded: nothing may write into it.
    """
    return _models.of(find_model(name_or_path))


def _load(path: Path) -> Space | SampleRNN:
    meta, tensors = read_model(path)
    if meta.kind == SAMPLERNN:
        return _samplernn(path, meta, tensors)
    if meta.kind != SPACE:
        raise LivecodeError(
            f"The model file {path} is of kind {meta.kind!r}, which this livecode cannot load: "
            "update livecode, or choose another model."
        )
    return space_of(path, meta, tensors)


_models = Kept(_load)


def load_space(name_or_path: str | Path) -> Space:
    """Load a space as `load_model` does; raise LivecodeError where the model is of another kind."""
    model = load_model(name_or_path)
    if not isinstance(model, Space):
        raise LivecodeError(f"{str(name_or_path)!r} is not a space: `livecode models` lists them.")
    return model


def load_samplernn(name_or_path: str | Path) -> SampleRNN:
    """Load a SampleRNN as `load_model` does; raise LivecodeError where the model is of another kind."""
    model = load_model(name_or_path)
    if not isinstance(model, SampleRNN):
        raise LivecodeError(
            f"{str(name_or_path)!r} is not a SampleRNN: `livecode models` lists them."
        )
    return model


def _samplernn(path: Path, meta: ModelMeta, tensors: Tensors) -> SampleRNN:
    try:
        config = SampleRNNConfig.from_json(meta.config)
        if meta.sample_rate <= 0:
            raise ValueError("sample_rate")
    except (TypeError, ValueError) as error:
        raise LivecodeError(
            f"The configuration in the model file {path} is incomplete or damaged ({error}): "
            "copy or train it again."
        ) from error
    return SampleRNN(path.stem, meta.sample_rate, config, tensors)
