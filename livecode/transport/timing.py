"""How far voices compute ahead of the engine, and how far ahead the mind stamps its changes."""

#: Frames between two spectra of a latent voice.
HOP = 256
#: A voice is ahead of the engine by at least this many frames, and by at least this many blocks.
AHEAD_FRAMES = 1024
AHEAD_BLOCKS = 4
#: A stream draws its samples at most so many frames before they are heard, beyond what a voice is ahead:
#: a hop, and the delay of what brings them to the engine's rate.
DRAWN_AHEAD = 2 * HOP
#: The longest time between two ticks, in seconds.
TICK_S = 0.005
#: The master holds sound back by so many frames.
MASTER_LAG = 1


def look_ahead(block: int, burst: int = 0) -> int:
    """Return how many frames a voice computes ahead of what the engine has read.

    `burst` is what the device asks for at once, where that is more than a block.
    """
    return max(AHEAD_FRAMES, AHEAD_BLOCKS * block) + max(0, burst - block)


def voice_lead(block: int) -> int:
    """Return the frames from a tick to the moment at which its change applies.

    The lead is long enough that no voice is past that moment: the engine holds two blocks, a voice
    is `look_ahead` and at most one hop beyond, and the tick itself is up to one block old.
    """
    return look_ahead(block) + HOP + 3 * block


def stream_lead(block: int) -> int:
    """Return the frames from a tick to the moment at which a stream's temperature applies."""
    return voice_lead(block) + DRAWN_AHEAD


def tick_frames(block: int, sample_rate: int) -> int:
    """Return the frames between two ticks: the block, halved until it lasts at most `TICK_S`."""
    frames = block
    while frames > TICK_S * sample_rate and frames % 2 == 0:
        frames //= 2
    return frames
