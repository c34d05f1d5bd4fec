"""The terms of a reward: their names, and whether each judges the way or the place."""

from dataclasses import dataclass
from functools import cached_property

from livecode.language.signal_names import called, signal_names
from livecode.language.signal_words import SignalReading
from livecode.language.values import Combined, Constant, Value

#: Signals by which the performer judges.
LISTENERS = frozenset({"rings", "keys", "midi", "osc", "mic"})
#: Signals that depend on time alone.
CLOCKS = frozenset({"t", "beat", "bar", "tempo"})


@dataclass(frozen=True)
class Term:
    """One summand of a reward."""

    name: str
    sign: float
    value: Value

    def judge(self) -> None:
        """Find `of_place` now: a block that runs later may describe the names in the term otherwise."""
        _ = self.of_place

    @cached_property
    def of_place(self) -> bool:
        """Whether the term says how good a place is, as a feature of the sound does.

        A term that reads rings or keys praises or blames the way that the agent went. A term that
        reads the sound, or a position, is higher in one place than in another; its changes teach.
        """
        read = [name for part in self.value.everything() for name in reads(part)]
        return bool(read) and not LISTENERS.intersection(read) and not CLOCKS.issuperset(read)


def terms_of(reward: object) -> list[Term]:
    """Return the summands of a reward, in order.

    A summand that has a name of its own is one term, even if it is a sum.
    """
    if not isinstance(reward, Value):
        return []
    return list(_summands(reward, 1.0, whole=True))


def _summands(value: Value, sign: float, whole: bool = False) -> list[Term]:
    node = value.node
    if isinstance(node, Combined) and node.operator in "+-" and (whole or value.name is None):
        other = -sign if node.operator == "-" else sign
        return [*_summands(node.left, sign), *_summands(node.right, other)]
    return [Term(_name(value), sign, value)]


def _name(value: Value) -> str:
    """Return the name of a term: its own, or that of the value that a constant scales."""
    node = value.node
    if value.name is None and isinstance(node, Combined) and node.operator in ("*", "/"):
        if isinstance(node.left.node, Constant):
            return _name(node.right)
        if isinstance(node.right.node, Constant):
            return _name(node.left)
    if value.name is None and value.function is not None:
        return called(value.function).strip("<>")  # a lambda is called <lambda>
    return str(value)


def reads(part: Value) -> list[str]:
    """Return the signals that one part reads; "position" if its function reads an agent's position."""
    if isinstance(part.node, SignalReading):
        return [part.node.path[0]]
    if part.function is None:
        return []
    code = getattr(part.function, "__code__", None)
    looks = ["position"] if code is not None and "position" in code.co_names else []
    return [*signal_names(part.function), *looks]
