"""`livecode import`: a checkpoint of samplernn-pytorch as a model of one's own, nothing in it executed."""

import hashlib
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.neural.model_file import SUFFIX, ModelMeta, list_models, user_models, write_model
from livecode.neural.samplernn.config import KIND, RATES_HZ, SampleRNNConfig
from livecode.neural.samplernn.importing.checkpoint import read_checkpoint, read_tensors
from livecode.neural.samplernn.importing.names import model_tensors

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
LARGEST_FLOAT16 = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class ImportOptions:
    """What `livecode import` was told."""

    checkpoint: Path
    name: str
    sample_rate: int = 16000  # Hz; a checkpoint does not say
    frame_sizes: Sequence[int] | None = None  # only checked: the shapes tell them
    mu_law: bool = False  # a checkpoint does not say; samplernn-pytorch's own are linear
    float16: bool = False


def import_samplernn(
    options: ImportOptions,
    folder: Path | None = None,
    say: Callable[[str], None] = lambda sentence: None,
) -> int:
    """Write the model into `folder` (the performer's own models), and say what was found.

    Raises LivecodeError with what does not fit.
    """
    if not NAME.fullmatch(options.name):
        raise LivecodeError(
            f"{options.name!r} is no name for a model: use letters, digits, '-', '_' and '.'"
        )
    if not RATES_HZ[0] <= options.sample_rate <= RATES_HZ[1]:
        raise LivecodeError(
            f"a SampleRNN plays at {RATES_HZ[0]} to {RATES_HZ[1]} Hz, not {options.sample_rate}"
        )
    path = (folder or user_models()) / options.name / (options.name + SUFFIX)
    taken = list_models().get(options.name, path)
    if taken.exists():
        raise LivecodeError(
            f"there is a model named {options.name!r} already, {taken}: "
            "choose another name, or remove that one"
        )
    content = read_checkpoint(options.checkpoint)
    found = read_tensors(options.checkpoint, content)
    config, tensors = model_tensors(found, options.checkpoint)
    if options.mu_law:
        config = SampleRNNConfig.from_json(config.json() | {"quantiser": "mu-law"})
    _check(config, options)
    kept = _rounded(tensors, options.checkpoint) if options.float16 else tensors
    write_model(path, kept, _meta(config, options, hashlib.sha256(content).hexdigest()))
    replace_file(path.with_name("README.md"), _card(config, options).encode())
    size = sum(tensor.nbytes for tensor in kept.values()) / 1e6
    say(f"{_found(config, options.sample_rate)}; {size:.1f} MB in {path}")
    return 0


def _check(config: SampleRNNConfig, options: ImportOptions) -> None:
    asked = options.frame_sizes
    if asked is not None and tuple(asked) != config.frame_sizes:
        raise LivecodeError(
            f"the frame sizes of {options.checkpoint} are {_listed(config.frame_sizes)}, "
            f"not {_listed(asked)}: leave --frame-sizes out"
        )


def _rounded(
    tensors: dict[str, NDArray[np.float32]], checkpoint: Path
) -> dict[str, NDArray[np.float16]]:
    for name, tensor in tensors.items():
        if np.abs(tensor).max() > LARGEST_FLOAT16:
            raise LivecodeError(
                f"{checkpoint} has values in {name!r} too large for float16: leave --float16 out"
            )
    return {name: tensor.astype(np.float16) for name, tensor in tensors.items()}


def _listed(sizes: Sequence[int]) -> str:
    return " ".join(map(str, sizes))


def _found(config: SampleRNNConfig, sample_rate: int) -> str:
    cell = f"{config.cell.upper()} × {config.layers}"
    return (
        f"A SampleRNN at {sample_rate} Hz of {len(config.spans) + 1} tiers, frame sizes "
        f"{_listed(config.frame_sizes)} (look-back {config.lookback} samples), {cell}, "
        f"dim {config.dim}, {config.levels} levels ({config.quantiser})"
    )


def _meta(config: SampleRNNConfig, options: ImportOptions, digest: str) -> ModelMeta:
    return ModelMeta(
        kind=KIND,
        config=config.json(),
        sample_rate=options.sample_rate,
        data=f"not known; imported from {options.checkpoint.name}",
        licence="that of the checkpoint",
        creator="samplernn-pytorch",
        command=shlex.join(["livecode", *sys.argv[1:]]),
        facts={"checkpoint_sha256": digest},
    )


def _card(config: SampleRNNConfig, options: ImportOptions) -> str:
    return f"""# {options.name}

{_found(config, options.sample_rate)}.

Imported from `{options.checkpoint.name}`, a checkpoint of samplernn-pytorch, which does not say \
what it was trained on. Its licence is that of the checkpoint.

```python
{options.name} = stream("{options.name}", temperature=ramp(0.875, 1.15, over=45*s))
```
"""
