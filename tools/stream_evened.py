"""Evens out what a model's outlines begin with: `python -m tools.stream_evened MODEL AUDIO…`.

Each first token becomes as frequent as in AUDIO, which is what the model was trained on. `tools.stream_heat`
measures loudness again.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.opening import open_samplernn
from livecode.neural.samplernn.training.fullband.calibration import evened
from tools.stream_source import read_at

BIASES = "outline.output.bias"


def main(arguments: Sequence[str]) -> int:
    """Write the file again, with other biases of first tokens."""
    path = Path(arguments[0])
    meta, config, tensors = open_samplernn(path)
    assert isinstance(config, FullbandConfig)
    model = FullbandSampleRNN(path.stem, meta.sample_rate, config, tensors)
    gain = float(meta.facts.get("gain", 1.0))  # of the training
    sounds = [read_at(Path(each), meta.sample_rate) for each in arguments[1:]]
    known = [
        model.outlined((each * gain).astype(np.float32)) for each in sounds if each is not None
    ]
    plain = {name: np.asarray(tensor, np.float32) for name, tensor in model.tensors.items()}
    facts = {name: float(meta.facts[name]) for name in ("structure", "longest_hold")}
    stored = dict(stored_tensors(path))
    biases = evened(config, plain, meta.sample_rate, known, facts)
    stored[BIASES] = biases.astype(stored[BIASES].dtype)
    write_model(path, stored, read_model(path)[0])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
