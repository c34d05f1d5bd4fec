"""The base of all players of sounding things: settings as controls, muting, and state."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import astuple, dataclass, field
from typing import Any

import numpy as np

from livecode.language.controlled import Controlled
from livecode.language.moments import BeatClock, Moment
from livecode.language.sources import EFFECTS, Sounding
from livecode.language.things import PlayerState
from livecode.playing.automation import Automation
from livecode.playing.lines import LEAST, Line, LineWriter
from livecode.signals.groove import Groove
from livecode.signals.tempo import Tempo, part_of_a_beat
from livecode.transport import ControlBlock, Layout
from livecode.transport.messages import Source
from livecode.transport.sending import Order
from livecode.transport.timing import DRAWN_AHEAD, MASTER_LAG

#: The level of a name blends to that of a new thing within this time, in seconds.
LEVEL_BLEND_S = 0.05
#: What stands before the names of controls of effects.
EFFECT_CONTROLS = "effect."


class Ticking(threading.local):
    """Whether this thread is in the middle of a tick, rather than in a block."""

    now = False


@dataclass
class Changes:
    """How often something was told to play otherwise."""

    count: int = 0


@dataclass(frozen=True)
class PlayerSetup:
    """What every player needs of its performance."""

    controls: ControlBlock
    sample_rate: int
    engine_lead: int  # frames that a control of the engine is stamped ahead
    voice_lead: int  # frames that a control of a voice is stamped ahead
    tick_frames: int
    say: Callable[[str, str], None]  # (name, sentence): a setting fell back
    note: Callable[[str, str], None] = lambda name, text: None  # (name, sentence): no failure
    replaying: Callable[[], bool] = lambda: False  # whether blocks are run again
    taking_over: Callable[[], bool] = lambda: False  # whether a mind goes on for a former one
    reading: Callable[[], AbstractContextManager[None]] = nullcontext  # in which a block reads
    ticking: Ticking = field(default_factory=Ticking)
    changes: Changes = field(default_factory=Changes)
    tempo: Tempo = field(default_factory=lambda: Tempo(48_000))
    block: int = 256  # the engine's, in frames
    #: The number of the tap with the sound of a name, −1 if nothing of that name sounds.
    tap_of: Callable[[str], int] = lambda name: -1
    #: (name of a transfer): how many frames the device asks for at once, as the journal notes it.
    burst: Callable[[str], int] = lambda name: 0
    #: Whether a name plays, and has not been hushed since it was played.
    plays: Callable[[str], bool] = lambda name: True
    #: (number of a kit, sounds): they are about to be played.
    get_sounds: Callable[[int, tuple[int, ...]], None] = lambda kit, sounds: None
    #: (name, name, outputs, whether it is cued): the first has effects, and the second pushes it back
    #: if it is not "".
    shape: Callable[[str, str, tuple[int, ...], bool], None] = lambda *shape: None
    #: Gives the sender an order.
    order: Callable[[Order], None] = lambda order: None
    #: The generations under which a name is sent, in their order: (sample time, generation, sender).
    sent_as: Callable[[str], tuple[tuple[int, int, int], ...]] = lambda name: ()


class SettingControl:
    """One setting of a thing, written to the control block when it changes."""

    #: A smaller change is not written.
    LEAST = LEAST

    def __init__(
        self, thing: Sounding, setting: str, setup: PlayerSetup, lead: int, within: str = ""
    ):
        """`within` stands before the setting in the control's name, if that is not the setting's."""
        bounds = getattr(getattr(type(thing), setting, None), "bounds", None)
        if not within and setting in _keywords(thing):
            bounds = None  # a keyword of the performer's, whatever it is called
        self.automation = Automation(thing, setting, bounds, setup.say)
        self._block, self._lead, self._setup = setup.controls, lead, setup
        self._slot = setup.controls.open(f"{thing.name}.{within}{setting}")
        self._rests, self._gain = False, 1.0  # whether the number has been written; the last gain

    def blend(self, frame: int, fade_s: float) -> None:
        """Blend from the number that was written last, by whichever thing, to that of now."""
        if (written := self.written(frame)) is not None:
            self.automation.blend(written, frame, fade_s)

    def written(self, frame: int) -> float | None:
        """Return the number as it was written for a sample time; None if nothing was."""
        raise NotImplementedError

    def rises(self, frame: int) -> bool:
        """Whether the number is above the one that was written last."""
        written = self.written(frame)
        return written is not None and (self.automation.now or 0.0) > written

    def rests(self, gain: float) -> bool:
        """Whether a tick would change nothing: the number is written, heard, and stays."""
        raise NotImplementedError

    def tick(self, frame: int, moment: Moment, gain: float = 1.0, waiting: bool = False) -> None:
        """Sample the setting; write it if it has changed and the player does not wait."""
        raise NotImplementedError


class StepControl(SettingControl):
    """A setting that a voice follows in steps, each stamped with its sample time."""

    def __init__(self, thing: Sounding, setting: str, setup: PlayerSetup, lead: int):
        super().__init__(thing, setting, setup, lead)
        last = setup.controls.last(self._slot)
        self._written = None if last is None else float(last[0])

    def written(self, frame: int) -> float | None:
        return self._written

    def rests(self, gain: float) -> bool:
        return self._rests and self.automation.still and gain == self._gain

    def tick(self, frame: int, moment: Moment, gain: float = 1.0, waiting: bool = False) -> None:
        if self.rests(gain):
            return
        start = frame + self._lead
        self._sample(moment.at(start, self._lead), gain, waiting)
        if moment.tempo is not None and self.automation.timed:
            end = start + self._setup.tick_frames
            corners = self.automation.corners(start + 1, end, moment.tempo)
            for at in sorted({corner.frame for corner in corners if corner.jump}):
                self._sample(moment.at(at, self._lead), gain, waiting)
        self._rests, self._gain = not waiting, gain

    def _sample(self, moment: Moment, gain: float, waiting: bool) -> None:
        number = self.automation.sample(moment) * gain
        if not waiting and (self._written is None or abs(number - self._written) > LEAST):
            self._written = number
            self._block.write(self._slot, moment.frame, number)


class LineControl(SettingControl):
    """A setting that the engine follows in lines, on each sample.

    What depends on time alone is written as far ahead as voices compute; a change of it replaces
    what was written.
    """

    def __init__(
        self, thing: Sounding, setting: str, setup: PlayerSetup, lead: int, within: str = ""
    ):
        super().__init__(thing, setting, setup, lead, within)
        # as many as are kept in a performance, also where more are
        first = max(setup.controls.written(self._slot) - Layout().slot_depth + 1, 0)
        changes = setup.controls.changes(self._slot, first)
        lines = [
            Line(frame + MASTER_LAG, first, last if over else first, int(over))
            for frame, (first, last, over, *_) in (
                (frame, values.tolist()) for _, frame, values in changes
            )
        ]
        self._lines = LineWriter(self._put, setup.sample_rate, lines)
        self._waited = False
        self._told = False  # the number that rests is what is heard, and the automation says it
        self._goal: float | None = None  # the number that was sampled last
        self._version = -1  # of the tempo, when the number came to rest

    def _put(self, line: Line) -> None:
        self._block.write(self._slot, line.frame - MASTER_LAG, np.array(line[1:]))

    def written(self, frame: int) -> float | None:
        return self._lines.at(frame)

    def rests(self, gain: float) -> bool:
        automation = self.automation
        if not self._told or gain != self._gain or automation.news:
            return False
        return automation.still or self._stays(self._setup.tempo.version)

    def _stays(self, version: int) -> bool:
        """Whether the number that rests stays as it is, at that version of the tempo."""
        automation = self.automation
        return automation.still or (automation.same and self._version == version)

    def tick(self, frame: int, moment: Moment, gain: float = 1.0, waiting: bool = False) -> None:
        automation, tempo_version = self.automation, self._setup.tempo.version
        start = frame + self._lead + MASTER_LAG
        news = automation.take_news() or gain != self._gain or self._waited or not self._lines.end
        self._rests = self._rests and self._stays(tempo_version)
        if self._rests and not news:
            self._tell_now(frame)
            self._told = frame >= self._lines.over
            return
        self._told = False
        if waiting:
            self._waited, self._gain = True, gain
            automation.sample(moment.at(start, self._lead))
            return
        now = self._lines.at(start - 1) if news else None
        if now is not None and gain and self._gain and not self._waited:
            automation.go_back(start, now / gain)
        self._waited, self._gain = False, gain
        anew = news or self._lines.end is None or self._lines.end < start
        begin = start if anew or self._lines.end is None else self._lines.end
        ahead = self._setup.voice_lead if automation.timed else self._lead
        until = frame + ahead + MASTER_LAG + self._setup.tick_frames
        if (change := automation.changes_at) is not None and until > change:
            # what is written beyond it could not be taken back to what is before it
            until = max(change, start + self._setup.tick_frames)
        if moment.tempo is None or until <= begin:
            return
        self._lines.draw(
            begin,
            until,
            list(automation.corners(begin, until, moment.tempo)),
            lambda at: automation.sample(moment.at(at, self._lead)) * gain,
            anew,
        )
        over = self._lines.settled and automation.over(moment.at(until - 1, until - 1 - frame))
        self._rests, self._version = over, tempo_version
        self._goal = automation.now
        self._tell_now(frame)

    def _tell_now(self, frame: int) -> None:
        """Let the automation say what is heard now: it was sampled ahead."""
        if not self._gain:
            return
        now, goal = self._lines.at(frame), self._goal
        if now is not None and goal is not None:
            now /= self._gain
            self.automation.now = goal if abs(now - goal) < LEAST else now


class SoundPlayer:
    """Plays a sounding thing. Subclasses add settings to level, pan and dry."""

    #: Settings that the engine reads as controls, and settings that a voice reads.
    FOR_ENGINE: tuple[str, ...] = ("level", "pan", "dry")
    FOR_VOICE: tuple[str, ...] = ()
    #: Settings at which a voice draws samples before they are heard.
    FOR_DRAWING: tuple[str, ...] = ()
    #: Whether the source is silent until something begins in it.
    FROM_SILENCE = False

    def __init__(self, thing: Sounding, setup: PlayerSetup, seed: int):
        self.thing, self.setup, self.seed = thing, setup, seed
        self._own_groove = thing.swing, thing.nudge  # as `follow` saw them last
        self.muted = False
        self.groove = Groove(setup.tempo)
        self._felt: tuple[Any, ...] = ()  # what the groove was made of
        self._followed_from = 0
        #: What pushes the name back, where it is heard, and whether it is cued, as the engine was told.
        self._shape: tuple[str, tuple[int, ...], bool] = ("", (), False)
        #: True while another thing still sounds under the name, at the other's level.
        self.waiting = False
        self.controls: dict[str, SettingControl] = {
            setting: kind(thing, setting, setup, lead)
            for kind, settings, lead in (
                (LineControl, self.FOR_ENGINE, setup.engine_lead),
                (StepControl, self.FOR_VOICE, setup.voice_lead),
                (StepControl, self.FOR_DRAWING, setup.voice_lead + DRAWN_AHEAD),
            )
            for setting in settings
        }

    @property
    def source(self) -> Source:
        """The source that the thing describes now."""
        raise NotImplementedError

    @property
    def beat_clock(self) -> BeatClock:
        """The beat clock as this name has it: swung and nudged."""
        return self.groove if self.groove.swing or self.groove.nudge else self.setup.tempo

    def _feel_groove(self, now: int) -> None:
        """Follow the swing and the nudge of the thing, and those of all."""
        tempo, own, own_nudge = self.setup.tempo, *self._own_groove
        felt = (*self._own_groove, tempo.swing, tempo.offset)
        if felt == self._felt and not (own_nudge.beats or own_nudge.bars):
            return  # what is counted in beats goes by the tempo of now
        self._felt = felt
        share, pair = tempo.swing if own is None else (own.share, own.pair)
        nudge = tempo.after(now, *astuple(own_nudge)) - now if own_nudge else 0
        groove = Groove(
            tempo, part_of_a_beat(share), part_of_a_beat(pair), round(nudge) + tempo.offset
        )
        if groove != self.groove:
            self.groove = groove
            for control in self.controls.values():
                control.automation.renew()

    def follow(self, frame: int, fade_s: float) -> None:
        """Follow the thing's settings from sample time `frame` on, blending over `fade_s` seconds."""
        self._followed_from, self._own_groove = frame, (self.thing.swing, self.thing.nudge)
        self._follow_effects()
        for setting, control in self.controls.items():
            # a name goes to the delay of its new time, and not to those of all times in between
            control.automation.follow(frame, 0.0 if setting == "delay_time" else fade_s)

    def _follow_effects(self) -> None:
        """Open a control for each effect that has been set, and tell the engine of it."""
        keywords = _keywords(self.thing)
        new = [
            each
            for each in EFFECTS
            if each in self.thing.settings and each not in self.controls and each not in keywords
        ]
        if self.thing.duck and "duck_by" not in self.controls:
            new.append("duck_by")
        if "delay" in new and "delay_time" not in self.controls:
            new.append("delay_time")
        for each in dict.fromkeys(new):
            control = LineControl(
                self.thing, each, self.setup, self.setup.engine_lead, EFFECT_CONTROLS
            )
            self.controls[each] = control
        out = self.thing.out
        shape = self.thing.duck, (out,) if isinstance(out, int) else out or (), self.thing.cued
        if new or shape != self._shape:
            self._shape = shape
            self.setup.shape(str(self.thing), *shape)

    def automations(self) -> Iterator[tuple[str, Automation]]:
        """Yield the name and the automation of each setting."""
        for setting, control in self.controls.items():
            yield setting, control.automation

    def state(self) -> PlayerState | None:
        """Return what the player has learned, for `load_state`; None if it learns nothing."""
        return None

    def load_state(self, state: PlayerState, frame: int) -> None:
        """Go back to a state of this player, in the tick at sample time `frame`."""

    def enter(self, line: int) -> None:
        """Let what is followed next take effect from sample time `line` on, if it can wait."""

    def begin(self, frame: int) -> None:
        """Prepare for a source that is heard from sample time `frame` on."""

    def begun(self, frame: int, fade_s: float) -> None:
        """The source is heard now, while another thing fades out under the same name.

        Both sound at the level of the name. So that neither is too loud, a falling level blends at
        once and a rising one after the fade.
        """
        if not self.waiting:
            return
        self.waiting = False
        for setting in self.FOR_ENGINE:
            self.controls[setting].blend(frame, fade_s)
        level = self.controls["level"]
        later = round(fade_s * self.setup.sample_rate) if level.rises(frame) else 0
        level.blend(frame + later, min(fade_s, LEVEL_BLEND_S))

    def tick(self, frame: int, moment: Moment) -> None:
        """Advance the controls to sample time `frame`."""
        if frame + self.setup.voice_lead >= self._followed_from:
            self._feel_groove(frame)
        felt: Moment | None = None  # the moment as this name has it
        for setting, control in self.controls.items():
            gain = 0.0 if self.muted and setting == "level" else 1.0
            if control.rests(gain):
                continue
            felt = felt or self._felt_at(frame, moment)
            control.tick(frame, felt, gain, self.waiting and setting in self.FOR_ENGINE)

    def _felt_at(self, frame: int, moment: Moment) -> Moment:
        """Return the moment by the beat clock as this name has it."""
        if (clock := self.beat_clock) is moment.tempo:
            return moment
        return moment._replace(tempo=clock, beat=clock.beat_at(frame))


def _keywords(thing: Sounding) -> Mapping[str, Any]:
    """Return the keywords of a performer's function that are controls."""
    return thing.controls if isinstance(thing, Controlled) else {}


def player_of(thing: Sounding) -> SoundPlayer:
    """Return the player of a thing that plays."""
    assert isinstance(thing.player, SoundPlayer), f"{thing} does not play"
    return thing.player
