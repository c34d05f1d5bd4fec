"""The base of sounding things: the settings that all of them have, and settings that vary in time."""

from dataclasses import dataclass
from typing import Any, ClassVar

from livecode.errors import LivecodeError
from livecode.language.signal_words import SignalWord
from livecode.language.things import Setting, Thing, length, number
from livecode.language.units import Span, is_number, span
from livecode.language.values import Value, as_value
from livecode.signals.features import SoundFeatures

#: `fade="gap"`: the old source ends before the new one begins, for sources that cost too much to run twice.
GAP = "gap"


def automatable(default: float, low: float, high: float, doc: str) -> Setting:
    """Make a setting that takes a number from `low` to `high`, a curve, a signal or a function."""
    plain = number(low, high)

    def check(thing: Thing, value: Any) -> float | Value:
        if isinstance(value, (bool, str)) or is_number(value):
            return plain(thing, value)
        return as_value(value)

    return Setting(default, check, doc, bounds=(low, high))


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
    if checked.at(120) < 0:
        raise LivecodeError(f"takes a length of time, as 1*bars, not {checked}")
    return checked


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
    if abs(checked.at(120)) > MOST_NUDGE_S:
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

    def check(self) -> None:
        """Raise LivecodeError if the settings do not go together."""

    def values(self) -> list[Value]:
        """Return the settings that vary in time."""
        return [value for value in self.settings.values() if isinstance(value, Value)]

    kept = frozenset({"level", "pan", "fade", "quant", "dry", "swing", "nudge"})
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
