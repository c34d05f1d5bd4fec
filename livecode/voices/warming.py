"""Reads what is compiled into memory before anything plays, since that would hold up what plays."""

from livecode.voices.first_start import PARTS


def warm(streams: bool) -> None:
    """Read the kernel of spaces, and with `streams` those of streams, if they are on disk."""
    for name in ("sinebank", "samplernn", "fullband") if streams else ("sinebank",):
        if PARTS[name].is_compiled:
            PARTS[name].compile()
