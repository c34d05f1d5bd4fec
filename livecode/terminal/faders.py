"""The eight faders that keys of the terminal move: where each stands, and which one is at hand."""

from collections.abc import Callable

COUNT = 8
#: From one end to the other: a press moves a fader by 0.05.
STEPS = 20


class Faders:
    """Keeps what the mind was told of them, so that another mind can be told it, too."""

    def __init__(self, press: Callable[[str], None]):
        """`press` tells the mind of one: `fader3=0.55`."""
        self._press = press
        self._steps = [0] * COUNT
        self._chosen: int | None = None

    @property
    def chosen(self) -> tuple[int, float] | None:
        """(number, value) of the fader at hand; None until one is chosen."""
        if self._chosen is None:
            return None
        return self._chosen, self._steps[self._chosen - 1] / STEPS

    def choose(self, number: int) -> None:
        """Take a fader, 1 to 8, to hand."""
        self._chosen = number

    def move(self, steps: int) -> None:
        """Move the one at hand, the first if there is none, as far as it goes."""
        number = self._chosen = self._chosen or 1
        self._steps[number - 1] = min(max(self._steps[number - 1] + steps, 0), STEPS)
        self._send(number)

    def send_all(self) -> None:
        """Tell a new mind, whose faders all stand at 0, where they are."""
        for number, steps in enumerate(self._steps, 1):
            if steps:
                self._send(number)

    def _send(self, number: int) -> None:
        self._press(f"fader{number}={self._steps[number - 1] / STEPS:g}")
