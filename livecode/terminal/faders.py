"""The eight faders that keys of the terminal move."""

from collections.abc import Callable

COUNT = 8
#: Presses from one end to the other: each moves a fader by 0.05.
STEPS = 20


class Faders:
    """Keeps the positions of the faders, so that a new mind can be told of them."""

    def __init__(self, press: Callable[[str], None]):
        """`press` tells the mind of a fader, as in `fader3=0.55`."""
        self._press = press
        self._steps = [0] * COUNT
        self._chosen: int | None = None

    @property
    def chosen(self) -> tuple[int, float] | None:
        """Number (1 to 8) and value (0 to 1) of the chosen fader; None before one is chosen."""
        if self._chosen is None:
            return None
        return self._chosen, self._steps[self._chosen - 1] / STEPS

    def choose(self, number: int) -> None:
        """Choose a fader, 1 to 8."""
        self._chosen = number

    def move(self, steps: int) -> None:
        """Move the chosen fader by so many steps, as far as it goes; the first if none is chosen."""
        number = self._chosen = self._chosen or 1
        self._steps[number - 1] = min(max(self._steps[number - 1] + steps, 0), STEPS)
        self._send(number)

    def send_all(self) -> None:
        """Tell a new mind, whose faders all stand at 0, of the others."""
        for number, steps in enumerate(self._steps, 1):
            if steps:
                self._send(number)

    def _send(self, number: int) -> None:
        self._press(f"fader{number}={self._steps[number - 1] / STEPS:g}")
