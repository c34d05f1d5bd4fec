"""The sound of one candidate of a tilted stream, as a reward hears it."""

from typing import Any

import numpy as np

from livecode.signals.features import SoundFeatures


class CandidateSound(SoundFeatures):
    """Features of a continuation that nobody has heard yet; the past it goes on from counts in them."""

    def __init__(self, sample_rate: int):
        super().__init__(sample_rate)
        self._surprise = 0.0

    @property
    def surprise(self) -> float:
        """How unlikely the model finds the chunk, in bits a sample."""
        return self._surprise

    def be_surprising(self, bits: float) -> None:
        """Say how unlikely the model finds what is listened to from now on, in bits a sample."""
        self._surprise = bits

    def go_on_from(self, other: "CandidateSound") -> None:
        """Have heard what another has, of the same sample rate, rather than what this one has."""
        for name, value in vars(other).items():
            mine: Any = vars(self)[name]
            if isinstance(mine, np.ndarray):
                if mine.flags.writeable:
                    np.copyto(mine, value)
            elif isinstance(mine, dict):
                mine.update(value)
            elif value is None or isinstance(value, (bool, int, float)):
                vars(self)[name] = value
