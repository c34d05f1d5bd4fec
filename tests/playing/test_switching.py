"""A swap changes the sound and not the level: whatever takes over is about as loud, and nothing clicks."""

from collections import defaultdict

import numpy as np
import pytest

from livecode import Session
from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from tests.sound import spike

RATE = 48_000
STREAMS = ("chorale", "drummer", "humpback", "piano", "strings", "tabla")
SPACES = ("additive", "orchestra", "percussion", "texture")
TURN_S, TURNS = 10.0, 30
#: A swap takes half a second; what is measured as the new sound begins when it is over.
FADE_S, SWAPPED_S = 0.5, 0.6
#: A mono sound in the middle is in both channels, which counts 3 LU.
BOTH_LU = 10 * np.log10(2)


def described(name: str, seed: int) -> str:
    """How a stream, or an agent in a space, is begun."""
    if name in STREAMS:
        return f"x = stream({name!r}, seed={seed}, fade={FADE_S})"
    return f"x = agent({name!r}, dims=3, seed={seed}, fade={FADE_S})"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_minutes_of_switching_among_all_models_are_one_level_without_a_click() -> None:
    rng = np.random.default_rng(8)
    names = [*STREAMS, *SPACES]
    heard, swaps, former = defaultdict(list), [], names[0]
    with Session(seed=1) as session:
        for turn in range(TURNS):
            name = names[turn] if turn < len(names) else str(rng.choice(names))
            assert session.eval(described(name, turn)).ok
            swaps.append((former, name, spike(session.advance(SWAPPED_S))))
            heard[name].append(session.advance(TURN_S - SWAPPED_S))
            former = name
        assert not [event for event in session.log if event.wrong]
    own = {name: max(map(spike, parts)) for name, parts in heard.items()}  # drums are all edges
    clicks = [swap for swap in swaps[1:] if swap[2] > max(20, own[swap[0]], own[swap[1]])]
    assert not clicks, own
    loudness = {name: lufs(np.concatenate(parts), RATE) - BOTH_LU for name, parts in heard.items()}
    assert max(abs(level - TARGET_LUFS) for level in loudness.values()) < 3, loudness
