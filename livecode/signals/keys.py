"""The terminal's hot-keys and faders as the performer reads them; terminals are not known here."""

import math
from string import ascii_lowercase, digits

from livecode.errors import LivecodeError
from livecode.signals.attributes import Numbered, unknown

FADERS = {f"fader{number}": number for number in range(1, 9)}
DECAY_S = 0.3
GONE_S = 1.0  # after it a press reads exactly 0: a reward of 0 is no feedback
NAMES = (
    "like", "dislike", "space", "enter", "tab", "backspace", "up", "down", "left", "right",
    *ascii_lowercase, *digits,
)  # fmt: skip

READABLE = (*NAMES[:10], "fader", *FADERS)  # and the letters


class Keys:
    """Each key as a stroke that fades, 1 to 0, and eight faders, 0 to 1.

      like, dislike, space, a … z, up …   1 in the tick of the press, then exp(-t / 0.3 s), and
                                          exactly 0 from 1 s on; pressed again it is 1 again
      fader1 … fader8, fader[1] …         where the fader was put last; 0 at the start

    Reading changes nothing, so that any number of rewards and meters see the same press. A
    reader whose period is below 1 s misses none: at 50 ms it reads one press 20 times, together
    about 6, half of it in the first four; at 0.5 s twice. Digits are read as `keys["1"]`.
    """

    def __init__(self) -> None:
        self._time_s = 0.0
        self._pressed_s: dict[str, float] = {}  # waiting for the next tick
        self._struck_s: dict[str, float] = {}  # the tick in which it sounded
        self._faders = [0.0] * len(FADERS)
        self.fader = Numbered("keys.fader", self._faders)

    def __getattr__(self, name: str) -> float:
        if name in FADERS:
            return self.fader[FADERS[name]]
        if name in NAMES:
            return self[name]
        raise AttributeError(unknown("keys", name, (*READABLE, *NAMES)))

    def __dir__(self) -> tuple[str, ...]:
        return READABLE

    def __repr__(self) -> str:
        struck = [f"{name} {self[name]:.2f}" for name in self._struck_s if self[name]]
        faders = " ".join(f"{value:.2f}" for value in self.fader)
        return f"{' · '.join(struck) or 'no key struck'} · faders {faders}"

    def __getitem__(self, name: str) -> float:
        """The stroke of a key by its name."""
        _check(name)
        age_s = max(self._time_s - self._struck_s.get(name, -math.inf), 0.0)
        return math.exp(-age_s / DECAY_S) if age_s < GONE_S else 0.0

    def press(self, name: str, time_s: float) -> None:
        """Strike a key at `time_s`; it is read from the first tick at or after that time."""
        _check(name)
        self._pressed_s[name] = time_s

    def take(self, key: str, time_s: float) -> None:
        """A key as the terminal says it: its name, or `fader3=0.5`."""
        name, _, value = key.partition("=")
        if value:
            self.set_fader(int(name.removeprefix("fader")), float(value))
        else:
            self.press(name, time_s)

    def set_fader(self, number: int, value: float) -> None:
        """Put a fader, 1 to 8, to a value between 0 and 1; beyond them is as far as it goes."""
        self.fader[number]  # says so if there is none
        if not math.isfinite(value):
            raise LivecodeError(f"Fader {number} cannot be put to {value}: give it 0 to 1.")
        self._faders[number - 1] = float(min(max(value, 0.0), 1.0))

    def advance(self, time_s: float) -> None:
        """Set the time that strokes fade by, once a tick."""
        self._time_s = time_s
        for name in [name for name, at_s in self._pressed_s.items() if at_s <= time_s]:
            del self._pressed_s[name]
            self._struck_s[name] = time_s


def _check(name: str) -> None:
    if name not in NAMES:
        raise LivecodeError(unknown("The terminal", name, NAMES) + ".")
