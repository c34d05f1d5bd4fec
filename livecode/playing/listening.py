"""The signals that functions can ask for by name, features of what sounds included."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from livecode.errors import LivecodeError
from livecode.signals.features import SoundFeatures
from livecode.signals.osc import Argument
from livecode.transport import Arena, TapBuffer

#: The names of the features of everything that is heard, and of the device's input.
SOUND, MIC = "sound", "mic"


class OscSignal:
    """Any OSC address as a value: `osc["/slider/1"]` is its last message's first number, or 0."""

    def __init__(
        self,
        addresses: Mapping[str, tuple[Argument, ...]],
        want: Callable[[str], None],
        read: Callable[[str, str, Any], Any] = lambda sound, name, value: value,
    ):
        """`want` is given each address that is read, so that it is kept.

        `read("osc", address, value)` notes what is read, and returns what the reader is to use.
        """
        self._addresses, self._want, self._read = addresses, want, read

    def __getitem__(self, address: str) -> float:
        self._want(address)
        arguments = self._addresses.get(address, ())
        numbers = [a for a in arguments if isinstance(a, (int, float))]
        return float(self._read("osc", str(address), float(numbers[0]) if numbers else 0.0))

    def get(self, address: str, index: int = 0, default: float = 0.0) -> float:
        """Return the number at `index` in the last message to an address, or `default`."""
        self._want(address)
        arguments = self._addresses.get(address, ())
        found = float(arguments[index]) if index < len(arguments) else float(default)
        return float(self._read("osc", f"{address} {index} {default!r}", found))

    def __repr__(self) -> str:
        heard = ", ".join(list(self._addresses)[:8])
        return f"OSC addresses heard: {heard or 'none'}"


#: A name that was not asked for in this many ticks (2 s) gives its tap to another.
UNHEARD_TICKS = 400


class NotedFeatures:
    """Features of which each reading is noted, or replaced by the one noted before."""

    def __init__(self, name: str, features: SoundFeatures, feature: Callable[[str, str, Any], Any]):
        self.features = features
        self._name, self._feature = name, feature

    def __getattr__(self, name: str) -> Any:
        return self._feature(self._name, name, getattr(self.features, name))

    def __dir__(self) -> Iterable[str]:
        return dir(self.features)

    def __repr__(self) -> str:
        return repr(self.features)


class TappedFeatures:
    """Features of one sound, fed from the tap that the engine fills."""

    asked = 0  # the tick in which the features were asked for last

    def __init__(self, tap: TapBuffer, features: SoundFeatures, heard: NotedFeatures):
        self.features, self.heard = features, heard
        self._tap = tap
        self._heard = tap.written

    def listen(self) -> None:
        """Feed the features with what was played since the last call."""
        frames, self._heard = self._tap.since(self._heard)
        if len(frames):
            self.features.listen(frames)


class Signals(Mapping[str, Any]):
    """All signals by name. Some are always there; features begin when they are asked for first."""

    def __init__(
        self,
        arena: Arena,
        always: dict[str, Any],
        sounding: Callable[[], list[str]],
        tap: Callable[[str, int], None],
        feature: Callable[[str, str, Any], Any] = lambda sound, name, value: value,
        reading: Callable[[], AbstractContextManager[None]] = nullcontext,
    ):
        """`always`: the signals that are always there, by name.

        `sounding()` lists the names that sound. `tap(name, index)` tells the engine to fill a tap.
        `feature(sound, name, value)` is called for each feature that is read; it returns the value
        that counts. A block reads signals within `reading()`.
        """
        self._arena, self.always, self.reading = arena, always, reading
        self._sounding, self._tap, self._feature = sounding, tap, feature
        self._tapped: dict[str, TappedFeatures] = {}
        self._taps: dict[int, str] = {}
        self._ticks = 0

    def __getitem__(self, name: str) -> Any:
        if name in self.always:
            return self.always[name]
        if name not in self:
            raise KeyError(name)
        tapped = self._tapped.get(name) or self._open(name)
        tapped.asked = self._ticks
        return tapped.heard

    def __contains__(self, name: object) -> bool:
        known = name in self.always or name in self._tapped or name in (SOUND, MIC)
        return known or name in self._sounding()

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self.always, SOUND, MIC, *self._sounding()]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def tap_of(self, name: str) -> int:
        """Return the number of the tap that the engine fills with the sound of a name.

        It is the name's as long as somebody asks for it. Raises KeyError if there is no such sound, and
        LivecodeError if too many names are listened to.
        """
        _ = self[name]
        return next(index for index, taken in self._taps.items() if taken == name)

    def listen(self) -> None:
        """Feed all features with what was played since the last tick."""
        self._ticks += 1
        for tapped in self._tapped.values():
            tapped.listen()

    @property
    def tapped(self) -> frozenset[str]:
        """The names of which the engine fills a tap."""
        return frozenset(self._taps.values())

    def forget(self, name: str) -> None:
        """Stop listening to a name that is gone."""
        self._tapped.pop(name, None)
        for index in [index for index, taken in self._taps.items() if taken == name]:
            self._tap("", index)
            del self._taps[index]

    def tap_again(self) -> None:
        """Tell a new engine which taps to fill."""
        for index, name in self._taps.items():
            self._tap(name, index)

    def _open(self, name: str) -> TappedFeatures:
        if name == SOUND:
            tap = self._arena.tap
        else:
            index = self._free_tap(name)
            self._taps[index] = name
            tap = self._arena.taps[index]
            self._tap(name, index)
        features = SoundFeatures(self._arena.header.sample_rate)
        tapped = self._tapped[name] = TappedFeatures(
            tap, features, NotedFeatures(name, features, self._feature)
        )
        return tapped

    def _free_tap(self, name: str) -> int:
        if len(self._taps) == len(self._arena.taps):
            longest = min(self._taps.values(), key=lambda taken: self._tapped[taken].asked)
            if self._ticks - self._tapped[longest].asked < UNHEARD_TICKS:
                raise LivecodeError(
                    f"{len(self._taps)} names are listened to already, so {name} cannot be one more"
                )
            self.forget(longest)
        return next(i for i in range(len(self._arena.taps)) if i not in self._taps)
