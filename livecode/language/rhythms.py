"""Rhythms as a space: its axes are those of Euclid's rhythms, so that an agent learns a groove.

A place in it is a rhythm in which a name that has a pattern is played: hits, notes, or events that are
sent. Neighbouring places sound alike.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.language.hits import Hits
from livecode.language.notes import Notes
from livecode.language.patterns.combining import Paired, said
from livecode.language.patterns.cycles import Cycles, Mapped, Row, Stack
from livecode.language.patterns.euclid import euclid
from livecode.language.patterns.notes import Pitch
from livecode.language.patterns.played import control_of, number_of, of_value, plain, told
from livecode.language.patterns.scales import scale_of
from livecode.language.sent import MidiNotes, OscEvents
from livecode.language.spaces import Space
from livecode.language.things import Thing
from livecode.language.units import is_number

#: The numbers of steps in a bar that a space of rhythms has, unless others are given.
STEPS = (4, 6, 8, 12, 16)
#: A bar has so many steps at most.
MOST_STEPS = 64
#: So much softer are the hits that density adds.
GHOST = 0.4
#: Degrees and octaves reach so far up, and as far down.
DEGREES, OCTAVES = 7, 2

#: What can be played in rhythms, and what of it has pitch.
Rhythmic = Hits | Notes | MidiNotes | OscEvents
RHYTHMIC, PITCHED = (Hits, Notes, MidiNotes, OscEvents), (Notes, MidiNotes)

#: What each axis does, in the order of the axes. Notes have all of them, the others those without pitch.
AXES = {
    "k": "how many hits a bar has, from 1 up; each quarter of the axis doubles them or nearly so",
    "n": "how many steps the bar is divided into",
    "rotation": "how far it is turned: a small move shifts a single hit by a single step",
    "degree": "how many degrees of the scale it is higher or lower",
    "octave": "how many octaves it is higher or lower",
    "density": "below the middle hits fall away, off the beat first; above it soft ones come between",
}
_OF_PITCH = ("degree", "octave")


@dataclass(frozen=True)
class Rhythm:
    """A rhythm of Euclid's, and how a pattern is played in it: `k` onsets in `n` steps."""

    k: int
    n: int
    rotation: int  # as the third number of `euclid`
    strokes: tuple[float | None, ...]  # how loud each step is struck; None: not at all
    sound: str = ""  # the only sound that goes by it; "": all
    degrees: int = 0  # so many degrees of the scale higher
    octaves: int = 0
    per_octave: int = 12  # degrees in an octave

    def of(self, pattern: Cycles) -> Cycles:
        """Return a pattern in this rhythm: each stroke has what the pattern says at that time."""
        others: tuple[Cycles, ...] = ()
        if self.sound:
            others = (Mapped(pattern, _if_sound, (self.sound, False)),)
            pattern = Mapped(pattern, _if_sound, (self.sound, True))
        if self.degrees or self.octaves:
            pattern = Mapped(pattern, _moved, (self.degrees, self.octaves, self.per_octave))
        struck = Paired(pattern, Row(self.strokes), _struck, True)
        return Stack((struck, *others)) if others else struck

    def __str__(self) -> str:
        """Return it as one writes it in a pattern: `(5,8,2)`, and what is beside that."""
        heard = len([each for each in self.strokes if each == 1.0])
        ghosts = len([each for each in self.strokes if each == GHOST])
        parts = [f"({self.k},{self.n},{self.rotation})"]
        parts += [f"{self.k - heard} left out"] * (heard < self.k) + [f"{ghosts} soft"] * (
            ghosts > 0
        )
        parts += [f"{self.degrees:+d} degrees"] * (self.degrees != 0)
        parts += [f"{self.octaves:+d} octaves"] * (self.octaves != 0)
        return ", ".join(parts)


def _if_sound(value: Any, sound: str, wanted: bool) -> Any:
    """Return the value if it is that sound, or any but that one."""
    return value if (_word(value) == sound) == wanted else None


def _word(value: Any) -> str:
    return str(plain(value)).partition(":")[0]


def _struck(value: Any, gain: float) -> Any:
    return value if gain == 1.0 else told(value, gain=control_of(value, "gain") * gain)


