"""How far the voices compute ahead of the engine, and the mind ahead of the voices."""

#: Frames between two spectra of a latent voice.
HOP = 256
#: What a voice is ahead of the engine: this many frames and this many blocks at least.
AHEAD_FRAMES = 1024
AHEAD_BLOCKS = 4
#: Controls change at least this often.
TICK_S = 0.005


def look_ahead(block: int) -> int:
    """Frames that a voice computes ahead of what the engine has taken."""
    return max(AHEAD_FRAMES, AHEAD_BLOCKS * block)


def voice_lead(block: int) -> int:
    """Frames from a tick to the moment that its change applies, so that no voice is past it.

    The engine holds two blocks, the voice is `look_ahead` and at most one hop beyond, and the
    tick itself is up to a block old.
    """
    return look_ahead(block) + HOP + 3 * block


def tick_frames(block: int, sample_rate: int) -> int:
    """Frames between two ticks: the block, halved until it is no longer than TICK_S."""
    frames = block
    while frames > TICK_S * sample_rate and frames % 2 == 0:
        frames //= 2
    return frames
