"""The reward of an agent as it is heard: sampled term by term, and given to its learner."""

import math
from collections.abc import Callable

import numpy as np

from livecode.agents.protocol import Learner
from livecode.language.agents import Agent
from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.playing.automation import Automation
from livecode.playing.function_player import NoVersion
from livecode.playing.reward_terms import Term, terms_of

#: A reward further from 0 than this was never scaled to ±1.
HUGE = 10.0


class HeardReward:
    """Samples the reward of an agent, and teaches a learner by it."""

    def __init__(self, thing: Agent, automation: Automation, say: Callable[[str, str], None]):
        """`automation` is that of the setting `reward`; `say(name, sentence)` tells what is wrong with it."""
        self._thing, self._automation, self._say = thing, automation, say
        self.number = 0.0  # as sampled last
        self.terms: dict[str, float] = {}  # the number of each summand
        self._terms: list[Term] = []
        self._described: Value | None = None  # the reward that the terms are from
        self._was_huge = False
        self._heard: list[
            tuple[float, float | None]
        ] = []  # of the way and of the place, since `listen`

    def follow(self) -> None:
        """Follow the reward that the agent's settings describe."""
        if self._thing.reward is not self._described:
            self._described, self._was_huge = self._thing.reward, False
            self._terms = terms_of(self._described)
            for term in self._terms:
                term.judge()

    def teach(self, learner: Learner, moment: Moment) -> None:
        """Sample the reward and give it to a learner: praise of its way, and how good its place is."""
        _give(learner, *self._sample(moment), moment.t)

    def listen(self, moment: Moment) -> None:
        """Sample the reward of a place that is heard for some time."""
        self._heard.append(self._sample(moment))

    def sum_up(self, learner: Learner, time_s: float) -> None:
        """Give a learner the mean of what was heard since the last time."""
        heard, self._heard = self._heard, []
        if not heard:
            return
        places = [of_place for _, of_place in heard if of_place is not None]
        of_way = float(np.mean([of_way for of_way, _ in heard]))
        _give(learner, of_way, float(np.mean(places)) if places else None, time_s)

    def _sample(self, moment: Moment) -> tuple[float, float | None]:
        """Return the reward of the way, and that of the place; None if there is none."""
        moment = _lenient(moment)
        self.number = self._automation.sample(moment)
        self.terms = {}
        of_way = of_place = 0.0
        placed = False
        for term in self._terms:
            try:
                number = term.sign * term.value.sample(moment)
            except Exception:  # the reward as a whole has fallen back and has been logged
                continue
            number = number if math.isfinite(number) else 0.0
            self.terms[term.name] = self.terms.get(term.name, 0.0) + number
            if term.of_place:
                of_place, placed = of_place + number, True
            else:
                of_way += number
        if not placed:
            of_way = self.number  # blended with the former reward
        if abs(of_way) > HUGE and not self._was_huge:
            self._was_huge = True
            self._say(
                f"{self._thing}.reward",
                f"it is {of_way:.3g}; beyond −1 to 1 it is no stronger: scale it",
            )
        return float(np.clip(of_way, -1.0, 1.0)), of_place if placed else None


def _give(learner: Learner, of_way: float, of_place: float | None, time_s: float) -> None:
    learner.feedback(of_way, time_s)
    if of_place is not None:
        learner.sense(of_place, time_s)


def _lenient(moment: Moment) -> Moment:
    """Return the moment with each function called once, and 0 for a function that has failed.

    So the other terms of a sum of rewards go on.
    """
    heard: dict[Value, float] = {}

    def call(value: Value) -> float:
        if value not in heard:
            try:
                heard[value] = moment.call(value)
            except NoVersion:
                heard[value] = 0.0
        return heard[value]

    return moment._replace(call=call)
