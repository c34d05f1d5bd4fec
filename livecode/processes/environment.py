"""What the processes of a performance find in their environment where the usual places cannot be written."""

import os
import tempfile
from pathlib import Path

import platformdirs

from livecode.transport.places import can_write, make_temporary_folder

#: The variables by which numba is told where to keep what it has compiled, IPython where it may have its
#: profile, and every program where temporary files go.
COMPILED, PROFILE, TEMPORARY = "NUMBA_CACHE_DIR", "IPYTHONDIR", "TMPDIR"
_VOICES = Path(__file__).parents[1] / "voices"


def provide_places() -> None:
    """Name other places for what libraries write, if theirs cannot be written.

    Voices that cannot keep what they compile would compile it while they play, and be taken for hanging.
    """
    compiled = (
        _VOICES / "__pycache__",
        Path(platformdirs.user_cache_dir("numba", appauthor=False)),
    )
    _provide(COMPILED, any(can_write(each) for each in compiled), "compiled")
    _provide(PROFILE, can_write(Path(os.path.expanduser("~/.ipython"))), "ipython")
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        _provide(TEMPORARY, False, "temporary")


def _provide(variable: str, is_writable: bool, name: str) -> None:
    """Set a variable to a temporary folder, unless the usual one can be written or somebody has set it."""
    if is_writable or (os.environ.get(variable) and variable != TEMPORARY):
        return
    try:
        place = make_temporary_folder() / name
        place.mkdir(exist_ok=True)
    except OSError:
        return
    os.environ[variable] = str(place)
