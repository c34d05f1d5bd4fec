"""`load_model` turns the name of a model into the object that plays it, whatever its kind."""

from pathlib import Path

from livecode.errors import LivecodeError
from livecode.neural.model_cache import ModelCache
from livecode.neural.model_file import ModelMeta, described, find_model, read_model
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.model import KIND as SAMPLERNN
from livecode.neural.samplernn.model import SampleRNN
from livecode.neural.samplernn.opening import open_samplernn
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
    if described(path)[0] == SAMPLERNN:
        meta, config, tensors = open_samplernn(path)
        if isinstance(config, FullbandConfig):
            return FullbandSampleRNN(path.stem, meta.sample_rate, config, tensors)
        return SampleRNN(path.stem, meta.sample_rate, config, tensors)

    def refuse(meta: ModelMeta, shapes: object) -> None:
        raise LivecodeError(
            f"the model file {path} is of kind {meta.kind!r}, which this livecode cannot load: "
            "update livecode, or choose another model"
        )

    read_model(path, claims=refuse)
    raise AssertionError(path)  # what is no model file at all has been refused already


_samplernns = ModelCache(_load)
