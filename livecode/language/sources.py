"""The base of sounding things: the settings that all of them have, and settings that vary in time."""

from dataclasses import dataclass
from typing import Any, ClassVar

from livecode.errors import LivecodeError
from livecode.language.patterns.pattern import OPERATIONS
from livecode.language.patterns.scales import scale_of
from livecode.language.signal_words import SignalWord
from livecode.language.things import Setting, Thing, length, number
from livecode.language.units import Span, bars, is_number, span
from livecode.language.values import Value, as_value
from livecode.signals.features import SoundFeatures

#: `fade="gap"`: the old source ends before the new one begins, for sources that cost too much to run twice.
GAP = "gap"
#: Echoes come within this time, at the fastest tempo.
_LONGEST_DELAY_S = 4.0
_FASTEST_BPM = 400
#: A longer pattern, in characters, is not written out in an error.
LONGEST_SHOWN = 50


def automatable(default: float, low: float, high: float, doc: str) -> Setting:
    """Make a setting that takes a number from `low` to `high`, a curve, a signal or a function."""
    plain = number(low, high)

    def check(thing: Thing, value: Any) -> float | Value:
        if isinstance(value, (bool, str)) or is_number(value):
            return plain(thing, value)
        return as_value(value)

    return Setting(default, check, doc, bounds=(low, high))


def lasting(shortest_s: float, longest_s: float, default: Span, doc: str) -> Setting:
    """Make a setting that takes a length of time, or a curve, a signal or a function of seconds."""
    plain = length(shortest_s, longest_s)

    def check(thing: Thing, value: Any) -> Span | Value:
        if isinstance(value, (Span, bool, str)) or is_number(value):
            return plain(thing, value)
        return as_value(value)

    return Setting(default, check, doc, (shortest_s, longest_s))


def a_reward(thing: Thing, value: Any) -> Value | None:
    """Check for a reward, or None for none."""
    if value is None:
        return None
    try:
        return as_value(value)
    except LivecodeError:
        raise LivecodeError(
            f"takes a reward, as in ego.reward = hands + 0.3 * shimmer, not {value!r}"
        ) from None


def a_scale(thing: Thing, value: Any) -> str | None:
    """Take the name of a scale, or None. Raises LivecodeError for one that is not known."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise LivecodeError(f'takes the name of a scale, as "c minor", not {value!r}')
    scale_of(value)
    return value


_fade_length = length(0, 60)


def _fade(thing: Thing, value: Any) -> Span | str | None:
    if value is None:
        return None
    if value == GAP:
        return GAP
    if isinstance(value, str):
        raise LivecodeError(f"takes a length of time or {GAP!r}, not {value!r}")
    return _fade_length(thing, value)


def _quant(thing: Thing, value: Any) -> Span | None:
    if value is None:
        return None
    checked = span(value)
    if checked.plain_s < 0:
        raise LivecodeError(f"takes a length of time, as 1*bars, not {checked}")
    return checked


#: Settings of everything that sounds which shape its sound, beside `duck`.
EFFECTS = ("room", "delay", "delay_time", "cut", "hp", "drive", "crush", "duck_by")


class _With(Setting):
    """A setting that can be given together with another: `ego.delay = (3/16, 0.5)`."""

    def __init__(self, setting: Setting, other: str, first: bool):
        """`other` is the second of the two that are given, or the first of them if `first`."""
        super().__init__(setting.default, setting.check, setting.__doc__ or "", setting.bounds)
        self._other, self._first = other, first

    def __set__(self, thing: Thing, value: Any) -> None:
        if isinstance(value, (tuple, list)):
            if len(value) != 2:
                raise LivecodeError(f"{thing}.{self.name}: takes one number or two, not {value!r}")
            other, value = value if self._first else reversed(value)
            setattr(thing, self._other, other)
        super().__set__(thing, value)


def _delay_time(thing: Thing, value: Any) -> Span:
    length = bars * value if is_number(value) else span(value)
    if not 0 < length.at(_FASTEST_BPM) <= _LONGEST_DELAY_S:
        raise LivecodeError(f"takes a part of a bar, as 3/16, or a length up to 4*s, not {value!r}")
    return length


def _duck(thing: Thing, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, (str, Sounding)) or not str(value).isidentifier():
        raise LivecodeError(f'takes the name of what pushes it back, as "drums", not {value!r}')
    if str(value) == thing.name:
        raise LivecodeError("takes another name than its own")
    return str(value)


#: Outputs of a device are numbered from 1 to this.
MOST_OUTPUTS = 32


def _out(thing: Thing, value: Any) -> int | tuple[int, ...] | None:
    outputs = value if isinstance(value, (tuple, list)) else (value,)
    known = all(type(each) is int and 1 <= each <= MOST_OUTPUTS for each in outputs)
    if value is None:
        return None
    if not known or len(outputs) > 2 or len(set(outputs)) != len(outputs) or not outputs:
        raise LivecodeError(
            f"takes an output of the sound card, as 3, or two, as (3, 4), up to {MOST_OUTPUTS}, "
            f"not {value!r}"
        )
    return tuple(outputs) if isinstance(value, (tuple, list)) else outputs[0]


def _yes_or_no(thing: Thing, value: Any) -> bool:
    if not isinstance(value, bool):
        raise LivecodeError(f"takes True or False, not {value!r}")
    return value


#: The longest nudge, in seconds; more is no groove.
MOST_NUDGE_S = 0.25
#: The most that the second half of a pair is late, as a share of that half.
MOST_SWING = 0.9


@dataclass(frozen=True)
class Swing:
    """How late the second half of each pair of notes is: a share of it, and the pair's length in beats."""

    share: float
    pair: float = 1.0


