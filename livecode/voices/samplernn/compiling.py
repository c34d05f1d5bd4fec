"""How the kernel's functions are compiled, and kept on disk for the next start."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numba as nb
from llvmlite import binding
from numpy.typing import NDArray

from livecode.files import replace_file
from livecode.neural import kernels
from livecode.neural.kernels import kernel
from livecode.voices.samplernn.processor import features

#: What compiled functions take: numpy arrays, each of the kind that its caller has.
Array = NDArray[Any]
Function = TypeVar("Function", bound=Callable[..., Any])

HERE = Path(__file__).parent
COMPILE_S = 300  # a quarter of a minute, and more on a busy machine


class Kernel(NamedTuple):
    """Code that is compiled together."""

    package: str  # `python -m` of it compiles
    files: tuple[Path, ...]  # what the compiled code is made of


#: The kernel of models whose codes are levels.
LEVELS = Kernel(
    str(__package__),
    (
        *(
            HERE / f"{name}.py"
            for name in ("activations", "arrays", "compiling", "dot", "kernel", "rows", "weights")
        ),
        Path(kernels.__file__),
    ),
)


def compiled(**more: Any) -> Callable[[Function], Function]:
    """Return `kernel` with what all functions of a SampleRNN share.

    They hold no interpreter lock, divide without asking whether the divisor is zero, and neither
    allocate nor count references: counting took half the time of a small product.
    """
    return kernel(error_model="numpy", _nrt=False, **more)


def fingerprint(kernel: Kernel = LEVELS) -> str:
    """Of all that the compiled code depends on: numba looks at one source file alone."""
    parts = [path.read_bytes() for path in kernel.files]
    parts += [nb.__version__.encode(), binding.get_host_cpu_name().encode()]
    return hashlib.sha256(b"\0".join([*parts, *map(str.encode, sorted(features()))])).hexdigest()


def stamp(cache_path: str) -> Path:
    """The file that says of what sources the compiled code in that folder is."""
    return Path(cache_path) / "samplernn.compiled"


def is_compiled(cache_path: str, kernel: Kernel = LEVELS) -> bool:
    """Whether what is kept there is of these sources and this processor."""
    try:
        return stamp(cache_path).read_text() == fingerprint(kernel)
    except OSError:
        return False


@cache
def ensure_compiled(cache_path: str, kernel: Kernel = LEVELS) -> None:
    """Compile in a process of its own, if need be.

    Where voices play, compiling would hold them up: numba has the interpreter lock all the while.
    Without a place for it, or should the other process fail, the first call here compiles after all.
    """
    if cache_path and not is_compiled(cache_path, kernel):
        command = [sys.executable, "-m", kernel.package]
        try:
            subprocess.run(command, timeout=COMPILE_S, capture_output=True, check=False)
        except (OSError, subprocess.TimeoutExpired):
            pass


def forget(cache_path: str, kernel: Kernel = LEVELS) -> None:
    """Remove what is kept there of these sources as they once were."""
    folder = Path(cache_path)
    for path in kernel.files:
        for kept in folder.glob(f"{path.stem}.*.nb[ic]"):
            kept.unlink(missing_ok=True)
    stamp(cache_path).unlink(missing_ok=True)


def write_stamp(cache_path: str, kernel: Kernel = LEVELS) -> None:
    """What is kept there is of these sources from now on."""
    replace_file(stamp(cache_path), fingerprint(kernel).encode())


def step_back() -> None:
    """Compile out of the way of what plays: not in real time, even if who started this is, and nice."""
    if hasattr(os, "sched_setscheduler"):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    if hasattr(os, "nice"):
        os.nice(10)
