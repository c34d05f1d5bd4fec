"""Describes a performance: for `running()`, for the board, and for the journal."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from numpy.typing import NDArray

from livecode.evaluation.namespace import Namespace
from livecode.language.controlled import Controlled
from livecode.language.patterns.chain import patterns_of
from livecode.language.patterns.picture import COLUMNS, bar_row
from livecode.language.sources import Sounding
from livecode.language.values import Value
from livecode.performance.drawn_layers import DrawnLayers
from livecode.performance.judging import Judging
from livecode.performance.named_signals import NamedSignals
from livecode.performance.stage_word import StageWord
from livecode.performance.token_times import version_of
from livecode.playing.agent_player import AgentPlayer
from livecode.playing.clock import PerformanceClock
from livecode.playing.duets import Duets
from livecode.playing.players import StreamPlayer
from livecode.playing.sound_player import SoundPlayer
from livecode.playing.sounds import Sounds
from livecode.playing.transfer_player import TransferPlayer
from livecode.playing.turns import TurnTable
from livecode.sets.scenes import Scenes
from livecode.signals.intake import Intake
from livecode.signals.tempo import Tempo
from livecode.transport import Arena
from livecode.transport.status import AgentStatus, BeliefStatus, GoingOn, SoundStatus, Status
from livecode.transport.timing import stream_lead

#: A name with a lower peak is shown as silent: −80 dBFS.
SILENT = 1e-4


@dataclass(frozen=True)
class Running:
    """One row of `running()`: a thing that sounds."""

    name: str
    kind: str
    peak: float  # 0 to 1
    place: str  # block and line of its definition
    muted: bool
    #: Of a stream: from a change to its sound; of a transfer: from what goes through it to its sound.
    latency_s: float | None = None
    bar: str = ""  # the present bar of its pattern, drawn
    bars: tuple[str, ...] = ()  # those of other settings that go by patterns, each in a line
    cost: float | None = None  # of a @dsp: the share of the engine's time that it takes

    def __repr__(self) -> str:
        return self.drawn(bool(self.bar or self.bars))

    def drawn(self, bars: bool) -> str:
        """Return the row; `bars`: whether there is a column for bars."""
        level = "   silent" if self.peak < SILENT else f"{20 * math.log10(self.peak):+6.1f} dB"
        muted = "  muted" if self.muted else ""
        late = "" if self.latency_s is None else f"  {1000 * self.latency_s:.0f} ms"
        late += "" if self.cost is None else f"  {self.cost:.0%} of the engine"
        bar = f"{self.bar:<{COLUMNS + 2}} " if bars else ""
        row = f"{self.name:<12}{self.kind:<8}{bar}{level}  {self.place}{late}{muted}"
        return "\n".join([row, *self.bars])


class StatusBoard:
    """Describes what a performance is doing now."""

    def __init__(
        self,
        arena: Arena,
        clock: PerformanceClock,
        tempo: Tempo,
        intake: Intake,
        scenes: Scenes,
        sounds: Sounds,
        turns: TurnTable,
        namespace: Namespace,
        stage: StageWord,
        layers: DrawnLayers,
        named: NamedSignals,
        judging: Judging,
        duets: Duets,
    ):
        self._arena, self._clock, self._tempo, self._intake = arena, clock, tempo, intake
        self._scenes, self._sounds, self._turns = scenes, sounds, turns
        self._namespace, self._stage, self._layers = namespace, stage, layers
        self._named, self._judging, self._duets = named, judging, duets

    def running(self) -> list[Running]:
        """Return what sounds: name, kind, level, and where it was defined."""
        peaks = msgspec.json.decode(self._arena.meters.look() or b"{}")
        return [
            Running(
                name,
                thing.kind,
                float(peaks.get(name, 0.0)),
                self._namespace.places.get(name, ""),
                player.muted,
                self._latency_s(player),
                *bars_of(thing, self._tempo.bar_at(self._clock.frame)),
                self._sounds.generations.cost(name),
            )
            for name, thing, player in self._sounding()
        ]

    def _latency_s(self, player: SoundPlayer) -> float | None:
        if isinstance(player, TransferPlayer):
            return player.latency_s
        lead_s = stream_lead(self._clock.block) / self._clock.sample_rate
        return lead_s if isinstance(player, StreamPlayer) else None

    def turns(self) -> list[str]:
        """Return a row for each function of `@every`: its name, how often it runs, where it was defined."""
        places = self._namespace.places
        return [
            f"{name:<12}every   {length}  {places.get(name, '')}".rstrip()
            for name, length in self._turns.lengths.items()
        ]

    def status(self, evaluating: bool) -> Status:
        """Return what the terminal shows, and what a mind that takes over needs.

        evaluating: whether a block is running.
        """
        rings, frame, mix = self._intake.rings, self._clock.frame, self._sounds.mix
        return Status(
            frame=frame,
            evaluating=evaluating,
            beat=self._tempo.beat_at(frame),
            bar=self._tempo.bar_at(frame),
            beats_per_bar=float(self._tempo.beats_per_bar_at(frame)),
            tempo=self._tempo.bpm_at(frame),
            clock=self._tempo.state(frame),
            scene=self._scenes.status(frame),
            agents={name: agent_status(player) for name, player in self._agents()},
            sounding={
                name: SoundStatus(thing.kind, player.muted, name in mix.muted, name in mix.solo)
                for name, thing, player in self._sounding()
            },
            values=dict(self._varying()),
            pushed=dict(self._pushed()),
            learned={
                name: player.learned.known.what
                for name, _, player in self._playing()
                if isinstance(player, StreamPlayer) and player.learned.known is not None
            },
            drawn=self._layers.now,
            named=self._named.now,
            compared=self._judging.comparisons.shown,
            plotted=self._judging.plots.shown,
            duets=self._duets.shown,
            rings=rings.summary(),
            twist=round(float(rings.twist), 3),
            refused=sum(self._intake.refused.values()),
            playing=self._sounds.generations.table(),
            epochs=self._sounds.generations.epochs,
            generation=self._sounds.generations.newest,
            quarantined=self._sounds.generations.quarantined,
            patterns=version_of(self._sounds, self._tempo),
            failed_turns=self._turns.failed,
            fallen=self._sounds.fallen.marks,
            turns=tuple(self._turns.lengths),
            stage=self._stage.status,
        )

    def going_on(self) -> GoingOn:
        """Return what a mind needs beside the blocks to go on after everything has ended."""
        scene = self._scenes.status(self._clock.frame)
        return GoingOn(
            tempo=self._tempo.bpm,
            clock=self._tempo.state(self._clock.frame),
            scene=None if scene is None else msgspec.structs.replace(scene, scenes=(), first=0),
            sounding=tuple(name for name, _, _ in self._sounding()),
            quarantined=self._sounds.generations.quarantined,
            places={name: _rounded(player.full_position, 4) for name, player in self._agents()},
            failed_turns=self._turns.failed,
            fallen=self._sounds.fallen.marks,
        )

    def _playing(self) -> Iterator[tuple[str, Sounding, SoundPlayer]]:
        for thing in self._sounds:
            if isinstance(thing.player, SoundPlayer):
                yield str(thing), thing, thing.player

    def _sounding(self) -> Iterator[tuple[str, Sounding, SoundPlayer]]:
        for name, thing, player in self._playing():
            if self._sounds.generations.current(name) is not None:
                yield name, thing, player

    def _agents(self) -> Iterator[tuple[str, AgentPlayer]]:
        for name, _, player in self._playing():
            if isinstance(player, AgentPlayer):
                yield name, player

    def _pushed(self) -> Iterator[tuple[str, float]]:
        for name, _, player in self._playing():
            if isinstance(player, StreamPlayer) and player.tilt is not None:
                yield name, round(player.pushed, 1)

    def _varying(self) -> Iterator[tuple[str, float]]:
        """Yield (name and setting, number now) of each setting that a curve, signal or function moves."""
        for name, thing, player in self._playing():
            for setting, automation in player.automations():
                now = automation.now
                if now is not None and isinstance(getattr(thing, setting), Value):
                    yield f"{name}.{setting}", round(now, 3)


def bars_of(thing: Sounding, at: float) -> tuple[str, tuple[str, ...]]:
    """Return drawings of the bar `at`: of a thing's pattern, and lines with those of its other settings."""
    controls = thing.controls if isinstance(thing, Controlled) else {}
    own, others = "", []
    for setting, value in {**thing.settings, **controls}.items():
        for chain in patterns_of(value):
            drawn = f"|{bar_row(chain.cycles, at)}|"
            if setting == "pattern":
                own = drawn
            else:
                others.append(f"    {setting:<16}{drawn}  {chain}")
    return own, tuple(others)


def agent_status(player: AgentPlayer) -> AgentStatus:
    """Describe where an agent is, and why."""
    beliefs = player.beliefs
    up_and_down = beliefs.novelty_bonus
    return AgentStatus(
        position=_rounded(player.position),
        action=_rounded(player.moved, 2),
        reward=round(player.reward, 3),
        terms={name: round(number, 3) for name, number in player.terms.items()},
        novelty=round(float(min(up_and_down.mean(), 1.0)), 3),
        beliefs=BeliefStatus(_rounded(beliefs.predicted_reward, 2), _rounded(up_and_down, 2)),
        space=player.thing.space.model,
        paused=player.learner.paused,
    )


def _rounded(numbers: NDArray[Any], digits: int = 3) -> tuple[float, ...]:
    return tuple(round(float(number), digits) for number in numbers)
