"""What plays each kind of sounding thing: its varying settings as controls, and an agent's walk."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from livecode.agents.coexplorer import CoExplorer, CoExplorerSettings
from livecode.agents.explorer import Explorer, ExplorerSettings
from livecode.agents.protocol import Agent as Explores
from livecode.language.dsp import Dsp
from livecode.language.sounding import EXPLORER, Agent
from livecode.language.sources import Sounding
from livecode.language.streams import Mic, Sample, Stream
from livecode.language.values import Moment, Value
from livecode.messages import (
    TEST_MODEL,
    FileSource,
    GraphSource,
    LatentSource,
    Source,
    StreamSource,
)
from livecode.mind.functions import NoVersion
from livecode.mind.varying import Varying
from livecode.transport import ControlBlock

#: How long a name takes, at most, to be as loud as the thing that has taken it over.
LEVEL_BLEND_S = 0.05


@dataclass(frozen=True)
class Clockwork:
    """What every player is given: where its controls go, and how far ahead they are stamped."""

    controls: ControlBlock
    sample_rate: int
    engine_lead: int  # frames
    voice_lead: int  # frames
    say: Callable[[str], None]


class Control:
    """One varying setting, written to the control block when it changes."""

    #: A change smaller than this is none.
    LEAST = 1e-6

    def __init__(self, thing: Sounding, setting: str, clockwork: Clockwork, lead: int):
        bounds = getattr(getattr(type(thing), setting, None), "bounds", None)
        self.varying = Varying(thing, setting, bounds, clockwork.say)
        self._block, self._lead = clockwork.controls, lead
        self._slot = clockwork.controls.open(f"{thing.name}.{setting}")
        last = clockwork.controls.last(self._slot)
        self._written = None if last is None else float(last[0])

    def blend(self, t: float, fade_s: float) -> None:
        """Go to what it is now from what was written last, by whomever."""
        if self._written is not None:
            self.varying.blend(self._written, t, fade_s)

    @property
    def rises(self) -> bool:
        """Whether it is above what was written last."""
        return self._written is not None and (self.varying.now or 0.0) > self._written

    def tick(self, frame: int, moment: Moment, gain: float = 1.0, waiting: bool = False) -> None:
        """Sample the setting, and write it if it has changed, unless it waits."""
        number = self.varying.sample(moment) * gain
        if waiting:
            return
        if self._written is None or abs(number - self._written) > self.LEAST:
            self._written = number
            self._block.write(self._slot, frame + self._lead, number)


class SoundPlayer:
    """Plays a sounding thing: level, pan and dry for the engine, more in the kinds below."""

    #: Settings that the engine, and settings that a voice, reads as controls.
    FOR_ENGINE: tuple[str, ...] = ("level", "pan", "dry")
    FOR_VOICE: tuple[str, ...] = ()

    def __init__(self, thing: Sounding, clockwork: Clockwork, seed: int):
        self.thing, self.clockwork, self.seed = thing, clockwork, seed
        self.muted = False
        self.waiting = False  # another thing still sounds under its name, at that one's level
        self.controls = {
            setting: Control(thing, setting, clockwork, lead)
            for settings, lead in (
                (self.FOR_ENGINE, clockwork.engine_lead),
                (self.FOR_VOICE, clockwork.voice_lead),
            )
            for setting in settings
        }

    @property
    def source(self) -> Source:
        """What it sounds from, as the description says now."""
        raise NotImplementedError

    def follow(self, t: float, fade_s: float) -> None:
        """Take over what the description says now, at time `t`."""
        for control in self.controls.values():
            control.varying.follow(t, fade_s)

    def state(self) -> dict[str, Any] | None:
        """What it has learned, for `load_state`; None if it learns nothing."""
        return None

    def load_state(self, state: dict[str, Any]) -> None:
        """Be as it was when `state` was taken."""

    def begin(self, frame: int) -> None:
        """Its source starts, to be heard from sample time `frame` on."""

    def begun(self, t: float, fade_s: float) -> None:
        """Its source is being heard, while another thing fades out under the same name.

        Both are as loud as the name: so that neither is too loud, that falls soon and rises late.
        """
        if not self.waiting:
            return
        self.waiting = False
        for setting in self.FOR_ENGINE:
            self.controls[setting].blend(t, fade_s)
        level = self.controls["level"]
        level.blend(t + fade_s if level.rises else t, min(fade_s, LEVEL_BLEND_S))

    def tick(self, frame: int, moment: Moment) -> None:
        """Advance to sample time `frame`."""
        for setting, control in self.controls.items():
            gain = 0.0 if self.muted and setting == "level" else 1.0
            control.tick(frame, moment, gain, self.waiting and setting in self.FOR_ENGINE)


class AgentPlayer(SoundPlayer):
    """Steps an agent's explorer, and says where it is."""

    thing: Agent

    def __init__(self, thing: Agent, clockwork: Clockwork, seed: int):
        super().__init__(thing, clockwork, seed)
        self._mind = thing.mind
        self.explorer = new_explorer(thing.mind, thing.dims, seed)
        self._rest = np.full(thing.space.latent, 0.5)
        self._next_frame: float | None = None
        self._own = {
            setting: Varying(thing, setting, getattr(type(thing), setting).bounds, clockwork.say)
            for setting in ("every", "step", "reward")
        }
        self.reward = 0.0
        self._slot = clockwork.controls.open(f"{thing.name}.position")
        if (left_off := clockwork.controls.last(self._slot)) is not None:
            self.place(left_off[: thing.space.latent])  # where a former mind, or name, was

    @property
    def source(self) -> Source:
        """Its space, as a voice plays it."""
        return LatentSource(self.thing.space.model, self.seed)

    @property
    def position(self) -> np.ndarray:
        """Where it is, (dims,) in [0, 1]."""
        return self.explorer.position

    @property
    def full_position(self) -> np.ndarray:
        """Where it is in the whole space, closed dimensions included, (latent,)."""
        full = self._rest.copy()
        position = self.explorer.position
        full[: len(position)] = position
        return full

    def place(self, full_position: np.ndarray) -> None:
        """Stand there (latent,) without having walked."""
        self._rest = full_position.copy()
        self.explorer.place(full_position[: self.explorer.dims])

    def follow(self, t: float, fade_s: float) -> None:
        super().follow(t, fade_s)
        for varying in self._own.values():
            varying.follow(t, fade_s)
        thing = self.thing
        if len(self._rest) != thing.space.latent:
            rest = np.full(thing.space.latent, 0.5)
            shared = min(len(rest), len(self._rest))
            rest[:shared] = self.full_position[:shared]
            self._rest = rest
        if self._mind != thing.mind:
            place, self._mind = self.full_position, thing.mind
            self.explorer = new_explorer(thing.mind, self.explorer.dims, self.seed)
            self.place(place)
        if self.explorer.dims != thing.dims:
            self._rest = self.full_position
            self.explorer.dims = thing.dims
            self.place(self._rest)
            self._write(self.clockwork.voice_lead + round(t * self.clockwork.sample_rate))

    def begin(self, frame: int) -> None:
        self._write(frame)

    def tick(self, frame: int, moment: Moment) -> None:
        super().tick(frame, moment)
        if self._next_frame is None:
            self._next_frame = float(frame)
        if frame < self._next_frame:
            return
        period = self._own["every"].sample(moment) * self.clockwork.sample_rate
        self._next_frame = max(self._next_frame + period, frame - period)
        self.reward = self._own["reward"].sample(_lenient(moment))
        self.explorer.step = self._own["step"].sample(moment)
        self.explorer.feedback(float(np.clip(self.reward, -1.0, 1.0)), moment.t)
        self.explorer.act(moment.t)
        self._write(frame + self.clockwork.voice_lead)

    def state(self) -> dict[str, Any]:
        """What it has learned, and where it is."""
        learned = self.explorer.state()
        return {"mind": self._mind, "explorer": learned, "rest": self._rest.copy()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Be as it was when `state` was taken."""
        self._rest = state["rest"].copy()
        self._mind = state["mind"]
        dims = int(state["explorer"]["dims"])
        self.explorer = new_explorer(self._mind, dims, self.seed)
        self.explorer.load_state(state["explorer"])
        self._write(round(self._next_frame or 0) + self.clockwork.voice_lead)

    def _write(self, frame: int) -> None:
        self.clockwork.controls.write(self._slot, frame, self.full_position)


class DspPlayer(SoundPlayer):
    """Plays a @dsp's keywords as controls, beside what every sounding thing has."""

    thing: Dsp

    @property
    def source(self) -> Source:
        """Its function, as the engine builds it."""
        settings = self.thing.settings
        return GraphSource(
            settings["source"],
            settings["function"],
            settings["first_line"],
            settings["inputs"],
            settings["defaults"],
        )

    def follow(self, t: float, fade_s: float) -> None:
        for key in self.thing.controls:
            if key not in self.controls:
                lead = self.clockwork.engine_lead
                self.controls[key] = Control(self.thing, key, self.clockwork, lead)
        for key in [*self.controls]:
            if key not in self.thing.controls and key not in self.FOR_ENGINE:
                del self.controls[key]
        super().follow(t, fade_s)


class StreamPlayer(SoundPlayer):
    """Plays a stream, with its temperature."""

    thing: Stream
    FOR_VOICE = ("temperature", "frozen", "guard", "priority")

    _since = 0  # the moment that it was taken back to
    _frame = 0

    @property
    def source(self) -> Source:
        """Its model, and what it begins from."""
        settings = self.thing.settings
        return StreamSource(
            self.thing.model,
            self.seed,
            settings.get("prime", ""),
            settings.get("take", 0),
            self._since,
        )

    def tick(self, frame: int, moment: Moment) -> None:
        super().tick(frame, moment)
        self._frame = frame

    def state(self) -> dict[str, Any]:
        """When it is: the voice knows where it was at any time."""
        return {"frame": self._frame}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go back to that moment; a test stream, which has no memory, just goes on."""
        if self.thing.model != TEST_MODEL:
            self._since = state["frame"]


class SamplePlayer(SoundPlayer):
    """Plays a sound file, with its speed."""

    thing: Sample
    FOR_VOICE = ("speed",)

    @property
    def source(self) -> Source:
        """The file."""
        return FileSource(self.thing.path)


class MicPlayer(SoundPlayer):
    """Plays the device's input, which is in the engine's reach only."""

    @property
    def source(self) -> Source:
        """A graph that is nothing but the input."""
        return GraphSource("def mic():\n    return Input([0, 1])", "mic", 1, (), {})


def new_explorer(mind: str, dims: int, seed: int) -> Explores:
    """An explorer that knows nothing yet."""
    rng = np.random.default_rng(seed)
    if mind == EXPLORER:
        return Explorer(ExplorerSettings(dims=dims), rng)
    return CoExplorer(CoExplorerSettings(dims=dims), rng)


def _lenient(moment: Moment) -> Moment:
    """The same moment, where a function that has no working version counts as 0: in a sum of
    rewards the others go on."""

    def call(value: Value) -> float:
        try:
            return moment.call(value)
        except NoVersion:
            return 0.0

    return replace(moment, call=call)


def player_for(thing: Sounding, clockwork: Clockwork, seed: int) -> SoundPlayer:
    """The player of that kind of thing."""
    for kind, player in _PLAYERS.items():
        if isinstance(thing, kind):
            return player(thing, clockwork, seed)
    raise NotImplementedError(type(thing).__name__)


_PLAYERS: dict[type[Sounding], type[SoundPlayer]] = {
    Agent: AgentPlayer,
    Dsp: DspPlayer,
    Stream: StreamPlayer,
    Sample: SamplePlayer,
    Mic: MicPlayer,
}
