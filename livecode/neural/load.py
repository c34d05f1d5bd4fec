"""`load_model`: from the name of a model to the object that plays it, whatever its kind."""

from pathlib import Path

from livecode.errors import LivecodeError
from livecode.neural.model_cache import Kept
from livecode.neural.model_file import ModelMeta, Tensors, find_model, read_model
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.model import KIND as SAMPLERNN
from livecode.neural.samplernn.model import SampleRNN
from livecode.neural.spaces.space import KIND as SPACE
from livecode.neural.spaces.space import KNOTS, Space
from livecode.neural.spaces.texture import texture_shapes


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
    _check(path, meta, tensors)
    return Space(path.stem, meta.sample_rate, meta.config, tensors)


_models = Kept(_load)


def load_space(name_or_path: str | Path) -> Space:
    """The same, for where only a space will do."""
    model = load_model(name_or_path)
    if not isinstance(model, Space):
        raise LivecodeError(f"{str(name_or_path)!r} is not a space: `livecode models` lists them.")
    return model


def load_samplernn(name_or_path: str | Path) -> SampleRNN:
    """The same, for where only a SampleRNN will do."""
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


def _check(path: Path, meta: ModelMeta, tensors: Tensors) -> None:
    """Refuses a file whose tensors are not those its configuration calls for."""
    try:
        expected = space_shapes({key: meta.config[key] for key in _SIZES})
        if len(meta.config["axis_names"]) != meta.config["latent"] or meta.sample_rate <= 0:
            raise KeyError("axis_names")
        if names := meta.config.get("sounds"):
            expected["sounds"] = (len(names), int(meta.config["latent"]))
        if about := meta.config.get("texture"):
            outputs = expected["decoder.head.bias"][0]
            sizes = (int(about["components"]), int(about["hidden"]))
            expected |= texture_shapes(int(meta.config["latent"]), outputs, *sizes)
            if int(about["step"]) < 1:
                raise KeyError("step")
    except (KeyError, TypeError, ValueError) as error:
        raise LivecodeError(
            f"The configuration in the model file {path} is incomplete ({error}): "
            "copy or train it again."
        ) from error
    for name, shape in expected.items():
        if name not in tensors or tensors[name].shape != shape:
            raise LivecodeError(
                f"The model file {path} lacks the tensor {name!r} of shape {shape}: "
                "copy or train it again."
            )


_SIZES = ("latent", "n_fft", "partials", "bands", "hidden", "encoder_hidden")


def space_shapes(sizes: dict[str, int]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors of a space of these sizes."""
    latent, hidden, encoder = sizes["latent"], sizes["hidden"], sizes["encoder_hidden"]
    outputs = (2 + sizes["partials"] if sizes["partials"] else 0) + sizes["bands"]
    layers = {
        "encoder.0": (encoder, sizes["n_fft"] // 2),
        "encoder.2": (encoder, encoder),
        "encoder.4": (2 * latent, encoder),
        "decoder.body.0": (hidden, latent),
        "decoder.body.2": (hidden, hidden),
        "decoder.head": (outputs, hidden),
    }
    shapes: dict[str, tuple[int, ...]] = {f"{name}.weight": s for name, s in layers.items()}
    shapes |= {f"{name}.bias": s[:1] for name, s in layers.items()}
    return shapes | {"decoder.skip.weight": (outputs, latent), "axes": (latent, KNOTS)}
