"""What a performance says of itself: a list of what sounds, and its status for the board and the journal."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from livecode.language.agents import Agent
from livecode.language.streams import Stream
from livecode.language.values import Value
from livecode.transport.status import AgentStatus, BeliefStatus, GoingOn, SoundStatus, Status
from livecode.transport.timing import voice_lead

if TYPE_CHECKING:
    from livecode.performance.performance import Performance

#: Below this a name is shown as silent: −80 dBFS.
SILENT = 1e-4


@dataclass(frozen=True)
class Running:
    """One thing that sounds."""

    name: str
    kind: str
    peak: float  # 0 to 1
    place: str  # the block and line that it is from
    muted: bool
    latency_s: float | None = None  # from a change of a stream to the sound of it

    def __repr__(self) -> str:
        level = "   silent" if self.peak < SILENT else f"{20 * math.log10(self.peak):+6.1f} dB"
        muted = "  muted" if self.muted else ""
        late = "" if self.latency_s is None else f"  {1000 * self.latency_s:.0f} ms"
        return f"{self.name:<12}{self.kind:<8}{level}  {self.place}{late}{muted}"


def running(performance: "Performance") -> list[Running]:
    """What sounds: name, kind, level, and where it was defined."""
    peaks = msgspec.json.decode(performance.arena.meters.look() or b"{}")
    latency_s = voice_lead(performance.block) / performance.sample_rate
    return [
        Running(
            str(thing),
            thing.kind,
            float(peaks.get(str(thing), 0.0)),
            performance.namespace.places.get(str(thing), ""),
            bool(thing.player is not None and thing.player.muted),
            latency_s if isinstance(thing, Stream) else None,
        )
        for thing in performance.sounds
        if performance.generations.current(str(thing)) is not None
    ]


def status(performance: "Performance") -> Status:
    """What the terminal shows, and what a mind that has to take over needs."""
    rings, frame = performance.intake.rings, performance.frame
    return Status(
        frame=frame,
        evaluating=performance.evaluating,
        beat=performance.signals["beat"],
        tempo=performance.tempo.bpm,
        scene=performance.scenes.status(frame),
        agents={
            str(thing): agent_status(thing)
            for thing in performance.sounds
            if isinstance(thing, Agent) and thing.player is not None
        },
        sounding={
            str(thing): SoundStatus(thing.kind, thing.player.muted)
            for thing in performance.sounds
            if thing.player is not None and performance.generations.current(str(thing)) is not None
        },
        values=dict(varying(performance)),
        rings=rings.summary(),
        twist=round(float(rings.twist), 3),
        refused=sum(performance.intake.refused.values()),
        playing=performance.generations.table(),
    )


def going_on(performance: "Performance") -> GoingOn:
    """What a mind needs, beside the blocks, to go on after everything has ended."""
    scene = performance.scenes.status(performance.frame)
    return GoingOn(
        tempo=performance.tempo.bpm,
        scene=None if scene is None else msgspec.structs.replace(scene, scenes=(), first=0),
        sounding=tuple(
            str(thing)
            for thing in performance.sounds
            if performance.generations.current(str(thing)) is not None
        ),
        places={
            str(thing): _rounded(thing.player.full_position, 4)
            for thing in performance.sounds
            if isinstance(thing, Agent) and thing.player is not None
        },
    )


def agent_status(agent: Agent) -> AgentStatus:
    """Where an agent is and why."""
    player = agent.player
    beliefs = player.beliefs
    up_and_down = beliefs.novelty_bonus
    return AgentStatus(
        position=_rounded(player.position),
        action=_rounded(player.moved, 2),
        reward=round(player.reward, 3),
        terms={name: round(number, 3) for name, number in player.terms.items()},
        novelty=round(float(min(up_and_down.mean(), 1.0)), 3),
        beliefs=BeliefStatus(_rounded(beliefs.predicted_reward, 2), _rounded(up_and_down, 2)),
        space=agent.space.model,
        paused=player.learner.paused,
    )


def _rounded(numbers: np.ndarray, digits: int = 3) -> tuple[float, ...]:
    return tuple(round(float(number), digits) for number in numbers)


def varying(performance: "Performance") -> Iterator[tuple[str, float]]:
    """(name and setting, number now) of all that a curve, a signal or a function moves."""
    for thing in performance.sounds:
        for setting, varying in thing.player.varyings() if thing.player else ():
            now = varying.now
            if now is not None and isinstance(getattr(thing, setting), Value):
                yield f"{thing}.{setting}", round(now, 3)
