"""Effects of one strip: each is built beside the audio thread, and comes in unheard when it is wanted."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from livecode.engine.builder import Builder, Made
from livecode.engine.gain_stage import last_of
from livecode.engine.graph import SMOOTHING_S
from livecode.engine.pyo_lifetime import collect_made, hold_asleep, release, streams_of, wake
from livecode.engine.pyo_quiet import pyo
from livecode.transport import ControlBlock, ControlReader

#: What each effect is while it is off, in the order in which sound goes through them.
OFF = {
    "drive": 0.0, "crush": 0.0, "hp": 0.0, "cut": 20_000.0, "delay": 0.0, "room": 0.0, "duck": 0.0,
}  # fmt: skip
#: These go on sounding when nothing goes in any more.
RINGING = frozenset({"delay", "room"})
#: How long an echo is late where nobody has said so, in seconds.
DELAY_S = 0.375
#: The longest echo, in seconds.
LONGEST_S = 4.0
#: An effect comes in so many blocks after it was first wanted, live and offline alike: by then, it has
#: usually been built.
READY_BLOCKS = 4
#: An effect that is off is taken out after so long, in seconds; what rings has died away by then. A pattern
#: that turns it on and off keeps it.
KEPT_S, KEPT_RINGING_S = 1.0, 8.0
#: What rings follows its numbers so much later, in seconds. A switch to 0 takes the 50 ms of the fade of all
#: changes, and what is on that way does not count: echoes ring on as they were.
SETTLED_S = 0.07
#: What still rings then fades out over this, in seconds.
LAST_FADE_S = 0.5


@dataclass(eq=False)
class Stage:
    """One effect: sound goes from `entry` to `out`; the share of the effect goes by `share`."""

    entry: Any
    side: Any  # what it listens to
    out: Any
    share: Any
    left: Any  # how much of what rings is let out; None: it does not ring
    numbers: dict[str, Any]
    made: list[Any]
    asleep: list[Any]
    streams: list[Any]
    set_to: tuple[float, float] | None = None  # what it was set to last; None: it is off
    off_s: float = 0.0  # for how long it has been off
    #: What it is going to be set to, if it is not switched off before.
    coming: deque[tuple[float, float]] = field(default_factory=deque)

    def begin(self) -> None:
        """Start computing, with all parts in the coming block."""
        for part in self.asleep:
            wake(part)
        self.asleep = []

    def close(self) -> None:
        """Stop computing it."""
        release(self.made)


class Effects:
    """The effects of one name, between the sum of its sources and its level."""

    def __init__(
        self,
        name: str,
        entry: Any,
        exit: Any,
        controls: ControlBlock,
        block: int,
        sample_rate: float,
        builder: Builder,
        server: Any,
    ):
        """Put effects between `entry`, a sound of two streams, and `exit`, a Sig that plays it."""
        self._name, self._entry, self._exit = name, entry, exit
        self._controls, self._builder, self._server = controls, builder, server
        self._block, self._block_s = block, block / sample_rate
        self._settled = math.ceil(SETTLED_S / self._block_s)
        self._readers: dict[str, ControlReader] = {}
        self._stages: dict[str, Stage] = {}
        self._ready: dict[str, Made[Stage]] = {}  # built, and not in use
        self._wanted: dict[str, int] = {}  # sample time from which on each has been waited for
        self._ducked_by: Any = None
        self.ducked_by = ""  # the name whose sound pushes this one back
        self._changed = False  # stages came or went
        self._forget_in = 0  # blocks until what rings is taken out

    @property
    def streams(self) -> list[Any]:
        """The streams of all stages, in the order in which they are computed."""
        return [
            stream for key in OFF if key in self._stages for stream in self._stages[key].streams
        ]

    def take_change(self) -> bool:
        """Return whether stages came or went since the last call: the strip is ordered anew then."""
        changed, self._changed = self._changed, False
        return changed

    def bind(self) -> None:
        """Follow the controls that have been opened since the last call."""
        for key in (*OFF, "delay_time"):
            setting = "duck_by" if key == "duck" else key
            slot = self._controls.find(f"{self._name}.effect.{setting}")
            reader = self._readers.get(key)
            if slot is not None and (reader is None or reader.closed):
                self._readers[key] = ControlReader(self._controls, slot)

    def duck(self, name: str, sound: Any) -> None:
        """Let the sound of `name` push this one back; None ends that."""
        if name != self.ducked_by:
            self.ducked_by, self._ducked_by = name, sound
            if (stage := self._stages.get("duck")) is not None:
                stage.side.value = _SILENCE if sound is None else sound

    def ring_on(self, seconds: float) -> float:
        """Let ring what has been fed nothing for so long; it fades out in time.

        Returns how long, in seconds, it may be silent in between; 0: nothing rings any more.
        """
        ringing = [stage for key, stage in self._stages.items() if key in RINGING]
        for stage in ringing:
            if stage.set_to is not None:
                _move(stage.left, 1.0 if seconds < KEPT_RINGING_S - LAST_FADE_S else 0.0)
        if not ringing or seconds >= KEPT_RINGING_S:
            return 0.0
        return SETTLED_S + max(stage.set_to[1] if stage.set_to else 0.0 for stage in ringing)

    def forget(self) -> None:
        """Let nothing ring on, once the block that is coming is over."""
        self._forget_in = 2

    def advance(self, frame: int) -> None:
        """Set all effects to their numbers at sample time `frame`."""
        if not self._readers:
            return
        if self._forget_in:
            self._forget_in -= 1
            for key in RINGING & self._stages.keys() if not self._forget_in else ():
                self._take_out(key)
        numbers = {}
        for key, reader in self._readers.items():
            line = reader.line(frame, self._block)
            if line is not None:
                numbers[key] = last_of(line)
        delay_s = numbers.get("delay_time", DELAY_S)
        for key, off in OFF.items():
            number = numbers.get(key, off)
            on = number != off and (key != "duck" or self._ducked_by is not None)
            stage = self._stages.get(key)
            if stage is None:
                if not on:
                    self._wanted.pop(key, None)
                    continue
                stage = self._come_in(key, frame)
            if stage is not None:
                self._set(stage, key, number, delay_s, on)

    def close(self) -> None:
        """Stop all stages, and following the controls."""
        for key in [*self._stages]:
            self._take_out(key)
        for ready in self._ready.values():
            if ready.result is not None:
                ready.result.close()
        self._ready.clear()
        for reader in self._readers.values():
            reader.end()

    def _set(self, stage: Stage, key: str, number: float, delay_s: float, on: bool) -> None:
        set_to = (number, delay_s if key == "delay" else 0.0) if on else None
        if on and key in RINGING:
            stage.coming.append((number, delay_s))
            if stage.set_to is not None:
                if len(stage.coming) <= self._settled:
                    return
                number, delay_s = set_to = stage.coming.popleft()
        if not on:
            stage.coming.clear()
            stage.off_s += self._block_s
            kept_s = KEPT_RINGING_S if key in RINGING else KEPT_S
            if stage.off_s > kept_s:
                self._take_out(key)
                return
            if stage.left is not None and stage.off_s > kept_s - LAST_FADE_S:
                _move(stage.left, 0.0)
        if set_to == stage.set_to:
            return
        stage.set_to = set_to
        _move(stage.share, _SHARES.get(key, _all)(number) if on else 0.0)
        if on:
            stage.off_s = 0.0
            if stage.left is not None:
                _move(stage.left, 1.0)
            for name, value in _NUMBERS.get(key, _no_numbers)(number, delay_s).items():
                _move(stage.numbers[name], value)

    def _have_built(self, key: str) -> None:
        if key not in self._ready:
            self._ready[key] = self._builder.make(partial(_stage, key, self._server))

    def _come_in(self, key: str, frame: int) -> Stage | None:
        """Put an effect in that is wanted, once it is due and built.

        One that is late is told like a change of a control that is late, so that a replay has it then.
        """
        # ordered now and not sooner: what is random in it depends on how many were built before
        self._have_built(key)
        due = self._wanted.setdefault(key, frame) + READY_BLOCKS * self._block
        change = (0, f"{self._name}.effect.{key}", _BUILDING, due)
        if frame < self._controls.postponed.get(change, due):
            return None
        stage = self._ready[key].result
        if stage is None:
            return None
        if frame > due and change not in self._controls.postponed:
            self._controls.on_late(change, frame)
        del self._ready[key], self._wanted[key]
        stage.entry.value = self._before(key)
        if key == "duck":
            stage.side.value = self._ducked_by
        stage.begin()
        self._stages[key] = stage
        self._after(key).value = stage.out
        self._changed = True
        return stage

    def _take_out(self, key: str) -> None:
        stage = self._stages[key]
        self._after(key).value = self._before(key)
        del self._stages[key]
        stage.close()
        self._changed = True

    def _before(self, key: str) -> Any:
        """What goes into that stage: the sound of the stage before, or the sources."""
        order = [*OFF]
        earlier = [each for each in order[: order.index(key)] if each in self._stages]
        return self._stages[earlier[-1]].out if earlier else self._entry

    def _after(self, key: str) -> Any:
        """What takes the sound of that stage: the entry of the next one, or the strip."""
        order = [*OFF]
        later = [each for each in order[order.index(key) + 1 :] if each in self._stages]
        return self._stages[later[0]].entry if later else self._exit


#: In the place of the number of a change: it was no control that came late, but an effect.
_BUILDING = -1


def _move(control: Any, number: float) -> None:
    if control.value != number:
        control.value = number


def _stage(key: str, server: Any) -> Stage:
    """Build a stage that is asleep; its share is 0, so that it is not heard at first."""
    first = len(server.getStreams())
    with collect_made() as made, hold_asleep() as asleep:
        entry, side = pyo.Sig(_SILENCE), pyo.Sig(_SILENCE)
        share = pyo.SigTo(0.0, time=SMOOTHING_S * 2, init=0.0)
        left = None
        if key in RINGING:  # what goes in fades, and what rings rings on
            left = pyo.SigTo(1.0, time=LAST_FADE_S, init=1.0)
            ringing, numbers = _BUILD[key](entry * share, side)
            out = entry + ringing * left
        else:
            wet, numbers = _BUILD[key](entry, side)
            out = pyo.Interp(entry, wet, interp=share)
    streams = streams_of(made, server.getStreams()[first:])
    return Stage(entry, side, out, share, left, numbers, [*made], [*asleep], streams)


Built = tuple[Any, dict[str, Any]]
#: Two streams of nothing.
_SILENCE = [0.0, 0.0]
#: Lows and highs that a filter goes to: those of hearing.
_LOWEST_HZ, _HIGHEST_HZ = 20.0, 20_000.0
#: Echoes lose highs and lows each time, as those of a tape do.
_ECHO_HIGHEST_HZ, _ECHO_LOWEST_HZ = 6500, 120
#: A room takes no bass, so that it does not boom, and its walls take highs. By ear.
_ROOM_LOWEST_HZ, _ROOM_HIGHEST_HZ = 140, 5200
#: A kick at half of full scale pushes as far back as it goes; it does so at once, and lets go in an eighth or
#: two.
_DUCK_GAIN, _DUCK_RISE_S, _DUCK_FALL_S = 4.0, 0.003, 0.2


def _number(number: float) -> Any:
    return pyo.SigTo(number, time=SMOOTHING_S, init=number)


def _drive(sound: Any, other: Any) -> Built:
    push, level = _number(1.0), _number(1.0)
    return pyo.Tanh(sound * push) * level, {"push": push, "level": level}


def _crush(sound: Any, other: Any) -> Built:
    bits, rate = _number(16.0), _number(1.0)
    return pyo.Degrade(sound, bitdepth=bits, srscale=rate), {"bits": bits, "rate": rate}


def _hp(sound: Any, other: Any) -> Built:
    freq = _number(_LOWEST_HZ)
    return pyo.ButHP(pyo.ButHP(sound, freq), freq), {"freq": freq}


def _cut(sound: Any, other: Any) -> Built:
    freq = _number(_HIGHEST_HZ)
    return pyo.ButLP(pyo.ButLP(sound, freq), freq), {"freq": freq}


def _delay(sound: Any, other: Any) -> Built:
    time, again = _number(DELAY_S), _number(0.0)
    echoes = pyo.Delay(sound, delay=time, feedback=again, maxdelay=LONGEST_S)
    worn = pyo.ButHP(pyo.ButLP(echoes, _ECHO_HIGHEST_HZ), _ECHO_LOWEST_HZ)
    return worn * again, {"time": time, "again": again}


def _room(sound: Any, other: Any) -> Built:
    feedback, level = _number(0.7), _number(0.0)
    thin = pyo.ButHP(sound, _ROOM_LOWEST_HZ)
    wide = pyo.WGVerb(thin, feedback=feedback, cutoff=_ROOM_HIGHEST_HZ, bal=1)
    return wide * level, {"feedback": feedback, "level": level}


def _duck(sound: Any, other: Any) -> Built:
    heard = pyo.Follower2(other.mix(1), risetime=_DUCK_RISE_S, falltime=_DUCK_FALL_S)
    return sound * (1 - pyo.Clip(heard * _DUCK_GAIN, 0.0, 1.0)), {}


_BUILD: dict[str, Callable[[Any, Any], Built]] = {
    "drive": _drive, "crush": _crush, "hp": _hp, "cut": _cut, "delay": _delay, "room": _room,
    "duck": _duck,
}  # fmt: skip
#: The share of the effect for its number; 1 where nothing is said. Up to 0.05, a drive comes in gradually.
_SHARES: dict[str, Callable[[float], float]] = {
    "duck": lambda number: number,
    "drive": lambda number: min(number * 20, 1.0),
}


def _all(number: float) -> float:
    return 1.0


def _no_numbers(number: float, delay_s: float) -> dict[str, float]:
    return {}


def _drive_numbers(number: float, delay_s: float) -> dict[str, float]:
    """Push by up to 28 dB; the level falls by three quarters of that, so that it stays about as loud."""
    push = 1.0 + 24.0 * number * number
    return {"push": push, "level": push**-0.75}


def _crush_numbers(number: float, delay_s: float) -> dict[str, float]:
    """Go from 14 bits to 3, and from the whole sample rate to 3 % of it, slower towards the end."""
    return {"bits": 14.0 - 11.0 * number, "rate": (1.0 - number) ** 2 * 0.97 + 0.03}


def _filter_numbers(number: float, delay_s: float) -> dict[str, float]:
    return {"freq": min(max(number, _LOWEST_HZ), _HIGHEST_HZ)}


def _delay_numbers(number: float, delay_s: float) -> dict[str, float]:
    return {"time": min(max(delay_s, 0.001), LONGEST_S), "again": number}


def _room_numbers(number: float, delay_s: float) -> dict[str, float]:
    """Be larger and louder together; above a feedback of 0.92 the room would ring on its own pitches."""
    return {"feedback": 0.6 + 0.32 * number, "level": 1.4 * number}


_NUMBERS: dict[str, Callable[[float, float], dict[str, float]]] = {
    "drive": _drive_numbers, "crush": _crush_numbers, "hp": _filter_numbers,
    "cut": _filter_numbers, "delay": _delay_numbers, "room": _room_numbers,
}  # fmt: skip
