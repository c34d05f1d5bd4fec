"""Plays agents: times their steps, opens their axes, and follows instructions."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from livecode.agents import library
from livecode.agents.protocol import Beliefs, Learner
from livecode.errors import LivecodeError
from livecode.language.agents import Agent
from livecode.language.instructions import Instruction
from livecode.language.moments import Moment
from livecode.language.offsets import OffsetSpace
from livecode.language.rhythms import RhythmSpace
from livecode.language.sources import Sounding
from livecode.language.things import PlayerState
from livecode.language.units import PLAIN_BPM
from livecode.language.values import Value
from livecode.playing.automation import Automation
from livecode.playing.groove_walk import GrooveWalk, paces
from livecode.playing.heard_reward import HeardReward
from livecode.playing.learners import AgentState, misfits, new_learner, ordered, settle_in
from livecode.playing.quant import NextMultiple, beats_now
from livecode.playing.sound_player import PlayerSetup, SoundPlayer
from livecode.playing.struck import Struck, paced
from livecode.transport.messages import HitsSource, LatentSource, Source
from livecode.transport.onsets import ONSETS

#: `undo` keeps this many moves of an agent's path before its place, and as many after it.
UNDO_REACH = 1024
VARYING = ("dims", "every", "step", "curiosity", "patience", "rest", "strike", "reward")


class AgentPlayer(SoundPlayer):
    """Steps an agent's learner, and writes the agent's place to the control block."""

    thing: Agent
    FOR_VOICE = ("texture", "width")

    def __init__(self, thing: Agent, setup: PlayerSetup, seed: int):
        super().__init__(thing, setup, seed)
        self._walk: GrooveWalk | None = None  # how it goes where the space is one of rhythms
        self._described: dict[str, Any] = {}  # the settings of the thing that `follow` saw last
        self._cut = False  # whether it was put elsewhere, where nobody has heard it yet
        # What `follow` saw last; the thing may say otherwise before its block has succeeded.
        self._kind, self._space = thing.learner, thing.space
        self._every, self._dims = paced(thing), thing.dims
        # as `follow` saw them last
        self.texture: float | Value | None = None
        self.width: float | Value | None = None
        self._followed: tuple[Instruction, ...] = ()  # instructions that have been followed
        self._told_spelling = False
        self._own = {
            setting: Automation(thing, setting, getattr(type(thing), setting).bounds, setup.say)
            for setting in VARYING
        }
        axes = thing.indices()[: thing.space.latent]
        self.learner = new_learner(thing.learner, len(axes), seed)
        self._order = ordered(axes, thing.space.latent)  # all axes, the open ones first
        self._rest = np.full(thing.space.latent, 0.5)
        self._stepped: float | None = None  # sample time of the last step, not rounded
        self._multiple, self._struck = NextMultiple(setup.tempo), Struck()
        self._heard_at = 0  # the sample time at which the step of this tick is heard
        self._t, self._tempo = 0.0, PLAIN_BPM  # time and tempo of the last tick
        self._heard = HeardReward(thing, self._own["reward"], setup.say)
        self._slot = setup.controls.open(f"{thing.name}.position")
        if (left_off := setup.controls.last(self._slot)) is not None:  # by a former mind, or thing
            self.place(left_off[: thing.space.latent])
            self._struck.go_on(left_off, thing.space.latent)

    @property
    def ticking(self) -> bool:
        """Whether the caller is a function that plays, rather than a block."""
        return self.setup.ticking.now

    @property
    def source(self) -> Source:
        """The agent's space, as a voice plays it. Among rhythms nothing begins in it."""
        space = self.thing.space
        played = LatentSource(space.model, self.seed, space.version)
        return HitsSource() if isinstance(space, (RhythmSpace, OffsetSpace)) else played

    @property
    def position(self) -> np.ndarray:
        """The agent's place along its open axes, (dims,) in [0, 1]."""
        with self.setup.reading():
            return self.learner.position

    @property
    def reward(self) -> float:
        """The reward at the last step."""
        return self._heard.number

    @property
    def terms(self) -> dict[str, float]:
        """The number of each summand of the reward at the last step, by name."""
        return self._heard.terms

    @property
    def open_axes(self) -> list[int]:
        """The axes of the space that the agent moves along now, counted from 0."""
        return [int(axis) for axis in self._order[: self.learner.dims]]

    @property
    def beliefs(self) -> Beliefs:
        """What the agent expects of each move from its place, along axes by name."""
        names = self.thing.space.axes
        named = (
            names[axis] if axis < len(names) else f"axis {axis + 1}" for axis in self.open_axes
        )
        with self.setup.reading():
            return replace(self.learner.beliefs, names=tuple(named))

    @property
    def moved(self) -> np.ndarray:
        """The agent's last move in steps along each axis, (dims,)."""
        return self.learner.moved / self.learner.step

    def walked(self, latent: int) -> np.ndarray:
        """Return the agent's path in a space of `latent` dimensions, (places, latent), in order of time."""
        path = self.learner.path
        steps = path.places[: path.cursor + 1]
        full = np.full((len(steps), latent), 0.5)
        full[:, : len(self._rest)] = self._rest[:latent]
        full[:, self._order[: steps.shape[1]]] = steps
        return full

    @property
    def full_position(self) -> np.ndarray:
        """The agent's place along all axes of its space, closed ones included, (latent,)."""
        full = self._rest.copy()
        position = self.learner.position
        full[self._order[: len(position)]] = position
        return full

    def place(self, full_position: np.ndarray) -> None:
        """Put the agent at a place (latent,) without a walk."""
        self._rest = full_position.copy()
        self.learner.place(full_position[self._order[: self.learner.dims]])

    def automations(self) -> Iterator[tuple[str, Automation]]:
        """Yield the name and the automation of each setting but the reward."""
        yield from super().automations()
        yield from ((name, each) for name, each in self._own.items() if name != "reward")

    def follow(self, frame: int, fade_s: float) -> None:
        super().follow(frame, fade_s)
        t = frame / self.setup.sample_rate
        for setting, automation in self._own.items():
            automation.follow(frame, 0.0 if setting == "dims" else fade_s)
        thing = self.thing
        if thing.textured and self._space.lives and not thing.space.lives:
            self.setup.note(str(thing), f"{thing.space.model} has no texture, so it is still")
        self.texture, self.width, self._space = thing.texture, thing.width, thing.space
        self._struck.follow(thing)
        self._described = dict(thing.settings)
        self._follow_walk()
        self._every, self._dims = paced(thing), thing.dims
        if not self._told_spelling and (spelled := thing.settings.get("spelled")) is not None:
            self._told_spelling = True
            self.setup.note(
                f"{thing}.{spelled}",
                f"the name is {thing}.learner now; the next release forgets {spelled!r}",
            )
        asked = thing.settings.get("asked", ())
        # an instruction that is gone was undone
        self._followed = tuple(ask for ask in self._followed if ask in asked)
        new = [ask for ask in asked if ask not in self._followed]
        while new and new[0].what == "save":  # saves the agent before anything else changes
            self._take_once(new.pop(0), t)
        if len(self._rest) != thing.space.latent:
            self._fit_space()
        if self._kind != thing.learner:
            place, self._kind = self.full_position, thing.learner
            self.learner = self._new_learner(self.learner.dims)
            self.place(place)
        if not isinstance(thing.dims, Value):
            self._open(thing.indices())
        self._heard.follow()
        for ask in new:
            self._take_once(ask, t)
        if asked or not isinstance(thing.dims, Value):
            self._write(self.setup.voice_lead + round(t * self.setup.sample_rate))

    def _follow_walk(self) -> None:
        """Go as the space asks: among rhythms a step for each line, which another name is heard in."""
        space, before = self._space, self._walk
        if isinstance(space, (RhythmSpace, OffsetSpace)):
            self.setup.controls.open(f"{self.thing.name}.{ONSETS}")  # in which nothing begins
        if not isinstance(space, RhythmSpace):
            self._walk = None
        elif before is None or before.space is not space:
            self._walk = GrooveWalk(space, self.setup, before)
            if before is None and self.setup.taking_over():
                self._walk.go_on(self.full_position, self._holds)
        if (self._walk is None) != (before is None):
            settle_in(self.learner, among_rhythms=self._walk is not None)

    def begin(self, frame: int) -> None:
        self._write(frame)

    def _holds(self, of: Sounding) -> bool:
        """Whether the rhythm, or the latents, of that name are still to be where the agent is."""
        space = self._space
        heard = self.thing.player is self and not self.muted and self.setup.plays(str(self.thing))
        return heard and isinstance(space, (RhythmSpace, OffsetSpace)) and space.of is of

    def _time(self, t: float) -> float:
        """Return the learner's time at a time in seconds."""
        return t if self._walk is None else self._walk.time_s(t * self.setup.sample_rate)

    def _take_once(self, ask: Instruction, t: float) -> None:
        self.take(ask, t)  # if this raises, the instruction may be tried again
        self._followed = (*self._followed, ask)

    def take(self, ask: Instruction, t: float | None = None) -> None:
        """Follow an instruction."""
        learner, argument = self.learner, ask.argument
        now = self._time(self._t if t is None else t)
        self._cut |= ask.what in ("back", "forward", "jump")
        match ask.what:
            case "like" | "dislike":
                learner.tap(argument if ask.what == "like" else -argument, now)
            case "like_here" | "dislike_here":
                learner.zone(argument if ask.what == "like_here" else -argument)
            case "surprise":
                length_s, every_s = argument.at(self._tempo), self._own["every"].now or 0.05
                learner.explore(math.ceil(length_s / every_s))
            case "back" | "forward":
                sign = 1 if ask.what == "back" else -1
                learner.go_back(sign * self._time(argument.at(self._tempo)))
            case "stay":
                learner.stay(argument)
            case "save":
                self._save(argument)
            case "load":
                self._load(library.read(argument) if isinstance(argument, str) else argument, now)
            case _:  # jump, pause, resume, forget
                getattr(learner, ask.what)()

    def tick(self, frame: int, moment: Moment) -> None:
        self._t, self._tempo = moment.t, moment.signals["tempo"]
        super().tick(frame, moment)
        if self._walk is not None and self._walk.reads(frame):
            self._heard.listen(moment)
        if self._due(frame, moment):
            self._step(frame, moment)

    def _due(self, frame: int, moment: Moment) -> bool:
        """Tell whether the agent makes a step in this tick."""
        if self._walk is not None:
            due = self._walk.due(frame, self._every)
            self._heard_at, self._stepped = self._walk.line, float(frame)
            return due
        period = self._own["every"].sample(moment) * self.setup.sample_rate
        length = beats_now(self._every, moment)
        self._heard_at = soonest = frame + self.setup.voice_lead
        if length is not None:
            self._stepped, nudge = float(frame), self.groove.nudge
            self._heard_at = nudge + self._multiple.at(length, soonest - nudge)
            return self._heard_at < soonest + self.setup.tick_frames
        if self._stepped is None:
            self._stepped = frame - period
        if frame < self._stepped + period:
            return False
        self._stepped = max(self._stepped + period, frame - period)
        return True

    def _step(self, frame: int, moment: Moment) -> None:
        """Let the learner learn, and make one move."""
        learner, own = self.learner, self._own
        if isinstance(self._dims, Value):
            self._open(tuple(range(max(round(own["dims"].sample(moment)), 1))))
        now = (own[name].sample(moment) for name in ("step", "curiosity", "patience", "rest"))
        step, learner.curiosity, learner.patience_s, learner.rest = now
        learner.step = self._struck.length(step)
        if self._walk is None:
            strike = own["strike"].sample(moment)
            learner.strides = strike > 0 or self._space.hits
            self._heard.teach(learner, moment)
            learner.act(moment.t)
            self._struck.step(strike, learner.moved, self._heard_at)
        else:
            self._step_to_the_line(self._walk, frame, moment)
        self._write(self._heard_at)

    def _step_to_the_line(self, walk: GrooveWalk, frame: int, moment: Moment) -> None:
        """Learn from what was heard since the last line, and let the next rhythm be heard from this one."""
        learner, now_s = self.learner, walk.time_s(frame)
        bar_s = 60 / self._tempo * float(self.setup.tempo.beats_per_bar_at(frame))
        learner.step, learner.patience_s = paces(
            self._described, learner.step, learner.patience_s / bar_s
        )
        self._heard.sum_up(learner, now_s)
        if not self._cut:
            learner.act(now_s)
        self._cut = False
        if self._holds(walk.space.of):
            walk.be_heard(self.full_position, self._holds)

    def _open(self, axes: tuple[int, ...]) -> None:
        """Open these axes, as far as the space has them; a note tells what the learner loses by that."""
        latent = self._space.latent
        axes = tuple(axis for axis in axes if axis < latent)
        order, dims = ordered(axes, latent), len(axes)
        before = self._order[: self.learner.dims]
        if dims == len(before) and (order == self._order).all():
            return
        place, shared = self.full_position, 0
        while shared < min(dims, len(before)) and before[shared] == order[shared]:
            shared += 1
        lost = ""
        if shared == 0:  # the learner knows none of them
            self.learner = self._new_learner(dims)
            lost = "these are other axes, of which it knows nothing yet"
        elif shared < len(before):
            self.learner.dims = shared
            lost = self.learner.dropped
        self.learner.dims = dims
        self._order = order
        if lost and not isinstance(self._dims, Value):
            self.setup.note(str(self.thing), lost)
        self.place(place)

    def _fit_space(self) -> None:
        """Fit the agent into another space: it keeps its place along the axes that both spaces have."""
        latent = self.thing.space.latent
        place = self.full_position
        axes = tuple(int(axis) for axis in self._order[: self.learner.dims] if axis < latent)
        if len(axes) < self.learner.dims:
            self.learner.dims = max(len(axes), 1)
            if self.learner.dropped:
                self.setup.note(str(self.thing), self.learner.dropped)
        self._order = ordered(axes or (0,), latent)
        self._rest = np.full(latent, 0.5)
        self._rest[: len(place)] = place[:latent]
        self.place(self._rest)

    def _save(self, name: str) -> None:
        if self.setup.replaying():
            return  # the agent was saved when this was first evaluated
        state = self.learner.state()
        library.write(library.SavedAgent(name, self._kind, self.thing.space.model, state))

    def has_taken(self, ask: Instruction) -> bool:
        """Tell whether that instruction has been followed."""
        return ask in self._followed

    def know(self, saved: library.SavedAgent, t: float) -> Learner:
        """Replace the learner by a saved one, fitted to the axes that are open.

        The agent keeps its place, and stays paused if it is. Returns the new learner, whose
        `dropped` says what of the saved one did not fit.
        """
        dims, place, paused = self.learner.dims, self.full_position, self.learner.paused
        learner = self._new_learner(int(saved.state["dims"]))
        learner.load_state(saved.state)
        learner.dims = dims
        learner.wake(place[self._order[:dims]], self._time(t))
        learner.paused = paused
        self.learner = learner
        return learner

    def _load(self, saved: library.SavedAgent, t: float) -> None:
        """Load a saved agent; a note tells what of it does not fit."""
        if saved.learner != self._kind:
            raise LivecodeError(
                f"{saved.name!r} is an agent with another learner, {saved.learner!r}"
            )
        dims = self.learner.dims
        learner = self.know(saved, t)
        if said := misfits(saved, dims, self.thing.space.model, learner.dropped):
            self.setup.note(str(self.thing), f"loaded {saved.name!r}: {'; '.join(said)}")

    def state(self) -> AgentState:
        """Return what the agent has learned, and where it is."""
        learned = self.learner.state(reach=UNDO_REACH)
        return AgentState(self._kind, learned, self._rest.copy(), self._order.copy())

    def load_state(self, state: PlayerState, frame: int) -> None:
        """Go back to a state of this player, which is heard from a voice's lead after `frame` on."""
        assert isinstance(state, AgentState)
        self._rest, self._order = state.rest.copy(), state.order.copy()
        self._kind = state.kind
        self.learner = self._new_learner(int(state.learned["dims"]))
        self.learner.load_state(state.learned)
        self._write(frame + self.setup.voice_lead)

    def _new_learner(self, dims: int) -> Learner:
        return new_learner(self._kind, dims, self.seed, among_rhythms=self._walk is not None)

    def _write(self, frame: int) -> None:
        beside = self._struck.beside(self._space, self.full_position)
        self.setup.controls.write(self._slot, frame, beside)
        if isinstance(space := self._space, OffsetSpace) and (player := space.of.player):
            moves, of = space.offsets(self.full_position), space.of
            player.walk(str(self.thing), moves, lambda: self._holds(of))
