"""Models that are in the way of a new training: kept, unless they are to be replaced."""

from collections.abc import Sequence
from pathlib import Path

from livecode.errors import LivecodeError
from livecode.files import shown


class ModelInTheWay(LivecodeError):
    """A training would write over what another has made; `path` is what it would write over first."""

    def __init__(self, name: str, path: Path):
        super().__init__(
            f"there is a training of {name!r} already, {shown(path)}: give another --name, add "
            "--resume to go on with it, or --replace to begin anew and lose it"
        )
        self.path = path


def check_nothing_in_the_way(name: str, paths: Sequence[Path], meant: bool) -> None:
    """Raise `ModelInTheWay` if one of the paths is there, unless it is meant to be written over."""
    for path in paths:
        if path.exists() and not meant:
            raise ModelInTheWay(name, path)
