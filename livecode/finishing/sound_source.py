"""What is kept beside a model of its source, so that takes can be judged where there is no recording."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from livecode.files import replace_file
from livecode.finishing.sound_figures import Floats, Heard, Spectra, at_target, cut, heard

#: The file beside the model file.
SOURCE = "source.safetensors"


@dataclass(frozen=True)
class SourceFigures:
    """The figures of a source that was held out, at one rate."""

    rate_hz: int
    whole: Heard
    halves: float  # distance of its two halves


def measured(audio: Floats, rate_hz: int) -> SourceFigures:
    """The figures of held-out sound (n,)."""
    sound = at_target(audio, rate_hz)
    pieces = cut(sound, rate_hz)
    half = max(1, len(pieces) // 2)
    first, second = (heard(part, rate_hz) for part in (pieces[:half], pieces[-half:]))
    return SourceFigures(rate_hz, heard(pieces, rate_hz), first.spectra.distance(second.spectra))


@dataclass(frozen=True)
class Source:
    """The figures of a source, by rate in Hz."""

    by_rate: dict[int, SourceFigures]

    def write(self, path: Path) -> None:
        """Write them as safetensors."""
        tensors, facts = {}, {}
        for rate, figures in self.by_rate.items():
            values = asdict(figures.whole)
            spectra = values.pop("spectra")
            tensors[f"{rate}.mean"] = spectra["mean"].astype(np.float32)
            tensors[f"{rate}.covariance"] = spectra["covariance"].astype(np.float32)
            facts[str(rate)] = values | {"halves": figures.halves}
        replace_file(path, save(tensors, metadata={"source": json.dumps(facts, sort_keys=True)}))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote."""
        found = {}
        with safe_open(path, framework="numpy") as file:
            facts = json.loads(file.metadata()["source"])
            for rate, values in facts.items():
                halves = values.pop("halves")
                spectra = Spectra(
                    file.get_tensor(f"{rate}.mean").astype(np.float64),
                    file.get_tensor(f"{rate}.covariance").astype(np.float64),
                )
                found[int(rate)] = SourceFigures(
                    int(rate), Heard(spectra=spectra, **values), halves
                )
        return cls(found)
