"""Compiles what computes sound, once for each processor, in other processes while the voices play."""

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.neural import kernels
from livecode.neural.model_file import find_model, read_meta
from livecode.neural.samplernn.fullband.config import is_fullband
from livecode.system.file_locks import lock
from livecode.system.scheduling import ordinary
from livecode.transport.messages import (
    TEST_MODEL,
    HitsSource,
    LatentNotesSource,
    LatentSource,
    StreamSource,
    TransferSource,
    VoiceSource,
)
from livecode.voices import ambience_kernel, drum_kit, drum_parts, hit_kernel, resampler, sinebank
from livecode.voices.samplernn import compiling, tiny
from livecode.voices.samplernn.compiling import LEVELS, Kernel, fingerprint, step_back
from livecode.voices.samplernn.fullband import sampler as fullband
from livecode.voices.samplernn.fullband import tiny as tiny_fullband
from livecode.voices.samplernn.fullband.kernel import CACHE_PATH as FULLBAND_PATH
from livecode.voices.samplernn.kernel import CACHE_PATH

#: A slow machine, such as a small computer on one board, takes minutes for the largest part.
COMPILE_S = 900
_MODULE = "livecode.voices.first_start"


class CompiledPart(NamedTuple):
    """Code that is compiled together, in a process of its own."""

    name: str
    plays: str  # what can be heard once it is compiled
    kernel: Kernel
    cache_path: str  # where the compiled code is kept; "" where it cannot be kept
    compile: Callable[[], None]

    @property
    def is_compiled(self) -> bool:
        """Whether what is kept is of these sources and this processor, or nothing can be kept."""
        if not self.cache_path:
            return True
        try:
            return self._stamp.read_text() == fingerprint(self.kernel)
        except OSError:
            return False

    @property
    def _stamp(self) -> Path:
        """The file that says of what sources the compiled code is."""
        if self.kernel.package == _MODULE:
            return Path(self.cache_path) / f"{self.name}.compiled"
        return compiling.stamp(self.cache_path)

    def compile_here(self) -> None:
        """Compile in this process, and note of what sources.

        What takes long steps back behind what plays; what takes seconds is heard the sooner.
        """
        if self.kernel.package != _MODULE:
            step_back()
            compiling.forget(self.cache_path, self.kernel)
        self.compile()
        replace_file(self._stamp, fingerprint(self.kernel).encode())


def _small(
    plays: str, cache_path: str, warm: Callable[[], None], *modules: ModuleType
) -> CompiledPart:
    """Return a part that this module compiles, named after the first of its modules."""
    files = tuple(Path(str(each.__file__)) for each in (*modules, kernels))
    return CompiledPart(files[0].stem, plays, Kernel(_MODULE, files), cache_path, warm)


#: What a set needs first comes first.
PARTS = {
    each.name: each
    for each in (
        _small("spaces", sinebank.CACHE_PATH, sinebank.warm, sinebank),
        _small("textures", ambience_kernel.CACHE_PATH, ambience_kernel.warm, ambience_kernel),
        _small("hits and notes", hit_kernel.CACHE_PATH, hit_kernel.warm, hit_kernel),
        _small("drums", drum_parts.CACHE_PATH, drum_parts.warm, drum_parts),
        _small("sounds at any rate", resampler.CACHE_PATH, resampler.warm, resampler),
        CompiledPart("samplernn", "streams", LEVELS, CACHE_PATH, tiny.draw),
        CompiledPart(
            "fullband",
            "streams of the full band",
            fullband.KERNEL,
            FULLBAND_PATH,
            tiny_fullband.draw,
        ),
        _small("all of the kit", drum_parts.CACHE_PATH, drum_kit.make_all, drum_kit, drum_parts),
    )
}


def needed(source: VoiceSource) -> tuple[str, ...]:
    """Return the names of the parts that a source needs."""
    if isinstance(source, (LatentSource, LatentNotesSource)):
        return ("ambience_kernel",) if _is_ambient(source.model) else ("sinebank",)
    if isinstance(source, TransferSource):
        return ("sinebank",)
    if isinstance(source, HitsSource):
        return ("hit_kernel",)
    if isinstance(source, StreamSource) and source.model != TEST_MODEL:
        try:
            wide = is_fullband(read_meta(find_model(source.model)).config)
        except LivecodeError:  # which is told when it is loaded
            return ()
        return ("resampler", "fullband" if wide else "samplernn")
    return ()


def _is_ambient(model: str) -> bool:
    try:
        return bool(read_meta(find_model(model)).config.get("ambient"))
    except LivecodeError:  # it is told when it is loaded
        return False


def ensure(name: str) -> None:
    """Have a part compiled by another process, if need be, and wait for it.

    Two that ask for the same part have it compiled once. Should the other process fail, the first
    call of the part compiles after all, which holds up what plays.
    """
    part = PARTS[name]
    if part.is_compiled:
        return
    with _alone(part):
        if not part.is_compiled:
            with suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(
                    [sys.executable, "-m", _MODULE, name],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=COMPILE_S,
                    check=False,
                )


@contextmanager
def _alone(part: CompiledPart) -> Iterator[None]:
    """Keep other threads and processes from compiling the same part, where the system has locks."""
    try:
        path = Path(part.cache_path) / f"{part.name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError:
        yield
        return
    with file:
        with suppress(OSError):
            lock(file.fileno(), wait=True)
        yield


class FirstStart:
    """Has everything compiled that is not compiled yet, part by part, and tells how far it is."""

    def __init__(self) -> None:
        self._missing = [name for name, part in PARTS.items() if not part.is_compiled]
        #: Parts that were missing and have been read into memory since.
        self._read: set[str] = set()
        self._reading = threading.Lock()
        #: Sentences for the performer that have not been taken yet.
        self._told: deque[str] = deque()
        if self._missing:
            self._told.append(
                "what computes sound is compiled for this processor, once, in a minute or two; "
                "what is ready sounds"
            )
            threading.Thread(target=self._work, name="first start", daemon=True).start()

    def make_ready(self, source: VoiceSource) -> None:
        """Wait for the parts that a source needs, and read those that were missing into memory.

        Its first hop would read them otherwise, and be taken for that of a voice that costs too much.
        """
        for name in needed(source):
            if name in self._missing:
                ensure(name)
                with self._reading:
                    if name not in self._read:
                        self._read.add(name)
                        PARTS[name].compile()

    def take_told(self) -> list[str]:
        """Return what is to be told since the last call, as sentences."""
        return [self._told.popleft() for _ in range(len(self._told))]

    def _work(self) -> None:
        ordinary()
        of = len(self._missing)
        for number, name in enumerate(self._missing, 1):
            ensure(name)
            self._told.append(f"compiled {number} of {of}: {PARTS[name].plays}")
        self._told.append("all is compiled, and kept for the next start")


def main(names: list[str]) -> int:
    """Compile the parts of these names, or all of them, unless that is done."""
    for name in names or PARTS:
        if not PARTS[name].is_compiled:
            PARTS[name].compile_here()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
