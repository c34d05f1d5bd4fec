"""The base of all players of sounding things: settings as controls, muting, and state."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from livecode.language.sources import Sounding
from livecode.language.things import PlayerState
from livecode.language.values import Moment
from livecode.playing.automation import Automation
from livecode.signals.tempo import Tempo
from livecode.transport import ControlBlock
from livecode.transport.messages import Source

#: The level of a name blends to that of a new thing within this time, in seconds.
LEVEL_BLEND_S = 0.05


class Ticking(threading.local):
    """Whether this thread is in the middle of a tick, rather than in a block."""

    now = False


@dataclass(frozen=True)
class PlayerSetup:
    """What every player needs of its performance."""

    controls: ControlBlock
    sample_rate: int
    engine_lead: int  # frames that a control of the engine is stamped ahead
    voice_lead: int  # frames that a control of a voice is stamped ahead
    say: Callable[[str, str], None]  # (name, sentence): a setting fell back
    note: Callable[[str, str], None] = lambda name, text: None  # (name, sentence): no failure
    replaying: Callable[[], bool] = lambda: False  # whether blocks are run again
    ticking: Ticking = field(default_factory=Ticking)
    tempo: Tempo = field(default_factory=lambda: Tempo(48_000))
    #: (number of a kit, sounds): they are about to be played.
    get_sounds: Callable[[int, tuple[int, ...]], None] = lambda kit, sounds: None


class SettingControl:
    """One setting of a thing, written to the control block when it changes."""

    #: A smaller change is not written.
    LEAST = 1e-6

    def __init__(self, thing: Sounding, setting: str, setup: PlayerSetup, lead: int):
        bounds = getattr(getattr(type(thing), setting, None), "bounds", None)
        self.automation = Automation(thing, setting, bounds, setup.say)
        self._block, self._lead = setup.controls, lead
        self._slot = setup.controls.open(f"{thing.name}.{setting}")
        last = setup.controls.last(self._slot)
        self._written = None if last is None else float(last[0])
        self._rests, self._gain = False, 1.0  # whether the number has been written; the last gain

    def blend(self, t: float, fade_s: float) -> None:
        """Blend from the number that was written last, by whichever thing, to that of now."""
        if self._written is not None:
            self.automation.blend(self._written, t, fade_s)

    @property
    def rises(self) -> bool:
        """Whether the number is above the one that was written last."""
        return self._written is not None and (self.automation.now or 0.0) > self._written

    def tick(self, frame: int, moment: Moment, gain: float = 1.0, waiting: bool = False) -> None:
        """Sample the setting; write it if it has changed and the player does not wait."""
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
    """Plays a sounding thing. Subclasses add settings to level, pan and dry."""

    #: Settings that the engine reads as controls, and settings that a voice reads.
    FOR_ENGINE: tuple[str, ...] = ("level", "pan", "dry")
    FOR_VOICE: tuple[str, ...] = ()
    #: Whether the source is silent until something begins in it.
    FROM_SILENCE = False

    def __init__(self, thing: Sounding, setup: PlayerSetup, seed: int):
        self.thing, self.setup, self.seed = thing, setup, seed
        self.muted = False
        #: True while another thing still sounds under the name, at the other's level.
        self.waiting = False
        self.controls = {
            setting: SettingControl(thing, setting, setup, lead)
            for settings, lead in (
                (self.FOR_ENGINE, setup.engine_lead),
                (self.FOR_VOICE, setup.voice_lead),
            )
            for setting in settings
        }

    @property
    def source(self) -> Source:
        """The source that the thing describes now."""
        raise NotImplementedError

    def follow(self, t: float, fade_s: float) -> None:
        """Follow the thing's settings from time `t` on, in seconds, blending over `fade_s`."""
        for control in self.controls.values():
            control.automation.follow(t, fade_s)

    def automations(self) -> Iterator[tuple[str, Automation]]:
        """Yield the name and the automation of each setting."""
        for setting, control in self.controls.items():
            yield setting, control.automation

    def state(self) -> PlayerState | None:
        """Return what the player has learned, for `load_state`; None if it learns nothing."""
        return None

    def load_state(self, state: PlayerState) -> None:
        """Go back to a state of this player."""

    def enter(self, line: int) -> None:
        """Let what is followed next take effect from sample time `line` on, if it can wait."""

    def begin(self, frame: int) -> None:
        """Prepare for a source that is heard from sample time `frame` on."""

    def begun(self, t: float, fade_s: float) -> None:
        """The source is heard now, while another thing fades out under the same name.

        Both sound at the level of the name. So that neither is too loud, a falling level blends at
        once and a rising one after the fade.
        """
        if not self.waiting:
            return
        self.waiting = False
        for setting in self.FOR_ENGINE:
            self.controls[setting].blend(t, fade_s)
        level = self.controls["level"]
        level.blend(t + fade_s if level.rises else t, min(fade_s, LEVEL_BLEND_S))

    def tick(self, frame: int, moment: Moment) -> None:
        """Advance the controls to sample time `frame`."""
        for setting, control in self.controls.items():
            gain = 0.0 if self.muted and setting == "level" else 1.0
            control.tick(frame, moment, gain, self.waiting and setting in self.FOR_ENGINE)


def player_of(thing: Sounding) -> SoundPlayer:
    """Return the player of a thing that plays."""
    assert isinstance(thing.player, SoundPlayer), f"{thing} does not play"
    return thing.player
