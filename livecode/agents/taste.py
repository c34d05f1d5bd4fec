"""Taste by comparison: a reward of few features that grows from which of two sounds was the better one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.agents import library
from livecode.errors import LivecodeError

Floats = NDArray[np.float64]

#: What a sound is judged by: attributes of `SoundFeatures`, but `tone`, the share of the strongest pitch.
FEATURES = (
    "level", "brightness", "flatness", "flux", "onset", "confidence", "roughness", "tone",
)  # fmt: skip
#: The prior of a weight is normal, with this standard deviation: a difference of one standard deviation in
#: one feature seldom decides alone.
PRIOR = 2.0
#: The prior of how often a teacher's answer is the wrong one is a beta distribution of this mean, which
#: counts as so many answers.
USUAL_ERRORS, PRIOR_ANSWERS = 0.1, 10.0
#: Weights and errors are found together, in so many rounds.
ROUNDS = 30
FORMAT, SUFFIX = "livecode taste 1", ".taste.safetensors"
#: More comparisons than these forget the first ones.
MOST = 2000
#: The smallest scale of a feature, so that one that never moves counts for nothing.
LEAST = 1e-6


@dataclass(frozen=True, eq=False)
class Comparison:
    """One answer: which of two sounds was the better one, by whom."""

    worse: tuple[float, ...]  # features, in the order of `FEATURES`
    better: tuple[float, ...]
    teacher: str = "me"


@dataclass(frozen=True, eq=False)
class Taste:
    """What comparisons have taught.

    The probability that sound b is preferred to a is that of Bradley and Terry (1952), with a worth that
    is linear in the features: 1 / (1 + exp(-w · (b - a))). Each teacher gives the other answer with a
    probability of their own. Weights and probabilities are found by expectation maximisation, as Dawid
    and Skene (1979) find the error rates of observers: a teacher who often contradicts what all answers
    together say counts for less.
    """

    comparisons: tuple[Comparison, ...] = ()
    weights: Floats = field(default_factory=lambda: np.zeros(len(FEATURES)))
    scale: Floats = field(default_factory=lambda: np.ones(len(FEATURES)))  # of each feature
    errors: Mapping[str, float] = field(default_factory=dict)  # of each teacher: share of answers

    def worth(self, features: Sequence[float]) -> float:
        """Return how much a sound of these features is liked; only differences mean something."""
        return float(np.dot(self.weights, np.asarray(features, float) / self.scale))

    def consistency(self, teacher: str) -> float:
        """Return how much an answer of that teacher counts, from 0 (none) to 1."""
        return max(1 - 2 * self.errors.get(teacher, USUAL_ERRORS), 0.0)

    def taught(self, comparison: Comparison) -> "Taste":
        """Return the taste after one more comparison."""
        return taste_of((*self.comparisons, comparison)[-MOST:])


def taste_of(comparisons: Sequence[Comparison]) -> Taste:
    """Return what comparisons teach."""
    if not comparisons:
        return Taste()
    better = np.array([each.better for each in comparisons], float)
    worse = np.array([each.worse for each in comparisons], float)
    scale = np.maximum(np.concatenate([better, worse]).std(axis=0), LEAST)
    differences = (better - worse) / scale
    teachers = sorted({each.teacher for each in comparisons})
    whose = np.array([teachers.index(each.teacher) for each in comparisons])
    weights, errors = np.zeros(len(FEATURES)), np.full(len(teachers), USUAL_ERRORS)
    answers = np.bincount(whose, minlength=len(teachers))
    for _ in range(ROUNDS):
        likely = _sigmoid(differences @ weights)
        meant = (1 - errors[whose]) * likely
        meant = meant / (meant + errors[whose] * (1 - likely))
        weights = _weights(differences, meant, weights)
        wrong = np.bincount(whose, weights=1 - meant, minlength=len(teachers))
        errors = (wrong + USUAL_ERRORS * PRIOR_ANSWERS) / (answers + PRIOR_ANSWERS)
    known = dict(zip(teachers, errors.tolist(), strict=True))
    return Taste(tuple(comparisons), weights, scale, known)


def _weights(differences: Floats, meant: Floats, weights: Floats) -> Floats:
    """Return the likeliest weights, given the probability that each answer was meant; by Newton's method."""
    for _ in range(3):
        likely = _sigmoid(differences @ weights)
        slope = differences.T @ (meant - likely) - weights / PRIOR**2
        bend = (differences.T * (likely * (1 - likely))) @ differences
        weights = weights + np.linalg.solve(bend + np.eye(len(weights)) / PRIOR**2, slope)
    return weights


def _sigmoid(x: Floats) -> Floats:
    clipped = np.clip(x, -30.0, 30.0)
    return np.asarray(1 / (1 + np.exp(-clipped)), float)


def features_of(sound: Any) -> tuple[float, ...]:
    """Return the features of a sound as it is; all are finite."""
    read = [getattr(sound, name) for name in FEATURES[:-1]]
    return tuple(float(each) for each in (*read, sound.chroma.max()))


def path_of(name: str) -> Path:
    """Return the file of a saved taste; raises LivecodeError for a name that could lead elsewhere."""
    return library.path_of(name).with_name(f"{name}{SUFFIX}")


def save(taste: Taste, name: str) -> Path:
    """Save a taste beside the agents, over an older one of its name; returns the file."""
    path = path_of(name)
    teachers = sorted({each.teacher for each in taste.comparisons})
    arrays: dict[str, NDArray[Any]] = {
        "better": np.array([each.better for each in taste.comparisons], float),
        "worse": np.array([each.worse for each in taste.comparisons], float),
        "teacher": np.array([teachers.index(each.teacher) for each in taste.comparisons], int),
    }
    about = {"format": FORMAT, "features": " ".join(FEATURES), "teachers": "\n".join(teachers)}
    library.write_arrays(path, arrays, about)
    return path


def load(name: str) -> Taste:
    """Read a saved taste; raises LivecodeError if there is none, or its file is damaged."""
    path = library.saved_as(path_of(name), SUFFIX, f"there is no saved taste {name!r}")
    about, arrays = library.read_arrays(path, FORMAT)
    teachers = about.get("teachers", "").split("\n")
    try:
        better, worse, whose = (arrays[key] for key in ("better", "worse", "teacher"))
        shape = (len(whose), len(FEATURES))
        fits = better.shape == worse.shape == shape and whose.dtype.kind == "i"
        if not fits or about.get("features") != " ".join(FEATURES) or len(whose) > MOST:
            raise ValueError("it holds other features")
        told = [
            Comparison(tuple(low), tuple(high), teachers[int(who)])
            for low, high, who in zip(worse.tolist(), better.tolist(), whose, strict=True)
        ]
    except (KeyError, ValueError, IndexError) as error:
        raise LivecodeError(f"the saved taste {path} is damaged ({error})") from None
    if not all(math.isfinite(x) for each in told for x in (*each.worse, *each.better)):
        raise LivecodeError(f"the saved taste {path} is damaged")
    return taste_of(told)
