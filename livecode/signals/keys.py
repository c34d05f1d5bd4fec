"""The hot-keys and faders that the performer reads as `keys`; knows no terminal."""

import math
from string import ascii_lowercase, digits

from livecode.errors import LivecodeError
from livecode.signals.attributes import Numbered, unknown

FADERS = {f"fader{number}": number for number in range(1, 9)}
DECAY_S = 0.3
GONE_S = 1.0  # from this age on a press reads exactly 0, and a reward of 0 is no feedback
NAMES = (
    "like", "dislike", "space", "enter", "tab", "backspace", "up", "down", "left", "right",
    *ascii_lowercase, *digits,
)  # fmt: skip

READABLE = (*NAMES[:10], "fader", *FADERS)  # and the letters and digits


class Keys:
    """Every key as a stroke that fades from 1 to 0, and eight faders from 0 to 1.

      like, dislike, space, a … z, up …   1 in the tick of the press, then exp(-t / 0.3 s), and
                                          exactly 0 from 1 s on; a new press sets it to 1 again
      fader1 … fader8, fader[1] …         the fader's last position; 0 at the start

    Reading changes nothing, so any number of rewards and meters see the same press. A reader with a
    period below 1 s misses no press. At 50 ms, it reads one press 20 times; the readings add up to
    about 6, half of it in the first four. At 0.5 s, it reads one press twice. Digits are read as
    `keys["1"]`.
    """

    def __init__(self) -> None:
        self._time_s = 0.0
        self._pressed_s: dict[str, float] = {}  # strokes that wait for the next tick
        self._struck_s: dict[str, float] = {}  # the tick at which each key sounded last
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
        """Return the stroke of the key called `name`, 0 to 1."""
        _check(name)
        age_s = max(self._time_s - self._struck_s.get(name, -math.inf), 0.0)
        return math.exp(-age_s / DECAY_S) if age_s < GONE_S else 0.0

    def press(self, name: str, time_s: float) -> None:
        """Press a key at `time_s`. The stroke is read from the first tick at or after that time."""
        _check(name)
        self._pressed_s[name] = time_s

    def take(self, key: str, time_s: float) -> None:
        """Take a key as the terminal sends it: its name, or a fader such as `fader3=0.5`."""
        name, _, value = key.partition("=")
        if value:
            self.set_fader(int(name.removeprefix("fader")), float(value))
        else:
            self.press(name, time_s)

    def set_fader(self, number: int, value: float) -> None:
        """Set fader `number`, 1 to 8, to `value`, which is limited to 0 to 1."""
        self.fader[number]  # raises if there is no such fader
        if not math.isfinite(value):
            raise LivecodeError(f"fader {number} cannot be set to {value}: give it 0 to 1")
        self._faders[number - 1] = float(min(max(value, 0.0), 1.0))

    def advance(self, time_s: float) -> None:
        """Set the time from which the strokes' ages are measured; call it once a tick."""
        self._time_s = time_s
        for name in [name for name, at_s in self._pressed_s.items() if at_s <= time_s]:
            del self._pressed_s[name]
            self._struck_s[name] = time_s


def _check(name: str) -> None:
    if name not in NAMES:
        raise LivecodeError(unknown("the keyboard", name, NAMES))