def swing_of(value: Any) -> Swing | None:
    """Return a swing of what a performer writes: `1/3`, `(1/3, 0.5*beats)`, or None for none of its own."""
    if value is None or isinstance(value, Swing):
        return value
    share, pair = value if isinstance(value, tuple) and len(value) == 2 else (value, Span(beats=1))
    if not is_number(share) or not 0 <= share <= MOST_SWING:
        raise LivecodeError(
            f"takes a share from 0 to {MOST_SWING:g}, as 1/3, or with the length of a pair, as "
            f"(1/3, 0.5*beats), not {value!r}"
        )
    length = span(pair)
    if length.seconds or not 0 < length.in_beats() <= 16:
        raise LivecodeError(f"a pair is counted in beats, as 1*beats or 0.5*beats, not {length}")
    return Swing(float(share), length.in_beats())


def _nudge(thing: Thing, value: Any) -> Span:
    checked = span(value)
    if abs(checked.plain_s) > MOST_NUDGE_S:
        raise LivecodeError(f"takes −{MOST_NUDGE_S:g}*s to {MOST_NUDGE_S:g}*s, not {checked}")
    return checked


class Sounding(Thing):
    """A thing that is heard: `running()` lists them, `mute(ego)` silences one, `del ego` ends it."""

    order = 2
    #: What everything that sounds is heard as: `ego.rms` in a block is that signal of `ego`.
    features: ClassVar[tuple[str, ...]] = tuple(
        name for name, kept in vars(SoundFeatures).items() if isinstance(kept, property)
    )

    def __getattr__(self, key: str) -> Any:
        if key not in type(self).features:
            return super().__getattr__(key)
        if self.name is None:
            raise LivecodeError(
                f"this {self.kind} is heard once it has a name: ego = {self.kind}(…), then ego.{key}"
            )
        return SignalWord((self.name, key), self.signals)

    def offered(self) -> list[str]:
        return list(dict.fromkeys([*super().offered(), *self.features]))

    def instead(self, key: str, known: list[str]) -> str:
        pattern = self.settings.get("pattern")
        if pattern is None or key not in OPERATIONS:
            return super().instead(key, known)
        text = repr(pattern)
        if len(text) > LONGEST_SHOWN:
            text = 'pattern("…")'
        return f": it is done to a pattern, as in {self}.pattern = {text}.{key}(…)"

    def check(self) -> None:
        """Raise LivecodeError if the settings do not go together."""

    def values(self) -> list[Value]:
        """Return the settings that vary in time."""
        return [value for value in self.settings.values() if isinstance(value, Value)]

    kept = frozenset({
        "level", "pan", "fade", "quant", "dry", "swing", "nudge", "duck", "out", "cued", *EFFECTS,
    })  # fmt: skip
    level = automatable(
        1.0, 0, 4, "loudness: 0 is silent, 1 as it is, 2 is 6 dB more; `sine(0.2, 1)` swells"
    )
    pan = automatable(
        0.0, -1, 1, "place in the stereo field: −1 left, 0 middle, 1 right; `tri(-1, 1)` wanders"
    )
    dry = automatable(
        0.0,
        0,
        4,
        "how much goes past the @dsp that takes it, straight to the output: 0 none, 1 all",
    )
    out = Setting(
        None,
        _out,
        "the outputs of the sound card that it is heard from: `ego.out = 3`, or two, `(3, 4)`; None: "
        "the first two, by the master",
    )
    cued = Setting(
        False, _yes_or_no, "whether it is heard on the headphones, too; `cue(ego)` sets it"
    )
    swing = Setting(
        None,
        lambda thing, value: swing_of(value),
        "how late the second of two eighths is: 0 straight, 1/3 as in triplets; `(1/3, 0.5*beats)` "
        "swings sixteenths; None: as `tempo.swing` says",
    )
    nudge = Setting(
        Span(),
        _nudge,
        "how much later all of it is that is on the beat, as `8*ms`; below 0 it is early",
    )
    room = automatable(
        0.0, 0, 1, "how much of it goes to the room that all names share: `ego.room = 0.3`"
    )
    delay = _With(
        automatable(
            0.0,
            0,
            0.95,
            "how loud its echoes are: `ego.delay = 0.4`, or with their time, `(3/16, 0.4)`",
        ),
        "delay_time",
        first=True,
    )
    delay_time = Setting(
        Span(beats=0.75),
        _delay_time,
        "how late each echo is: a part of a bar, as `3/16`, or a length, as `300*ms`",
    )
    cut = automatable(
        20_000.0, 20, 20_000, "Hz above which it is dark: `ego.cut = sine(400, 6000)`"
    )
    hp = automatable(0.0, 0, 10_000, "Hz below which it is thin; 0: it is not")
    drive = automatable(0.0, 0, 1, "how much it is driven: 0.2 is warm, 1 is torn")
    crush = automatable(0.0, 0, 1, "how coarse it is: fewer bits, fewer samples")
    duck = _With(
        Setting(
            "",
            _duck,
            'what pushes it back: `pads.duck = "drums"`, or with how far, `("drums", 0.6)`',
        ),
        "duck_by",
        first=False,
    )
    duck_by = automatable(0.8, 0, 1, "how far `duck` pushes it back: 1 to silence")
    fade = Setting(
        None,
        _fade,
        'how long a change of source takes, as `2*s`; None: as `fade()` says; "gap": not both at once',
    )
    quant = Setting(
        None,
        _quant,
        "a change of source waits for the next multiple of this, as `1*bars`; None: as `quant()` says",
    )
