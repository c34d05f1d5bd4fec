"""`load_model` turns the name of a model into the object that plays it, whatever its kind."""

from pathlib import Path

from livecode.errors import LivecodeError
from livecode.neural.model_cache import ModelCache
from livecode.neural.model_file import ModelMeta, Tensors, described, find_model, read_model
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.fullband.config import FullbandConfig, is_fullband
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.model import KIND as SAMPLERNN
from livecode.neural.samplernn.model import SampleRNN
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.space import KIND as SPACE
from livecode.neural.spaces.space import LatentSpace


def load_model(
    name_or_path: str | Path, kind: str | None = None
) -> LatentSpace | SampleRNN | FullbandSampleRNN:
    """Return the model of that name, from models/ or the performer's own folder, or at that path.

    `kind`: the kind that is wanted, of which an error offers names; another one is loaded, too.
    The model is in memory only once, however often it is loaded, so nothing may write into it.
    Raises `LivecodeError` if there is no such model or the file is damaged.
    """
    path = find_model(name_or_path, kind)
    return load_space(path) if described(path)[0] == SPACE else _samplernns.of(path)


def _load(path: Path) -> SampleRNN | FullbandSampleRNN:
    meta, tensors = read_model(path)
    if meta.kind != SAMPLERNN:
        raise LivecodeError(
            f"the model file {path} is of kind {meta.kind!r}, which this livecode cannot load: "
            "update livecode, or choose another model"
        )
    return _samplernn(path, meta, tensors)


_samplernns = ModelCache(_load)


def load_samplernn(name_or_path: str | Path) -> SampleRNN:
    """Return the SampleRNN of that name or path. Raises `LivecodeError` if it is another kind."""
    model = load_model(name_or_path, SAMPLERNN)
    if isinstance(model, FullbandSampleRNN):
        raise LivecodeError(
            f"{str(name_or_path)!r} is a full-band model, of which no takes can be made offline yet: "
            "play it with stream()"
        )
    if not isinstance(model, SampleRNN):
        raise LivecodeError(
            f"{str(name_or_path)!r} is not a SampleRNN: `livecode models` lists them"
        )
    return model


def _samplernn(path: Path, meta: ModelMeta, tensors: Tensors) -> SampleRNN | FullbandSampleRNN:
    try:
        if is_fullband(meta.config):
            wide = FullbandConfig.from_json(meta.config)
            return FullbandSampleRNN(path.stem, meta.sample_rate, wide, tensors)
        config = SampleRNNConfig.from_json(meta.config)
        if meta.sample_rate <= 0:
            raise ValueError("sample_rate")
    except (TypeError, ValueError) as error:
        raise LivecodeError(
            f"the configuration in the model file {path} is incomplete or damaged ({error}): "
            "copy or train it again"
        ) from error
    return SampleRNN(path.stem, meta.sample_rate, config, tensors)
