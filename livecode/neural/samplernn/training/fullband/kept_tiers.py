"""Tiers of a trained full-band model that a training of outlines alone keeps as they are."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.model_file import find_model
from livecode.neural.samplernn.config import KIND
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.opening import open_samplernn
from livecode.neural.samplernn.training.fullband.learning import APART
from livecode.neural.samplernn.training.fullband.settings import TrainFullbandSettings

#: How drawn residuals follow the outline: as in the model whose tiers are kept.
FOLLOWING = ("follows", "followed")
#: What of a make may be other than it was: the outline's tier, and what the predictor is told.
FREE = (*APART, *FOLLOWING, "labels", "sources", "hold", "narrow", "treble")
#: Facts of the model that hold for its tiers.
OF_TIERS = ("updates", "minutes", "held_out_bits_a_cell", "surface", "surface_bend")


@dataclass(frozen=True)
class KeptTiers:
    """The tensors of a model but for its moments, and what its file says of its tiers."""

    tensors: dict[str, NDArray[np.float32]]
    facts: dict[str, Any]
    rms: float
    following: dict[str, Any]  # of the configuration

    @classmethod
    def of(cls, settings: TrainFullbandSettings) -> Self:
        """Those of the model that the settings name; raises LivecodeError if they do not fit."""
        name = settings.tiers_of
        meta, config, tensors = open_samplernn(find_model(name, KIND))
        made, wanted = (
            (
                {key: value for key, value in make.json().items() if key not in FREE}
                for make in (config, settings.config)
                if isinstance(make, FullbandConfig)
            )
            if isinstance(config, FullbandConfig)
            else ({}, {"dim": 0})
        )
        if made != wanted:
            raise LivecodeError(
                f"the tiers of {name!r} are of another make: give --order, --outline-hop, "
                "--outline-window and --dim as its card says"
            )
        own = {key: value for key, value in tensors.items() if not key.startswith("moments.")}
        facts = {key: meta.facts[key] for key in OF_TIERS if key in meta.facts}
        following = {key: meta.config[key] for key in FOLLOWING if key in meta.config}
        return cls(own, facts, float(meta.facts.get("rms", 0.0)), following)

    @property
    def outline(self) -> dict[str, NDArray[np.float32]]:
        """Mean, scale and codebook of its outlines."""
        return {name: self.tensors[f"outline.{name}"] for name in ("mean", "scale", "codebook")}
