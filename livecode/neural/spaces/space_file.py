"""The model file of a space: the tensors that it must hold, and how they become a `LatentSpace`."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from livecode.errors import LivecodeError, did_you_mean
from livecode.neural.model_file import ModelMeta, list_models, read_model
from livecode.neural.spaces.ambient import shape as ambient
from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.neural.spaces.described import DescribedSpace
from livecode.neural.spaces.manner import manner_of
from livecode.neural.spaces.space import KIND, KNOTS, LatentSpace
from livecode.neural.spaces.struck import shape as struck
from livecode.neural.spaces.struck.space import HitSpace
from livecode.neural.spaces.texture import texture_shapes


def open_space(path: Path) -> LatentSpace:
    """Read the space in a model file.

    Raises `LivecodeError` if the file is damaged, holds another kind, or claims what no space is;
    the claims are looked at before any tensor is read.
    """

    def claims(meta: ModelMeta, shapes: dict[str, tuple[int, ...]]) -> None:
        if meta.kind != KIND:
            raise LivecodeError(
                f"{path.stem!r} is not a space{did_you_mean('', list_models(KIND))}"
            )
        _check(path, meta, shapes)

    meta, tensors = read_model(path, claims=claims)
    kind = _described(meta)
    return (kind.space if kind else LatentSpace)(path.stem, meta.sample_rate, meta.config, tensors)


def _check(path: Path, meta: ModelMeta, shapes: dict[str, tuple[int, ...]]) -> None:
    """Raise `LivecodeError` if the tensors do not fit the file's configuration."""
    try:
        kind = _described(meta)
        sizes = {key: meta.config[key] for key in (("latent",) if kind else _SIZES)}
        for key, size in sizes.items():
            least, most = _SIZES[key]
            if type(size) is not int or not least <= size <= most:
                raise ValueError(f"{key} {size!r:.20}, where {least} to {most} are possible")
        if not RATES_HZ[0] <= meta.sample_rate <= RATES_HZ[1]:
            raise ValueError(f"{meta.sample_rate} Hz, of {RATES_HZ[0]} to {RATES_HZ[1]}")
        expected = (
            described_shapes(sizes["latent"], kind.numbers, shapes) if kind else space_shapes(sizes)
        )
        if len(meta.config["axis_names"]) != meta.config["latent"]:
            raise KeyError("axis_names")
        manner_of(meta.config)
        if names := meta.config.get("sounds"):
            expected["sounds"] = (len(names), int(meta.config["latent"]))
        if (about := meta.config.get("texture")) and not kind:
            outputs = expected["decoder.head.bias"][0]
            parts = (int(about["components"]), int(about["hidden"]))
            expected |= texture_shapes(int(meta.config["latent"]), outputs, *parts)
            if int(about["step"]) < sizes["n_fft"] // MOST_STEPS or min(parts) < 1:
                raise KeyError("step")
    except (KeyError, TypeError, ValueError) as error:
        raise LivecodeError(
            f"the configuration in the model file {path} is incomplete ({error}): "
            "copy or train it again"
        ) from error
    for name, shape in expected.items():
        if shapes.get(name) != shape:
            raise LivecodeError(
                f"the model file {path} lacks the tensor {name!r} of shape {shape}: "
                "copy or train it again"
            )


class _Described(NamedTuple):
    """A kind of space whose sounds are described."""

    space: type[DescribedSpace]
    numbers: int  # that describe a sound


#: Kinds of described sounds, by the key of the configuration that says so.
_DESCRIBED = {
    "struck": _Described(HitSpace, struck.NUMBERS),
    "ambient": _Described(AmbienceSpace, ambient.NUMBERS),
}


def _described(meta: ModelMeta) -> _Described | None:
    """Return the kind of a space of described sounds; None if it is one of spectra."""
    return next((kind for key, kind in _DESCRIBED.items() if meta.config.get(key)), None)


#: What a space may be, as (least, most) of each of its sizes.
_SIZES = {
    "latent": (1, 256),
    "n_fft": (16, 1 << 16),
    "partials": (0, 1 << 12),
    "bands": (0, 1 << 15),
    "hidden": (1, 1 << 14),
    "encoder_hidden": (1, 1 << 14),
}
RATES_HZ = (8_000, 192_000)
#: A texture moves at most so often in one window.
MOST_STEPS = 64


def described_shapes(
    latent: int, numbers: int, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of the tensors of a space of described sounds; it knows one or more."""
    sounds = max(1, (shapes.get("sounds") or (1,))[0])
    return {
        "mean": (numbers,),
        "basis": (latent, numbers),
        "axes": (latent, KNOTS),
        "sounds": (sounds, latent),
        "beyond": (sounds, numbers),
    }


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
