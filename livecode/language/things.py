"""Things: what a performer's variable can hold. They are descriptions, which `livecode.playing` plays.

A description is a name and a dictionary of settings. The mind plays what the settings say. It
compares them with what plays already, so evaluating the same description again changes nothing
that is heard.
"""

from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any, ClassVar, Protocol

from livecode.errors import LivecodeError, did_you_mean
from livecode.language.units import Span, is_number, span

Check = Callable[["Thing", Any], Any]


class Setting:
    """One attribute of a thing: its check on assignment, its default, and its help text.

    A setting with `bounds` may vary in time: it takes a number, a curve, a signal or a function,
    whose numbers are held within the bounds.
    """

    def __init__(
        self, default: Any, check: Check, doc: str, bounds: tuple[float, float] | None = None
    ):
        self.default, self.check, self.bounds = default, check, bounds
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, thing: "Thing | None", owner: type) -> Any:
        if thing is None:
            return self
        return thing.settings.get(self.name, self.default)

    def __set__(self, thing: "Thing", value: Any) -> None:
        try:
            thing.settings[self.name] = self.check(thing, value)
        except LivecodeError as error:
            raise LivecodeError(f"{thing}.{self.name}: {error}") from None


class PlayerState:
    """The state of a player that has learned something, for `undo`. Each kind of player has its own."""


class Player(Protocol):
    """Plays a thing."""

    def state(self) -> PlayerState | None:
        """Return what it has learned; None if it learns nothing."""


class Thing:
    """Something that a variable stands for. The variable's name becomes the thing's name."""

    kind: ClassVar[str] = "thing"
    #: Things of a lower order are played first, since others are made of them.
    order: ClassVar[int] = 0
    #: Settings that stay when the name gets a new description without them.
    kept: ClassVar[frozenset[str]] = frozenset()
    #: The methods that a performer calls, in the order of the reference.
    told: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **settings: Any):
        self.name: str | None = None
        self.settings: dict[str, Any] = {}
        self.player: Player | None = None  # set while it plays
        self.signals: Mapping[str, Any] = {}  # of the performance in which it has its name
        for key, value in settings.items():
            if value is not None:
                setattr(self, key, value)

    def adopt(self, other: "Thing") -> None:
        """Become what `other` describes; the name, and settings in `kept`, stay."""
        stay = {key: value for key, value in self.settings.items() if key in self.kept}
        self.settings = {**stay, **other.settings}

    def put_back(self, setting: str, value: Any) -> None:
        """Set a value that has been set before, without a check."""
        self.settings[setting] = value

    def __str__(self) -> str:
        return self.name or self.kind

    def __setattr__(self, key: str, value: Any) -> None:
        if key in ("name", "settings", "player", "signals") or key in self.attributes():
            super().__setattr__(key, value)
        else:
            raise LivecodeError(
                f"{self} has nothing called {key!r} to set{self.instead(key, self.attributes())}"
            )

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            raise AttributeError(key)
        raise AttributeError(
            f"{self} has nothing called {key!r}{self.instead(key, self.offered())}"
        )

    def instead(self, key: str, known: list[str]) -> str:
        """Return what to append to a sentence about an attribute that is not among those known."""
        return did_you_mean(key, known)

    def offered(self) -> list[str]:
        """Return all that a performer can read, set or tell: settings first, then the rest by name."""
        kind = type(self)
        read = [name for name in dir(kind) if isinstance(getattr(kind, name), property)]
        return list(dict.fromkeys([*self.attributes(), *read, *self.told]))

    @classmethod
    def attributes(cls) -> list[str]:
        """Return the names of all settings."""
        return [key for key in dir(cls) if isinstance(getattr(cls, key, None), Setting)]


def number(low: float, high: float) -> Callable[["Thing", Any], float]:
    """Make a check for a plain number from `low` to `high`."""

    def check(thing: Thing, value: Any) -> float:
        if not is_number(value):
            raise LivecodeError(f"takes a number from {low:g} to {high:g}, not {value!r}")
        if not low <= value <= high:  # NaN fails this, too
            raise LivecodeError(f"takes a number from {low:g} to {high:g}, not {value:g}")
        return float(value)

    return check


def length(shortest_s: float, longest_s: float) -> Callable[["Thing", Any], Span]:
    """Make a check for a span of time; beats are checked at 120 beats a minute."""

    def check(thing: Thing, value: Any) -> Span:
        checked = span(value)
        if not shortest_s <= checked.plain_s <= longest_s:
            raise LivecodeError(
                f"takes {span(shortest_s)} to {span(longest_s)}, not {checked}"
                + ("; a plain number is seconds" if not isinstance(value, Span) else "")
            )
        return checked

    return check


def whole(thing: Thing, value: Any) -> int:
    """Check for a whole number of Python or numpy; LivecodeError if it is none."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise LivecodeError(f"takes a whole number, not {value!r}")
    return int(value)


def choice(*known: str) -> Callable[["Thing", Any], str]:
    """Make a check for one of a few words."""

    def check(thing: Thing, value: Any) -> str:
        if value not in known:
            listed = " or ".join(repr(each) for each in known)
            raise LivecodeError(f"takes {listed}, not {value!r}")
        return str(value)

    return check
