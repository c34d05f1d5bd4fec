"""Trains spaces of described sounds by principal components of what describes them, and writes them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.model_file import ModelMeta, write_model
from livecode.neural.spaces.described import knots
from livecode.neural.spaces.space import KIND

#: An axis is called after what it goes with by at least so much.
GOES_WITH = 0.55
#: The rate at which sounds are read and played, where the engine has no other.
RATE_HZ = 48_000
#: Levels above this count where sounds are compared with themselves, in dB.
HEARD_DB = -30.0


def principal(
    kind: str, names: Sequence[str], rows: Floats, named: Mapping[str, Floats], latent: int
) -> tuple[dict[str, Any], dict[str, NDArray[Any]], float]:
    """Return the configuration and the tensors of a space, and how much of what differs its axes hold.

    `kind` is the key by which the configuration says of what the space is, `rows` (sounds, numbers)
    describe its sounds, and `named` are numbers of each, (sounds,), after which axes are called; the axes
    go up with `brightness`. The strongest axis comes first.
    """
    mean = rows.mean(0)
    _, sizes, basis = np.linalg.svd(rows - mean, full_matrices=False)
    basis = basis[:latent]
    points = (rows - mean) @ basis.T
    signs = np.where(_alike(points, named["brightness"]) < 0, -1.0, 1.0)
    points, basis = points * signs, basis * signs[:, None]
    config = {"latent": latent, kind: True, "axis_names": _names(points, named)}
    config["sounds"] = list(names)
    tensors: dict[str, NDArray[Any]] = {
        "mean": mean.astype(np.float32),
        "basis": basis.astype(np.float16),
        "axes": knots(points),
        "sounds": points.astype(np.float32),
        "beyond": (rows - mean - points @ basis).astype(np.float16),
    }
    return config, tensors, float(np.square(sizes[:latent]).sum() / np.square(sizes).sum())


def off_db(pairs: Sequence[tuple[Floats, Floats]]) -> float:
    """Return by how much levels of bands differ from what they should be, in dB, where those are heard."""
    off = [np.abs(levels - wanted)[wanted > HEARD_DB] for levels, wanted in pairs]
    return float(np.mean([each.mean() for each in off if len(each)]))


def write_described(
    folder: Path,
    trained: tuple[dict[str, Any], dict[str, NDArray[Any]], dict[str, float]],
    *,
    data: str,
    licence: str,
    command: str,
) -> tuple[Path, ModelMeta]:
    """Write the file of a space into its folder, after which it is called; return its path and what it says.

    `trained` are the configuration, the tensors and the figures.
    """
    config, tensors, figures = trained
    meta = ModelMeta(
        kind=KIND,
        config=config,
        sample_rate=RATE_HZ,
        data=data,
        licence=licence,
        creator="livecode",
        command=command,
        facts={"figures": figures},
    )
    path = folder / f"{folder.name}.safetensors"
    write_model(path, tensors, meta)
    return path, meta


def _alike(points: Floats, other: Floats) -> NDArray[np.float64]:
    """Return the correlation of each axis with a number of each sound, (latent,)."""
    if np.ptp(other) == 0:
        return np.zeros(points.shape[1])
    return np.array([np.corrcoef(axis, other)[0, 1] for axis in points.T])


def _names(points: Floats, named: Mapping[str, Floats]) -> list[str]:
    names: list[str] = []
    correlations = {name: np.abs(_alike(points, other)) for name, other in named.items()}
    free = 0
    for axis in range(points.shape[1]):
        left = {name: found[axis] for name, found in correlations.items() if name not in names}
        best = max(left, key=lambda name: left[name], default="")
        if best and left[best] >= GOES_WITH:
            names.append(best)
        else:
            free += 1
            names.append(f"free {free}")
    return names
