"""Effects of one strip: each is built beside the audio thread, and comes in unheard when it is wanted.

All names share the room and the delays: those live in sends.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from livecode.engine.builder import READY_BLOCKS, Builder, Made
from livecode.engine.gain_stage import last_of
from livecode.engine.graph import SMOOTHING_S
from livecode.engine.pyo_lifetime import Parts, made_asleep
from livecode.engine.pyo_quiet import pyo
from livecode.transport import ControlBlock, ControlReader

#: What each effect is while it is off, in the order in which sound goes through them.
OFF = {"drive": 0.0, "crush": 0.0, "hp": 0.0, "cut": 20_000.0, "duck": 0.0}
#: How much a strip sends to what all names share.
SENDS = ("delay", "room")
#: How long an echo is late where nobody has said so, in seconds.
DELAY_S = 0.375
#: An effect that is off is taken out after so long, in seconds. A pattern that turns it on and off keeps it.
KEPT_S = 1.0


@dataclass(eq=False)
class Stage:
    """One effect: sound goes from `entry` to `out`; the share of the effect goes by `share`."""

    entry: Any
    side: Any  # what it listens to
    out: Any
    share: Any
    numbers: dict[str, Any]
    parts: Parts
    set_to: float | None = None  # what it was set to last; None: it is off
    off_s: float = 0.0  # for how long it has been off


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
        self._readers: dict[str, ControlReader] = {}
        self._stages: dict[str, Stage] = {}
        self._ready: dict[str, Made[Stage]] = {}  # built, and not in use
        self._wanted: dict[str, int] = {}  # sample time from which on each has been waited for
        self._ducked_by: Any = None
        self.ducked_by = ""  # the name whose sound pushes this one back
        self._changed = False  # stages came or went
        self.sent: dict[str, float] = {}  # what it sends how much to, at the end of the block
        self.delay_s = DELAY_S

    @property
    def streams(self) -> list[Any]:
        """The streams of all stages, in the order in which they are computed."""
        return [
            stream
            for key in OFF
            if key in self._stages
            for stream in self._stages[key].parts.streams
        ]

    def take_change(self) -> bool:
        """Return whether stages came or went since the last call: the strip is ordered anew then."""
        changed, self._changed = self._changed, False
        return changed

    def bind(self) -> None:
        """Follow the controls that have been opened since the last call."""
        for key in (*OFF, *SENDS, "delay_time"):
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

    def advance(self, frame: int) -> None:
        """Set all effects to their numbers at sample time `frame`."""
        if not self._readers:
            return
        numbers = {}
        for key, reader in self._readers.items():
            line = reader.line(frame, self._block)
            if line is not None:
                numbers[key] = last_of(line)
        self.sent = {key: numbers[key] for key in SENDS if numbers.get(key)}
        self.delay_s = numbers.get("delay_time", DELAY_S)
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
                self._set(stage, key, number, on)

    def close(self) -> None:
        """Stop all stages, and following the controls."""
        for key in [*self._stages]:
            self._take_out(key)
        for ready in self._ready.values():
            if ready.result is not None:
                ready.result.parts.close()
        self._ready.clear()
        for reader in self._readers.values():
            reader.end()

    def _set(self, stage: Stage, key: str, number: float, on: bool) -> None:
        if not on:
            stage.off_s += self._block_s
            if stage.off_s > KEPT_S:
                self._take_out(key)
                return
        set_to = number if on else None
        if set_to == stage.set_to:
            return
        stage.set_to = set_to
        move(stage.share, _SHARES.get(key, _all)(number) if on else 0.0)
        if on:
            stage.off_s = 0.0
            for name, value in _NUMBERS.get(key, _no_numbers)(number).items():
                move(stage.numbers[name], value)

    def _have_built(self, key: str) -> None:
        if key not in self._ready:
            self._ready[key] = self._builder.make(partial(_stage, key, self._server))

    def _come_in(self, key: str, frame: int) -> Stage | None:
        """Put an effect in that is wanted, once it is due and built."""
        # ordered now and not sooner: what is random in it depends on how many were built before
        self._have_built(key)
        due = self._wanted.setdefault(key, frame) + READY_BLOCKS * self._block
        name = f"{self._name}.effect.{key}"
        stage = self._ready[key].take(name, due, frame, self._controls)
        if stage is None:
            return None
        del self._ready[key], self._wanted[key]
        stage.entry.value = self._before(key)
        if key == "duck":
            stage.side.value = self._ducked_by
        stage.parts.begin()
        self._stages[key] = stage
        self._after(key).value = stage.out
        self._changed = True
        return stage

    def _take_out(self, key: str) -> None:
        stage = self._stages[key]
        self._after(key).value = self._before(key)
        del self._stages[key]
        stage.parts.close()
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


def move(control: Any, number: float) -> None:
    """Let a pyo control go to a number, if it does not yet."""
    if control.value != number:
        control.value = number


def _stage(key: str, server: Any) -> Stage:
    """Build a stage that is asleep; its share is 0, so that it is not heard at first."""
    with made_asleep(server) as parts:
        entry, side = pyo.Sig(_SILENCE), pyo.Sig(_SILENCE)
        share = pyo.SigTo(0.0, time=SMOOTHING_S * 2, init=0.0)
        wet, numbers = _BUILD[key](entry, side)
        out = pyo.Interp(entry, wet, interp=share)
    return Stage(entry, side, out, share, numbers, parts)


Built = tuple[Any, dict[str, Any]]
#: Two streams of nothing.
_SILENCE = [0.0, 0.0]
#: Lows and highs that a filter goes to: those of hearing.
_LOWEST_HZ, _HIGHEST_HZ = 20.0, 20_000.0
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


def _duck(sound: Any, other: Any) -> Built:
    heard = pyo.Follower2(other.mix(1), risetime=_DUCK_RISE_S, falltime=_DUCK_FALL_S)
    return sound * (1 - pyo.Clip(heard * _DUCK_GAIN, 0.0, 1.0)), {}


_BUILD: dict[str, Callable[[Any, Any], Built]] = {
    "drive": _drive, "crush": _crush, "hp": _hp, "cut": _cut, "duck": _duck,
}  # fmt: skip
#: The share of the effect for its number; 1 where nothing is said. Up to 0.05, a drive comes in gradually.
_SHARES: dict[str, Callable[[float], float]] = {
    "duck": lambda number: number,
    "drive": lambda number: min(number * 20, 1.0),
}


def _all(number: float) -> float:
    return 1.0


def _no_numbers(number: float) -> dict[str, float]:
    return {}


def _drive_numbers(number: float) -> dict[str, float]:
    """Push by up to 28 dB; the level falls by three quarters of that, so that it stays about as loud."""
    push = 1.0 + 24.0 * number * number
    return {"push": push, "level": push**-0.75}


def _crush_numbers(number: float) -> dict[str, float]:
    """Go from 14 bits to 3, and from the whole sample rate to 3 % of it, slower towards the end."""
    return {"bits": 14.0 - 11.0 * number, "rate": (1.0 - number) ** 2 * 0.97 + 0.03}


def _filter_numbers(number: float) -> dict[str, float]:
    return {"freq": min(max(number, _LOWEST_HZ), _HIGHEST_HZ)}


_NUMBERS: dict[str, Callable[[float], dict[str, float]]] = {
    "drive": _drive_numbers, "crush": _crush_numbers, "hp": _filter_numbers, "cut": _filter_numbers,
}  # fmt: skip
