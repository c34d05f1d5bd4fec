"""Effects of one strip: each is built when it is first heard, and taken out when it no longer is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from livecode.engine.graph import SMOOTHING_S
from livecode.engine.pyo_lifetime import collect_made, release
from livecode.engine.pyo_quiet import pyo
from livecode.transport import ControlBlock, ControlReader

#: What each effect is while it is off, in the order in which sound goes through them.
OFF = {
    "drive": 0.0, "crush": 0.0, "hp": 0.0, "cut": 20_000.0, "delay": 0.0, "room": 0.0, "duck": 0.0,
}  # fmt: skip
#: How long an echo is late where nobody has said so, in seconds.
DELAY_S = 0.375
#: The longest echo, in seconds.
LONGEST_S = 4.0
#: A stage that is off is taken out after so long, in seconds: a pattern that turns it on and off does not
#: build it anew each time.
TAIL_S = 8.0
#: Lows and highs that a filter goes to.
_LOWEST_HZ, _HIGHEST_HZ = 20.0, 20_000.0


@dataclass(eq=False)
class Stage:
    """One effect: sound goes from `entry` to `out`; the share of the effect goes by `share`."""

    entry: Any
    out: Any
    share: Any
    numbers: dict[str, Any]
    made: list[Any]
    streams: list[Any]
    off_blocks: int = 0

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
        server: Any,
    ):
        """Put effects between `entry`, a sound of two streams, and `exit`, a Sig that plays it."""
        self._name, self._entry, self._exit = name, entry, exit
        self._controls, self._server = controls, server
        self._block, self._block_s = block, block / sample_rate
        self._readers: dict[str, ControlReader] = {}
        self._stages: dict[str, Stage] = {}
        self._ducked_by: Any = None
        self.ducked_by = ""  # the name whose sound pushes this one back
        self._changed = False  # stages came or went

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
            self._take_out("duck")

    def advance(self, frame: int) -> None:
        """Set all effects to their numbers at sample time `frame`."""
        if not self._readers:
            return
        numbers = {}
        for key, reader in self._readers.items():
            line = reader.line(frame, self._block)
            numbers[key] = OFF.get(key, DELAY_S) if line is None else float(np.ravel(line)[-1])
        for key, off in OFF.items():
            number = numbers.get(key, off)
            on = number != off and (key != "duck" or self._ducked_by is not None)
            if on and key not in self._stages:
                self._put_in(key)
            if key in self._stages:
                self._set(self._stages[key], key, number, numbers.get("delay_time", DELAY_S), on)

    def close(self) -> None:
        """Stop all stages, and following the controls."""
        for key in [*self._stages]:
            self._take_out(key)
        for reader in self._readers.values():
            reader.end()

    def _set(self, stage: Stage, key: str, number: float, delay_s: float, on: bool) -> None:
        stage.off_blocks = 0 if on else stage.off_blocks + 1
        if stage.off_blocks * self._block_s > TAIL_S:
            self._take_out(key)
            return
        share = _SHARES.get(key, _all)(number) if on else 0.0
        _move(stage.share, share)
        if on:
            for name, value in _NUMBERS.get(key, _no_numbers)(number, delay_s).items():
                _move(stage.numbers[name], value)

    def _put_in(self, key: str) -> None:
        """Build a stage; its share is 0, so that it is not heard yet."""
        first = len(self._server.getStreams())
        with collect_made() as made:
            entry = pyo.Sig(self._before(key))
            share = pyo.SigTo(0.0, time=SMOOTHING_S * 2, init=0.0)
            wet, numbers = _BUILD[key](entry, self._ducked_by)
            out = pyo.Interp(entry, wet, interp=share)
        streams = self._server.getStreams()[first:]
        self._stages[key] = Stage(entry, out, share, numbers, [*made], streams)
        self._after(key).value = out
        self._changed = True

    def _take_out(self, key: str) -> None:
        stage = self._stages.get(key)
        if stage is None:
            return
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


def _move(control: Any, number: float) -> None:
    if control.value != number:
        control.value = number


Built = tuple[Any, dict[str, Any]]


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
    return sound + pyo.ButHP(pyo.ButLP(echoes, 6500), 120) * again, {"time": time, "again": again}


def _room(sound: Any, other: Any) -> Built:
    feedback, level = _number(0.7), _number(0.0)
    wide = pyo.WGVerb(pyo.ButHP(sound, 140), feedback=feedback, cutoff=5200, bal=1)
    return sound + wide * level, {"feedback": feedback, "level": level}


def _duck(sound: Any, other: Any) -> Built:
    heard = pyo.Follower2(other.mix(1), risetime=0.003, falltime=0.2)
    return sound * (1 - pyo.Clip(heard * 4.0, 0.0, 1.0)), {}


_BUILD: dict[str, Callable[[Any, Any], Built]] = {
    "drive": _drive, "crush": _crush, "hp": _hp, "cut": _cut, "delay": _delay, "room": _room,
    "duck": _duck,
}  # fmt: skip
#: The share of the effect for its number; 1 where nothing is said.
_SHARES: dict[str, Callable[[float], float]] = {
    "duck": lambda number: number,
    "drive": lambda number: min(number * 20, 1.0),
}


def _all(number: float) -> float:
    return 1.0


def _no_numbers(number: float, delay_s: float) -> dict[str, float]:
    return {}


def _drive_numbers(number: float, delay_s: float) -> dict[str, float]:
    push = 1.0 + 24.0 * number * number
    return {"push": push, "level": push**-0.75}


def _crush_numbers(number: float, delay_s: float) -> dict[str, float]:
    return {"bits": 14.0 - 11.0 * number, "rate": (1.0 - number) ** 2 * 0.97 + 0.03}


def _filter_numbers(number: float, delay_s: float) -> dict[str, float]:
    return {"freq": min(max(number, _LOWEST_HZ), _HIGHEST_HZ)}


def _delay_numbers(number: float, delay_s: float) -> dict[str, float]:
    return {"time": min(max(delay_s, 0.001), LONGEST_S), "again": number}


def _room_numbers(number: float, delay_s: float) -> dict[str, float]:
    return {"feedback": 0.6 + 0.32 * number, "level": 1.4 * number}


_NUMBERS: dict[str, Callable[[float, float], dict[str, float]]] = {
    "drive": _drive_numbers, "crush": _crush_numbers, "hp": _filter_numbers,
    "cut": _filter_numbers, "delay": _delay_numbers, "room": _room_numbers,
}  # fmt: skip
