"""The setting `toward` of a stream, which is assigned or called."""

from typing import Any

from livecode.language.sources import a_reward
from livecode.language.things import Setting, Thing
from livecode.language.units import is_number
from livecode.language.values import Value, as_value


class Toward:
    """What a stream is steered towards: `r7.toward = 0.4 * shimmer`, or `r7.toward(shimmer, 0.4)`."""

    def __init__(self, thing: Thing, value: Value | None):
        self._thing, self.value = thing, value

    def __call__(self, reward: Any, amount: Any = 1.0) -> None:
        """Steer towards a reward by so much: 1 is far, 0 not at all, below 0 away from it."""
        plain = is_number(amount) and amount == 1.0
        self._thing.toward = (
            reward if reward is None or plain else as_value(amount) * as_value(reward)
        )

    def __bool__(self) -> bool:
        return self.value is not None

    def __repr__(self) -> str:
        return repr(self.value)


class TowardSetting(Setting):
    """A setting that takes a reward, or None for none."""

    def __init__(self, doc: str):
        super().__init__(None, _a_reward, doc)

    def __get__(self, thing: Thing | None, owner: type) -> Any:
        found = super().__get__(thing, owner)
        return found if thing is None else Toward(thing, found)


def _a_reward(thing: Thing, value: Any) -> Value | None:
    return a_reward(thing, value.value if isinstance(value, Toward) else value)
