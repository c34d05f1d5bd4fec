"""`load_space` turns the name of a space into the object that decodes it."""

from pathlib import Path

from livecode.neural.model_cache import ModelCache
from livecode.neural.model_file import find_model
from livecode.neural.spaces.space import KIND, LatentSpace
from livecode.neural.spaces.space_file import open_space


def load_space(name_or_path: str | Path) -> LatentSpace:
    """Return the space of that name or path.

    A space is in memory only once, however often it is loaded, so nothing may write into it.
    Raises `LivecodeError` if there is no such model, the file is damaged, or it is not a space.
    """
    return _spaces.of(find_model(name_or_path, KIND))


_spaces = ModelCache(open_space)
