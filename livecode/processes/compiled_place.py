"""A place for compiled functions, where the package and the user's cache cannot be written."""

import os
from pathlib import Path

import platformdirs

from livecode.transport.places import can_write, make_temporary_folder

#: The environment variable by which numba is told where to keep what it has compiled.
PLACE = "NUMBA_CACHE_DIR"
_VOICES = Path(__file__).parents[1] / "voices"


def keep_compiled() -> None:
    """See to it that voices can keep what they compile, so that not each of them compiles it anew.

    Compiling takes so long that voices which did it while they play would be taken for hanging.
    """
    if os.environ.get(PLACE):
        return
    usual = (_VOICES / "__pycache__", Path(platformdirs.user_cache_dir("numba", appauthor=False)))
    if any(can_write(each) for each in usual):
        return
    try:
        os.environ[PLACE] = str(make_temporary_folder() / "compiled")
    except OSError:
        pass
