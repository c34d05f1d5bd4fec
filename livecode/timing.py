"""How far the voices compute ahead of the engine, and the mind ahead of the voices."""

#: Frames between two spectra of a latent voice.
HOP = 256
#: What a voice is ahead of the engine: this many frames and this many blocks at least.
AHEAD_FRAMES = 1024
AHEAD_BLOCKS = 4


def look_ahead(block: int) -> int:
    """Frames that a voice computes ahead of what the engine has taken."""
    return max(AHEAD_FRAMES, AHEAD_BLOCKS * block)


def voice_lead(block: int) -> int:
    """Frames from a tick to the moment that its change applies, so that no voice is past it.

    The engine holds two blocks, the voice is `look_ahead` and at most one hop beyond, and the
    tick itself is up to a block old.
    """
    return look_ahead(block) + HOP + 3 * block
