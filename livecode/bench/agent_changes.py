"""What an agent does when its listener has a new sound in mind, turns random, or falls silent.

A listener with a target teaches for 1,500 actions. Then the target moves, about as far as it was
from the start, or the feedback turns random. An agent *leaves* when it is farther than 0.15 *
sqrt(dims) from where it has stayed, the mean of its last ten seconds. That is three times the
distance of an arrival, for every number of dimensions. The baseline is how often an agent leaves
while it is still taught.
"""

from dataclasses import dataclass

import numpy as np

from livecode.agents.path import Array
from livecode.bench import agent_trials as trials

TAUGHT = 1500  # actions before the change
LEFT = 0.15  # distance / sqrt(dims)
LEAVES_S = 10.0
COVERED = 3000  # actions in silence
CELLS_A_SIDE = 10


@dataclass(frozen=True)
class Change:
    """One agent whose listener changes."""

    subject: str
    musician: str
    dims: int
    seed: int
    step: float = 0.01


def found_again(change: Change) -> tuple[int | None, int | None]:
    """Return the numbers of actions to the first arrival, and to that at the moved target, or None."""
    target, musician_rng, subject = _begin(change)
    rng = np.random.default_rng([change.seed, change.dims, 3])
    first = _teach(change, subject, target, musician_rng, 0, TAUGHT)
    far = np.linalg.norm(target - 0.5)
    while True:
        moved = rng.uniform(0.1, 0.9, change.dims)
        if abs(np.linalg.norm(moved - target) - far) <= 0.1 * far:
            break
    again = _teach(change, subject, moved, musician_rng, TAUGHT, TAUGHT)
    return trials.arrival(first), trials.arrival(again)


def leaves_after(change: Change, turns_random: bool = True) -> float | None:
    """Return the seconds until an agent leaves after its feedback has turned random, or None.

    None means that it stays for 10 s. With `turns_random` False, the listener goes on as before.
    """
    target, musician_rng, subject = _begin(change)
    places: list[Array] = []
    _teach(change, subject, target, musician_rng, 0, TAUGHT, places)
    home = np.mean(places[-round(LEAVES_S / trials.PERIOD_S) :], axis=0)
    after = round(LEAVES_S / trials.PERIOD_S)
    places = []
    if not turns_random:
        _teach(change, subject, target, musician_rng, TAUGHT, after, places)
    for k in range(TAUGHT + 1, TAUGHT + after + 1) if turns_random else ():
        places.append(subject.act(k * trials.PERIOD_S))
        reward = _random(change.musician, k, musician_rng)
        if reward:
            subject.feedback(reward, k * trials.PERIOD_S)
    far = np.linalg.norm(np.array(places) - home, axis=1) / change.dims**0.5
    gone = np.flatnonzero(far > LEFT)
    return float(gone[0] + 1) * trials.PERIOD_S if len(gone) else None


def cells_covered(change: Change) -> int:
    """Return how many cells, each a tenth wide, an agent visits in silence if it never rests."""
    subject = trials.SUBJECTS[change.subject](
        change.dims, change.step, np.random.default_rng([change.seed, change.dims, 2])
    )
    if not isinstance(subject, trials.RandomWalk):
        subject.rest = 0.0
    places = np.array([subject.act(k * trials.PERIOD_S) for k in range(COVERED)])
    cells = np.minimum(places * CELLS_A_SIDE, CELLS_A_SIDE - 1).astype(int)
    return len({tuple(cell) for cell in cells})


def _begin(change: Change) -> tuple[Array, np.random.Generator, trials.Subject]:
    target_rng, musician_rng, subject_rng = (
        np.random.default_rng([change.seed, change.dims, stream]) for stream in range(3)
    )
    target = trials.draw_target(change.dims, target_rng)
    return (
        target,
        musician_rng,
        trials.SUBJECTS[change.subject](change.dims, change.step, subject_rng),
    )


def _teach(
    change: Change,
    subject: trials.Subject,
    target: Array,
    rng: np.random.Generator,
    start: int,
    actions: int,
    places: list[Array] | None = None,
) -> Array:
    """Return distance / sqrt(dims) to the target before the first and after every action."""
    here = subject.position
    heard = [float(np.linalg.norm(here - target))]
    for k in range(start + 1, start + actions + 1):
        place = subject.act(k * trials.PERIOD_S)
        heard.append(float(np.linalg.norm(place - target)))
        if places is not None:
            places.append(place)
        reward = trials.MUSICIANS[change.musician](heard, change.step, rng)
        if reward:
            subject.feedback(reward, k * trials.PERIOD_S)
    result: Array = np.array(heard) / change.dims**0.5
    return result


def _random(musician: str, k: int, rng: np.random.Generator) -> float:
    """Return meaningless feedback, as frequent as the musician's."""
    if musician.startswith("A"):
        return 0.0 if k % 5 or rng.random() < 0.2 else float(rng.choice([-1.0, 1.0]))
    return float(np.clip(rng.uniform(-1, 1) + rng.normal(0, 0.2), -1, 1))
