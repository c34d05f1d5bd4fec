"""Holds a stream's surprise, in the place of its temperature: the temperature follows what is drawn."""

import math
from typing import NamedTuple

#: The surprise is looked at in windows of this length; the temperature is the same within one.
WINDOW_S = 1 / 16
#: The surprise is a mean that forgets within so many seconds.
MEMORY_S = 0.5
#: The temperature rises by this factor's logarithm in a second where nothing surprises at all.
RATE = 0.3
#: The temperature stays between these.
COOLEST, HOTTEST = 0.5, 1.6


class ServoState(NamedTuple):
    """Where a servo is."""

    log_temperature: float = math.nan  # not a number: it does not run
    mean: float = 0.0  # nats a draw, as a share of what is wanted
    nats: float = 0.0  # of this window so far
    drawn: int = 0  # draws of this window so far


class Servo:
    """Moves a temperature so that what is drawn surprises as much as the performer wants.

    The surprise of a draw is the negative logarithm of its probability at temperature 1, and its mean
    on sound of the model's source is the measure: at energy 1 a stream surprises as much as that.
    Feedback on the surprise of what was drawn is due to Basu et al., Mirostat, 2021; here it moves the
    temperature, and leaves nothing out.
    """

    def __init__(self, rate_hz: float, usual_nats: float):
        """For so many draws a second, of a model that finds its source's sound so surprising a draw."""
        self._window = max(1, round(WINDOW_S * rate_hz))
        self._usual = usual_nats
        self._state = ServoState()

    @property
    def can_hold(self) -> bool:
        """Whether it is known how surprising the model's source is."""
        return math.isfinite(self._usual) and self._usual > 0

    @property
    def left(self) -> int:
        """How many draws are left of this window, all at the same temperature."""
        return self._window - self._state.drawn

    def temperature(self, usual: float) -> float:
        """Return the temperature of the draws that come next; the first is the performer's, `usual`."""
        if math.isnan(self._state.log_temperature):
            log_usual = math.log(min(max(usual, COOLEST), HOTTEST))
            self._state = ServoState(log_usual, 1.0)
        return math.exp(self._state.log_temperature)

    def take(self, nats: float, count: int, energy: float) -> None:
        """Take note of the surprise of so many draws, no more than are left of the window."""
        state = self._state
        total, drawn = state.nats + nats, state.drawn + count
        if drawn < self._window:
            self._state = state._replace(nats=total, drawn=drawn)
            return
        share = total / drawn / (self._usual * energy)
        mean = state.mean + (share - state.mean) * (1 - math.exp(-WINDOW_S / MEMORY_S))
        log_temperature = state.log_temperature + RATE * WINDOW_S * (1 - mean)
        low, high = math.log(COOLEST), math.log(HOTTEST)
        self._state = ServoState(min(max(log_temperature, low), high), mean)

    def rest(self) -> None:
        """Let it begin anew when it is wanted again."""
        self._state = ServoState()

    def begin_anew(self) -> None:
        """Forget what was drawn: the stream goes on from elsewhere, at the temperature that it has."""
        if not math.isnan(self._state.log_temperature):
            self._state = self._state._replace(mean=1.0, nats=0.0)

    def state(self) -> ServoState:
        """Return where it is, for `load_state`."""
        return self._state

    def load_state(self, state: ServoState) -> None:
        """Go on from there."""
        self._state = state
