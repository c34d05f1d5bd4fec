"""Sends: the room and the delays that all names share, and how much each name sends to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from livecode.engine.builder import READY_BLOCKS, Builder, Made
from livecode.engine.delay_times import DelayTimes
from livecode.engine.effects import move
from livecode.engine.graph import SMOOTHING_S, guarded
from livecode.engine.master import Master
from livecode.engine.pyo_lifetime import Parts, made_asleep
from livecode.engine.pyo_quiet import pyo
from livecode.engine.strip import Strip
from livecode.engine.table import Tap
from livecode.transport import Arena

#: What comes back from the room is called so: no performer's name has a hyphen.
ROOM = "room-return"
#: What nobody sends to is taken out after so long, in seconds; what still rings then fades out before.
KEPT_S, LAST_FADE_S = 8.0, 0.5
#: The largest number that is sent makes the room large and the echoes many. Where less is sent, that number
#: falls by so much a second, so that what rings is not cut off; where nothing is sent, it stays.
FALL_PER_S = 0.125
#: The longest echo, in seconds.
LONGEST_S = 4.0
#: Echoes lose highs and lows, as those of a tape do.
_ECHO_HIGHEST_HZ, _ECHO_LOWEST_HZ = 6500, 120
#: A room takes no bass, so that it does not boom, and its walls take highs. By ear.
_ROOM_LOWEST_HZ, _ROOM_HIGHEST_HZ = 140, 5200
#: The gain of what is sent to the room, for a number of 1.
_ROOM_LEVEL = 1.4


@dataclass(eq=False)
class BuiltEffect:
    """The pyo objects of a shared effect."""

    mixer: Any  # of what is sent
    level: float  # the gain of what is sent, for a number of 1
    numbers: dict[str, Any]
    left: Any  # how much is let out
    sound: Any
    tap: Tap
    parts: Parts


@dataclass(eq=False)
class SharedEffect:
    """The room, or the delay of one time, and what is sent to it."""

    made: Made[BuiltEffect]
    due: int  # the sample time at which it comes in
    built: BuiltEffect | None = None  # None: it has not come in
    number: float = 0.0  # the largest that is sent, or was sent a moment ago
    in_room: float = 0.0  # how much a delay sends to the room
    unused_s: float = 0.0  # for how long no name has sent anything
    _gains: dict[str, float] = field(default_factory=dict)  # of those that send

    def use(self, sent: Mapping[str, float], block_s: float) -> None:
        """Take note of the numbers that names send in the coming block."""
        self.unused_s = 0.0 if sent else self.unused_s + block_s
        if sent:
            self.number = max(self.number - FALL_PER_S * block_s, *sent.values())

    def mix(self, sent: Mapping[str, float], sounds: Mapping[str, Any]) -> None:
        """Let each gain go to its number in the coming block, in a line; `sounds` are all there are."""
        assert self.built is not None
        mixer = self.built.mixer
        for name in [name for name in self._gains if name not in sent]:
            if self._gains[name] and name in sounds:
                self._gains[name] = 0.0
                mixer.setAmp(name, 0, 0.0)
            else:
                del self._gains[name]
                mixer.delInput(name)
        for name, number in sent.items():
            gain = number * self.built.level
            if name not in self._gains:
                mixer.addInput(name, sounds[name])
            if gain != self._gains.get(name):
                self._gains[name] = gain
                mixer.setAmp(name, 0, gain)


class Sends:
    """All shared effects, computed after the strips and before the master."""

    def __init__(self, arena: Arena, master: Master, builder: Builder, server: Any):
        """Begin without effects: `builder` makes each when it is first sent to."""
        self._controls, self._master = arena.controls, master
        self._builder, self._server = builder, server
        self._block = arena.header.block
        self._block_s = self._block / arena.header.sample_rate
        self._delays = DelayTimes()
        #: All effects; those that have come in stand in the order in which they are computed.
        self._effects: dict[str, SharedEffect] = {}
        self._forget_in = 0  # blocks until all are taken out

    @property
    def streams(self) -> list[Any]:
        """The streams of all shared effects, in the order in which they are computed."""
        return [stream for each in self._playing().values() for stream in each.parts.streams]

    @property
    def first_stream(self) -> Any:
        """The stream before which all strips are computed."""
        return next(iter(self.streams), self._master.first_stream)

    def added(self) -> dict[str, np.ndarray]:
        """Return what each shared effect added to the last computed block, (frames, 2)."""
        return {name: each.tap.read().copy() for name, each in self._playing().items()}

    def forget(self) -> None:
        """Let nothing ring on, once the block that is coming is over."""
        self._forget_in = 2

    def advance(self, frame: int, strips: Mapping[str, Strip]) -> None:
        """Let each strip send as much as its numbers say in the block at sample time `frame`."""
        self._take_out()
        sent = self._sent(strips)
        if not (sent or self._effects):
            return
        for name in sent:
            if name not in self._effects:
                work = partial(_build, name, self._server, self._block)
                due = frame + READY_BLOCKS * self._block
                self._effects[name] = SharedEffect(self._builder.make(work), due)
        for name, effect in self._effects.items():
            effect.use(sent.get(name, {}), self._block_s)
        self._come_in(frame)
        sounds = {name: strip.direct for name, strip in strips.items()}
        playing = self._playing()
        sounds |= {name: each.sound for name, each in playing.items()}
        sent[ROOM] = sent.get(ROOM, {}) | self._echoes_in_room(sent)
        for name, built in playing.items():
            effect = self._effects[name]
            effect.mix(sent.get(name, {}), sounds)
            move(built.left, float(effect.unused_s < KEPT_S - LAST_FADE_S))
            for what, number in _numbers(effect.number, self._delays.times.get(name)).items():
                move(built.numbers[what], number)

    def _sent(self, strips: Mapping[str, Strip]) -> dict[str, dict[str, float]]:
        """Return the numbers that names send, by effect."""
        by_name = {name: strip.sent for name, strip in strips.items()}
        rooms = {name: numbers["room"] for name, numbers in by_name.items() if "room" in numbers}
        sent = {ROOM: rooms} if rooms else {}
        times = {name: strips[name].effects.delay_s for name in strips if "delay" in by_name[name]}
        for name, delay in self._delays.advance(times).items():
            sent.setdefault(delay, {})[name] = by_name[name]["delay"]
        return sent

    def _echoes_in_room(self, sent: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        """Return how much each delay sends to the room: as much as the names that send to it."""
        rooms = sent.get(ROOM, {})
        for name in self._delays.times:
            if names := sent.get(name):
                self._effects[name].in_room = max(rooms.get(each, 0.0) for each in names)
        return {n: self._effects[n].in_room for n in self._playing() if self._effects[n].in_room}

    def _playing(self) -> dict[str, BuiltEffect]:
        """Return what has come in."""
        return {
            name: effect.built for name, effect in self._effects.items() if effect.built is not None
        }

    def _come_in(self, frame: int) -> None:
        """Let those effects in that are due and built."""
        for name, effect in [*self._effects.items()]:
            if effect.built is not None:
                continue
            built = effect.made.take(f"sends.{name}", effect.due, frame, self._controls)
            if built is None:
                continue
            effect.built = built
            built.parts.begin()
            for stream in built.parts.streams:
                self._server._server.changeStreamPosition(self._master.first_stream, stream)
            self._effects[name] = self._effects.pop(name)
            for channel in (0, 1):
                self._master.returns.addInput(f"{name}/{channel}", built.sound[channel])
                self._master.returns.setAmp(f"{name}/{channel}", channel, 1)

    def _take_out(self) -> None:
        """Take out what nobody has sent to for long, or everything after a panic."""
        forget = self._forget_in == 1
        self._forget_in = max(self._forget_in - 1, 0)
        for name, effect in [*self._effects.items()]:
            if not (forget or effect.unused_s > KEPT_S):
                continue
            del self._effects[name]
            if name in self._delays.times:
                self._delays.forget(name)
            for channel in (0, 1):
                self._master.returns.delInput(f"{name}/{channel}")
            if effect.made.result is not None:
                effect.made.result.parts.close()


def _build(name: str, server: Any, block: int) -> BuiltEffect:
    """Build a shared effect that is asleep."""
    block_s = (block + 0.5) / server.getSamplingRate()
    with made_asleep(server) as parts:
        mixer = pyo.Mixer(outs=1, chnls=2, time=block_s)
        wet, numbers = (_room if name == ROOM else _delay)(pyo.Sig(mixer[0]))
        left = pyo.SigTo(1.0, time=LAST_FADE_S, init=1.0)
        sound, _ = guarded(wet * left)
        tap = Tap(sound, block)
    return BuiltEffect(
        mixer, _ROOM_LEVEL if name == ROOM else 1.0, numbers, left, sound, tap, parts
    )


def _number(number: float) -> Any:
    return pyo.SigTo(number, time=SMOOTHING_S, init=number)


def _room(sound: Any) -> tuple[Any, dict[str, Any]]:
    feedback = _number(0.7)
    thin = pyo.ButHP(sound, _ROOM_LOWEST_HZ)
    wide = pyo.WGVerb(thin, feedback=feedback, cutoff=_ROOM_HIGHEST_HZ, bal=1)
    return wide, {"feedback": feedback}


def _delay(sound: Any) -> tuple[Any, dict[str, Any]]:
    time, again = _number(0.375), _number(0.0)
    echoes = pyo.Delay(sound, delay=time, feedback=again, maxdelay=LONGEST_S)
    worn = pyo.ButHP(pyo.ButLP(echoes, _ECHO_HIGHEST_HZ), _ECHO_LOWEST_HZ)
    return worn, {"time": time, "again": again}


def _numbers(number: float, delay_s: float | None) -> dict[str, float]:
    """Return the numbers of a delay of that time, or of the room.

    A room gets larger and louder together. Above a feedback of 0.92 it would ring on its own pitches.
    """
    if delay_s is None:
        return {"feedback": 0.6 + 0.32 * number}
    return {"time": min(max(delay_s, 0.001), LONGEST_S), "again": number}
