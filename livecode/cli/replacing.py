"""What both trainings ask before they write over a model, or go on with other audio."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from livecode.cli.printing import ask, can_ask, say
from livecode.neural.replacing import ModelInTheWay


class TrainingSettings(Protocol):
    """Settings of a training."""

    @property
    def name(self) -> str:
        """The model's name."""


Settings = TypeVar("Settings", bound=TrainingSettings)


def add_replacing(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that allow what cannot be taken back."""
    add = parser.add_argument
    add(
        "--replace",
        action="store_true",
        help="begin anew over a model of that name; else you are asked",
    )
    add(
        "--other-audio", action="store_true", help="resume, even if the audio is not that of before"
    )


def asking(settings: Settings, train: Callable[[Settings], Path]) -> Path:
    """Train; if a model is in the way, ask whether to begin anew over it, where somebody can answer.

    Raises what `train` raises: `ModelInTheWay` if nobody can answer, or the answer is no.
    """
    try:
        return train(settings)
    except ModelInTheWay as error:
        if not can_ask():
            raise
        say(f"There is a training of {settings.name!r} already: {error.path}")
        if not ask("Begin anew, and lose it?"):
            raise
        return train(replace(settings, replace=True))  # type: ignore[type-var]
