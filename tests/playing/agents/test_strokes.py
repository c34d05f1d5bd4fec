"""An agent that strikes: where nothing else is said, it strikes a line of notes on the beat."""

import numpy as np

from livecode import Session
from livecode.transport.positions import Sounded, sounded_at

TEMPO, SECONDS, LOOK_S = 120.0, 15.0, 0.05


def sounded(session: Session, name: str) -> list[Sounded]:
    """Return how an agent sounded, every so often."""
    found = []
    controls = session.voices.arena.controls
    for _ in range(round(SECONDS / LOOK_S)):
        session.advance(LOOK_S)
        values = controls.last(controls.find(f"{name}.position"))
        found.append(sounded_at(values, session.get(name).space.latent))
    return found


def test_it_strikes_eighths_and_goes_from_note_to_note():
    with Session(seed=3) as session:
        assert session.eval(
            f"tempo({TEMPO:g})\nego = agent(space('additive'), dims=4, strike=1)"
        ).ok
        found = sounded(session, "ego")
        apart = np.diff(sorted({each.stroke for each in found if each.stroke})) / 48_000
        eighth = 30.0 / TEMPO
        assert len(apart) > 20
        assert np.allclose(apart / eighth, np.round(apart / eighth), atol=0.01)
        assert apart.min() < 1.5 * eighth
        assert len({each.note for each in found}) >= 5
