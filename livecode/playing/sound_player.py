"""What all players of sounding things have in common: their settings as controls, and their gain."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from livecode.language.sources import Sounding
from livecode.language.things import PlayerState
from livecode.language.values import Moment
from livecode.playing.automation import Automation
from livecode.transport import ControlBlock
from livecode.transport.messages import Source

#: How long a name takes, at most, to be as loud as the thing that has taken it over.
LEVEL_BLEND_S = 0.05


class Ticking(threading.local):
    """Whether this thread is in the middle of a tick, and not in a block."""

    now = False


@dataclass(frozen=True)
class PlayerSetup:
    """What every player is given: where its controls go, and how far ahead they are stamped."""

    controls: ControlBlock
    sample_rate: int
    engine_lead: int  # frames
    voice_lead: int  # frames
    say: Callable[[str, str], None]  # (name, sentence): that it fell back
    note: Callable[[str, str], None] = lambda name, text: None  # worth knowing, and no failure
    replaying: Callable[[], bool] = lambda: False  # whether a former mind's blocks are run again
    ticking: Ticking = field(default_factory=Ticking)


class Control:
    """One varying setting, written to the control block when it changes."""

    #: A change smaller than this is none.
    LEAST = 1e-6

    def __init__(self, thing: Sounding, setting: str, setup: PlayerSetup, lead: int):
        bounds = getattr(getattr(type(thing), setting, None), "bounds", None)
        self.automation = Automation(thing, setting, bounds, setup.say)
        self._block, self._lead = setup.controls, lead
        self._slot = setup.controls.open(f"{thing.name}.{setting}")
        last = setup.controls.last(self._slot)
        self._written = None if last is None else float(last[0])
        self._rests, self._gain = False, 1.0  # whether what it is has been written; its last gain

    def blend(self, t: float, fade_s: float) -> None:
        """Go to what it is now from what was written last, by whomever."""
        if self._written is not None:
            self.automation.blend(self._written, t, fade_s)

    @property
    def rises(self) -> bool:
        """Whether it is above what was written last."""
        return self._written is not None and (self.automation.now or 0.0) > self._written

    def tick(self, frame: int, moment: Moment, gain: float = 1.0, waiting: bool = False) -> None:
        """Sample the setting, and write it if it has changed, unless it waits."""
        if self._rests and self.automation.still and gain == self._gain:
            return
        number = self.automation.sample(moment) * gain
        self._rests, self._gain = not waiting, gain
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

    def __init__(self, thing: Sounding, setup: PlayerSetup, seed: int):
        self.thing, self.setup, self.seed = thing, setup, seed
        self.muted = False
        self.waiting = False  # another thing still sounds under its name, at that one's level
        self.controls = {
            setting: Control(thing, setting, setup, lead)
            for settings, lead in (
                (self.FOR_ENGINE, setup.engine_lead),
                (self.FOR_VOICE, setup.voice_lead),
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
            control.automation.follow(t, fade_s)

    def automations(self) -> Iterator[tuple[str, Automation]]:
        """Its settings that vary, by name."""
        for setting, control in self.controls.items():
            yield setting, control.automation

    def state(self) -> PlayerState | None:
        """What it has learned, for `load_state`; None if it learns nothing."""
        return None

    def load_state(self, state: PlayerState) -> None:
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


def player_of(thing: Sounding) -> SoundPlayer:
    """The player of a thing that plays."""
    assert isinstance(thing.player, SoundPlayer), f"{thing} does not play"
    return thing.player
