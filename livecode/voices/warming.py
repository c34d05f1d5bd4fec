"""Reads what is compiled into memory before anything plays, since that would hold up what plays."""

from livecode.voices import sinebank
from livecode.voices.samplernn import tiny
from livecode.voices.samplernn.compiling import is_compiled
from livecode.voices.samplernn.fullband import tiny as tiny_fullband
from livecode.voices.samplernn.fullband.kernel import CACHE_PATH as FULLBAND_PATH
from livecode.voices.samplernn.fullband.sampler import KERNEL
from livecode.voices.samplernn.kernel import CACHE_PATH


def warm(streams: bool) -> None:
    """Read the kernel of spaces, and with `streams` those of streams that are on disk."""
    sinebank.warm()
    if streams and is_compiled(CACHE_PATH):
        tiny.draw()
    if streams and is_compiled(FULLBAND_PATH, KERNEL):
        tiny_fullband.draw()
