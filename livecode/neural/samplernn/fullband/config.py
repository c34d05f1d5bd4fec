"""What a full-band SampleRNN is made of: its sizes, its predictor, its outline, and its tensors."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, Self

from livecode.errors import LivecodeError
from livecode.neural.samplernn.config import is_whole
from livecode.neural.samplernn.fullband import labels as labelling

#: How a configuration in a model file says that it is of this make.
FORMAT = "fullband"
#: The least and the most that a file may claim of each size: more is played by no machine.
LIMITS = {
    "dim": (1, 4096), "subbands": (1, 64), "levels": (2, 4096), "embedding": (1, 4096),
    "extras": (0, 64), "spreads": (1, 4096), "order": (1, 4096), "hop": (1, 65_536),
    "outline_hop": (1, 1 << 20), "outline_window": (1, 1 << 20), "bands": (1, 1024),
    "parts": (0, 1024), "stages": (1, 64), "entries": (1, 65_536), "outline_dim": (1, 4096),
    "outline_layers": (1, 16), "sharpened": (0, 64),
}  # fmt: skip
#: The same of each share and time: beyond these the predictor forgets nothing, or is not solved.
REAL_LIMITS = {
    "half_life_s": (1e-3, 60.0), "told": (0.0, 1.0), "ridge": (1e-9, 1.0), "hold": (0.0, 100.0),
    "narrow": (0.01, 1.0), "treble": (0.01, 1.0), "damped": (0.0, 1.0), "follows": (0.0, 1.0),
}  # fmt: skip
LONGEST_FRAME = 4096
#: What a predictor can do without another training.
OF_THE_PREDICTOR = (
    "ridge", "told", "narrow", "treble", "damped", "sharpened", "half_life_s", "follows",
)  # fmt: skip


def is_fullband(config: Mapping[str, Any]) -> bool:
    """Whether the configuration in a model file is that of a full-band SampleRNN."""
    return config.get("format") == FORMAT


@dataclass(frozen=True)
class FullbandConfig:
    """The make of a full-band SampleRNN.

    Each code is a cell of the residual that a linear predictor leaves.  Two tiers of frames and a
    sample tier expect it; an outline, drawn by a tier of its own, tells them the bands that sound.
    """

    dim: int = 256  # width of the tiers
    subbands: int = 4  # that sound is split into; a step is one sample of each
    frame_sizes: tuple[int, ...] = (8, 8)  # steps in the lowest frame; lowest frames in a higher
    levels: int = 128  # cells of the residual
    embedding: int = 8  # cosines over the cells that a cell is read as
    extras: int = 7  # figures that the sample tier is told of each subband besides
    spreads: int = 64  # rows of the tables of logits by spread
    order: int = 256  # of the predictor, in steps
    hop: int = 128  # steps between two solutions of the predictor
    half_life_s: float = 0.1  # of what the predictor remembers
    told: float = 0.9  # share of the outline in the predictor's autocorrelation
    ridge: float = 1e-4  # white noise in it, as a share of its power
    outline_hop: int = 1024  # samples of a frame of the outline
    outline_window: int = 4096  # samples that a frame's bands are measured in, about its middle
    bands: int = 79  # of the outline
    parts: int = 4  # of a frame of the outline, each with a level of its own
    stages: int = 4  # of the outline's codebook
    entries: int = 256  # of each stage
    hold: float = 0.0  # how much farther an entry of the first stages may be before it is changed
    narrow: float = 0.15  # share of its semitone that a pitch's sound is told to be spread over
    treble: float = (
        0.15  # the same of the highest semitone; from 1 kHz on it goes there by the octave
    )
    damped: float = 0.0  # share of a pitch that is told as a tone which dies away
    sharpened: int = 0  # rounds in which pitches get back what they are measured as in bands beside
    follows: float = 0.0  # power by which the size of drawn residuals is led to what is solved for
    followed: tuple[float, ...] = ()  # their size over that, one a subband; none: 1
    outline_dim: int = 128  # width of the tier that draws outlines
    outline_layers: int = 2
    labels: tuple[str, ...] = ()  # what the outline's tier is told besides; see `labels`
    sources: tuple[str, ...] = ()  # names of the albums that the label `source` tells apart

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not is_whole(value) or not least <= value <= most:
                raise LivecodeError(
                    f"a full-band SampleRNN's {name} is {least} to {most}, not {value!r:.40}"
                )
        for name, (low, high) in REAL_LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, int | float) or not low <= value <= high:  # NaN fails, too
                raise LivecodeError(
                    f"a full-band SampleRNN's {name} is {low:g} to {high:g}, not {value!r:.40}"
                )
        object.__setattr__(self, "frame_sizes", tuple(int(size) for size in self.frame_sizes))
        for name in ("labels", "sources"):
            object.__setattr__(self, name, tuple(str(each) for each in getattr(self, name)))
        followed = tuple(self.followed)
        object.__setattr__(self, "followed", followed)
        if len(followed) not in (0, self.subbands) or not all(
            isinstance(each, int | float) and 1e-4 <= each <= 1e4 for each in followed
        ):
            raise LivecodeError(
                "a full-band SampleRNN's followed is a number from 0.0001 to 10000 for each subband, "
                f"not {followed!r:.40}"
            )
        labelling.check(self.labels, self.sources)
        if (
            len(self.frame_sizes) != 2
            or not 2 <= min(self.frame_sizes) <= max(self.frame_sizes) <= LONGEST_FRAME
        ):
            raise LivecodeError(
                f"a full-band SampleRNN has two tiers of frames of 2 to {LONGEST_FRAME}"
            )
        steps = self.outline_steps
        if steps * self.subbands != self.outline_hop or steps % self.spans[1] or steps % self.hop:
            raise LivecodeError(
                f"a frame of the outline, {self.outline_hop} samples, is a whole number of "
                f"frames of {self.spans[1]} steps and of the predictor's hops of {self.hop}"
            )

    @cached_property
    def spans(self) -> tuple[int, int]:
        """The steps in a frame of each tier."""
        return (self.frame_sizes[0], self.frame_sizes[0] * self.frame_sizes[1])

    @property
    def outline_steps(self) -> int:
        """Steps of a frame of the outline."""
        return self.outline_hop // self.subbands

    @property
    def lookback(self) -> int:
        """Codes that a frame of the highest tier sees, one for each subband and step."""
        return self.spans[-1] * self.subbands

    @property
    def features(self) -> int:
        """Figures of a frame of the outline: levels of bands, then of the frame's parts."""
        return self.bands + self.parts

    def json(self) -> dict[str, Any]:
        """The configuration as it stands in a model file; labels and `followed` only where there are some."""
        found = {"format": FORMAT} | asdict(self) | {"frame_sizes": list(self.frame_sizes)}
        for name in ("labels", "sources", "followed"):
            if values := found.pop(name):
                found[name] = list(values)
        return found

    @classmethod
    def from_json(cls, config: dict[str, Any]) -> Self:
        """The configuration in a model file; raises LivecodeError if it makes no sense."""
        known = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in config.items() if name in known})

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the tensors in a model file."""
        d, o = self.dim, self.outline_dim
        shapes: dict[str, tuple[int, ...]] = {}
        wide = 2 * self.subbands
        inputs = (wide * self.spans[0], wide * self.spans[1] + 3)
        for i, size in enumerate(self.frame_sizes):
            tier = f"tiers.{i}"
            shapes[f"{tier}.h0"] = (1, d)
            shapes[f"{tier}.input.weight"] = (d, inputs[i])
            shapes[f"{tier}.input.bias"] = (d,)
            for side in ("ih", "hh"):
                shapes[f"{tier}.rnn.weight_{side}_l0"] = (3 * d, d)
                shapes[f"{tier}.rnn.bias_{side}_l0"] = (3 * d,)
            shapes[f"{tier}.up.weight"] = (size, d, d)
            shapes[f"{tier}.up.bias"] = (size, d)
            shapes[f"{tier}.outline.weight"] = (d, self.features)
        m = self.subbands
        shapes["sample.input.weight"] = (d, self.frame_sizes[0] * m * self.embedding)
        shapes["sample.extra.weight"] = (d, m * self.extras)
        shapes["sample.outline.weight"] = (d, self.features)
        shapes["sample.hidden.weight"] = (d, d)
        shapes["sample.hidden.bias"] = (d,)
        shapes["sample.output.weight"] = (m * self.levels, d)
        shapes["sample.output.bias"] = (m * self.levels,)
        shapes["sample.spread"] = (m, self.spreads, self.levels)
        shapes["outline.mean"] = (self.features,)
        shapes["outline.scale"] = (self.features,)
        shapes["outline.codebook"] = (self.stages, self.entries, self.features)
        shapes["outline.embedding"] = (self.stages, self.entries, o)
        shapes["outline.h0"] = (self.outline_layers, o)
        for k in range(self.outline_layers):
            for side in ("ih", "hh"):
                shapes[f"outline.rnn.weight_{side}_l{k}"] = (3 * o, o)
                shapes[f"outline.rnn.bias_{side}_l{k}"] = (3 * o,)
        if self.labels:
            told = sum(labelling.widths(self.labels, self.sources))
            shapes["outline.label.weight"] = (o, told)
            shapes["outline.label.scale"] = (len(self.labels), 2)
        shapes["outline.before"] = (self.stages, self.entries, o)
        shapes["outline.head.weight"] = (self.stages, o, o)
        shapes["outline.head.bias"] = (self.stages, o)
        shapes["outline.output.weight"] = (self.stages, self.entries, o)
        shapes["outline.output.bias"] = (self.stages, self.entries)
        return shapes