def _moved(value: Any, degrees: int, octaves: int, per_octave: int) -> Any:
    """Return a degree moved by degrees and octaves; a note that is named moves by octaves."""
    number = number_of(value)
    if number is None:
        return value
    if isinstance(plain(value), (str, Pitch)):
        return of_value(value, lambda _: Pitch(float(number) + 12 * octaves))
    return of_value(value, lambda _: number + degrees + octaves * per_octave)


def spread(k: int, n: int, turn: int) -> frozenset[int]:
    """Return the steps, of `n`, that are struck by `k` onsets as evenly as can be.

    Turns are in the order in which they are alike: the next one shifts one onset of each repetition
    by one step, as the next key of the circle of fifths changes one note of a scale. This is the
    J-function of J. Clough and J. Douthett: Maximally even sets (1991).
    """
    shift = turn * math.gcd(k, n)
    return frozenset(-((-n * i - shift) // k) % n for i in range(k))


@lru_cache(maxsize=1024)
def rotation_of(k: int, n: int, turn: int) -> int:
    """Return which rotation in Euclid's numbering has the onsets of that turn."""
    struck = spread(k, n, turn)
    for rotation in range(n):
        if {step for step, on in enumerate(euclid(k, n, rotation)) if on} == struck:
            return rotation
    raise AssertionError("an even rhythm is one of Euclid's, turned")


def _strength(step: int, n: int) -> tuple[int, int]:
    """Return how far off the beat a step is: the downbeat is 1, the half 2, quarters 4."""
    return Fraction(step, n).denominator, step


def thinned(struck: frozenset[int], n: int, density: float) -> tuple[float | None, ...]:
    """Return how loud each step is struck, at a density from 0 to 1; at 0.5 all as they are."""
    onsets = sorted(struck, key=lambda step: _strength(step, n))
    kept = max(round(len(onsets) * min(2 * density, 1.0)), 1)
    free = sorted(set(range(n)) - struck, key=lambda step: _strength(step, n))
    added = round(len(free) * max(2 * density - 1, 0.0))
    loud = dict.fromkeys(onsets[:kept], 1.0) | dict.fromkeys(free[:added], GHOST)
    return tuple(loud.get(step) for step in range(n))


class RhythmSpace(Space):
    """Rhythms of a name that plays a pattern: every place is a groove. `agent(rhythms(drums))`."""

    kind = "space"
    told: ClassVar[tuple[str, ...]] = ("at",)

    def __init__(self, of: Rhythmic, sound: str, steps: tuple[int, ...]):
        Thing.__init__(self)
        self.settings.update(of=of, sound=sound, steps=steps)

    @property
    def of(self) -> Rhythmic:
        """What is played in these rhythms."""
        thing: Rhythmic = self.settings["of"]
        return thing

    @property
    def model(self) -> str:
        """How the space is written: `rhythms(drums)`."""
        sound = self.settings["sound"]
        return f"rhythms({self.of}, {sound!r})" if sound else f"rhythms({self.of})"

    @property
    def version(self) -> str:
        """Nothing: there is no file."""
        return ""

    @property
    def axes(self) -> tuple[str, ...]:
        """The name of each axis: k, n, rotation, for notes degree and octave, and density."""
        pitched = isinstance(self.of, PITCHED)
        return tuple(name for name in AXES if pitched or name not in _OF_PITCH)

    @property
    def latent(self) -> int:
        """The number of dimensions of the space."""
        return len(self.axes)

    @property
    def lives(self) -> bool:
        """Whether the space has a texture: rhythms have none."""
        return False

    @property
    def widens(self) -> bool:
        """Whether a place can sound wider than it is: each hit of a rhythm has its own place."""
        return False

    def pitched(self) -> Space:
        """Raise LivecodeError: a rhythm is no voice."""
        raise LivecodeError(f"{self.model} are rhythms, so notes cannot be played in them")

    def hold(self, *where: Any, **settings: Any) -> Any:
        """Raise LivecodeError: a groove that stays is a pattern."""
        raise LivecodeError(
            f"{self.model} are heard through an agent; a groove that stays is written: "
            f'{self.of}.pattern = "bd(5,8,2)"'
        )

    def rhythm(self, place: NDArray[np.float64]) -> Rhythm:
        """Return the rhythm at a place (latent,); the middle is the plainest."""
        at = dict(zip(self.axes, place.tolist(), strict=True))
        steps: tuple[int, ...] = self.settings["steps"]
        n = steps[min(int(at["n"] * len(steps)), len(steps) - 1)]
        k = min(max(round(max(steps) ** at["k"]), 1), n)
        turn = math.floor((at["rotation"] - 0.5) * (n // math.gcd(k, n)) + 0.5)
        scale = getattr(self.of, "scale", None)
        return Rhythm(
            k,
            n,
            rotation_of(k, n, turn),
            thinned(spread(k, n, turn), n, at["density"]),
            self.settings["sound"],
            round((at.get("degree", 0.5) - 0.5) * 2 * DEGREES),
            round((at.get("octave", 0.5) - 0.5) * 2 * OCTAVES),
            12 if scale is None else len(scale_of(scale).steps),
        )

    def called(self, place: NDArray[np.float64]) -> str:
        """Return the rhythm at a place (latent,) as one writes it: `(5,8,2)`."""
        return str(self.rhythm(place))

    def at(self, k: int, n: int, rotation: int = 0, **others: float) -> NDArray[np.float64]:  # type: ignore[override]
        """Return where a rhythm of Euclid's lies, (latent,): `rhythms(drums).at(5, 8, 2)`.

        The other axes are in the middle, or where they are given, as `density=0.8`.
        """
        steps: tuple[int, ...] = self.settings["steps"]
        if n not in steps or not 1 <= k <= n:
            listed = ", ".join(map(str, steps))
            raise LivecodeError(
                f"{self.model} has no ({k},{n}): n is one of {listed}, k from 1 to n"
            )
        count = n // math.gcd(k, n)
        turn = next(
            turn
            for turn in range(-(count // 2), count)
            if rotation_of(k, n, turn) % count == rotation % count
        )
        known = {
            "k": math.log(k) / math.log(max(*steps, 2)),
            "n": (steps.index(n) + 0.5) / len(steps),
            "rotation": 0.5 + turn / count,
            **others,
        }
        return np.array([known.get(axis, 0.5) for axis in self.axes])

    def contents(self) -> str:
        """Return its axes by number, and what each of them does, in lines."""
        rows = [f"{i} {axis}: {AXES[axis]}" for i, axis in enumerate(self.axes, start=1)]
        return "Its axes are\n" + "\n".join(f"  {row}" for row in rows)

    def _known(self) -> Any:
        raise LivecodeError(f"{self.model} are rhythms: there are no sounds to find in them")

    def __repr__(self) -> str:
        return f"{self.model}, {self.latent} dimensions: {', '.join(self.axes)}"


def rhythms(name: Rhythmic, sound: str | None = None, *, steps: Sequence[int] = STEPS) -> Space:
    """Make a space of the rhythms in which a name can be played: `ego = agent(rhythms(drums), dims=3)`.

    The agent sets the rhythm of the name at each bar, or each `every=2*bars`: k hits in n steps,
    turned, as `euclid(k, n, rotation)` does it, denser or thinner; of notes degree and octave, too.
    What `midi.out` and `osc.send` send by a pattern is played in rhythms as hits and notes are.
    The name's own pattern says what strikes. `rhythms(drums, "hh")` leaves the other sounds as they
    are; `steps=(8, 16)` says into how many steps a bar may be divided.
    """
    if not isinstance(name, RHYTHMIC):
        raise LivecodeError(f"rhythms takes what plays a pattern, as rhythms(drums), not {name!r}")
    if name.name is None:
        raise LivecodeError(
            'rhythms takes a name: write drums = hits("bd*4") before rhythms(drums)'
        )
    if sound is not None:
        known = dict.fromkeys(_word(value) for value in said(name.pattern.cycles))
        if sound not in known:
            raise LivecodeError(
                f"{name} plays no {sound!r}, so it has no rhythm; it plays {', '.join(known)}"
            )
    return RhythmSpace(name, sound or "", _checked_steps(steps))


def _checked_steps(steps: Any) -> tuple[int, ...]:
    given: list[Any] = [steps] if is_number(steps) else list(steps)
    for each in given:
        if isinstance(each, bool) or not isinstance(each, int) or not 1 <= each <= MOST_STEPS:
            raise LivecodeError(
                f"steps= takes whole numbers from 1 to {MOST_STEPS}, as (8, 12, 16), not {each!r}"
            )
    if not given:
        raise LivecodeError("steps= takes one number of steps or more, as (8, 12, 16)")
    return tuple(sorted(set(given)))
