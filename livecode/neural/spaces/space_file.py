"""The model file of a space: the tensors that it must hold, and how they become a `LatentSpace`."""

from pathlib import Path

from livecode.errors import LivecodeError, did_you_mean
from livecode.neural.model_file import ModelMeta, Tensors, list_models, read_model
from livecode.neural.spaces.space import KIND, KNOTS, LatentSpace
from livecode.neural.spaces.texture import texture_shapes


def open_space(path: Path) -> LatentSpace:
    """Read the space in a model file. Raises `LivecodeError` if the file holds another kind."""
    meta, tensors = read_model(path)
    if meta.kind != KIND:
        raise LivecodeError(f"{path.stem!r} is not a space{did_you_mean('', list_models(KIND))}")
    return space_of(path, meta, tensors)


def space_of(path: Path, meta: ModelMeta, tensors: Tensors) -> LatentSpace:
    """Make a space of its file's content. Raises `LivecodeError` if the file is incomplete."""
    _check(path, meta, tensors)
    return LatentSpace(path.stem, meta.sample_rate, meta.config, tensors)


def _check(path: Path, meta: ModelMeta, tensors: Tensors) -> None:
    """Raise `LivecodeError` if the tensors do not fit the file's configuration."""
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
            f"the configuration in the model file {path} is incomplete ({error}): "
            "copy or train it again"
        ) from error
    for name, shape in expected.items():
        if name not in tensors or tensors[name].shape != shape:
            raise LivecodeError(
                f"the model file {path} lacks the tensor {name!r} of shape {shape}: "
                "copy or train it again"
            )


_SIZES = ("latent", "n_fft", "partials", "bands", "hidden", "encoder_hidden")


def space_shapes(sizes: dict[str, int]) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of the tensors of a space with these sizes."""
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
