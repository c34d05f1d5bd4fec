"""The terms of a tilt: what each judges candidates by, and how much it counts."""

from collections.abc import Collection
from dataclasses import dataclass

from livecode.language.values import Combined, Value, as_value
from livecode.playing.reward_terms import reads


@dataclass(frozen=True)
class TiltTerm:
    """One summand of a tilt."""

    reward: Value  # reads the sound of a candidate
    weights: tuple[Value, ...]  # factors that are the same for all candidates
    sign: float = 1.0

    @property
    def key(self) -> tuple[int, ...]:
        """What tells this reward from another, and from what it was before it was evaluated again."""
        return made_of_nodes(self.reward)


def made_of_nodes(value: Value) -> tuple[int, ...]:
    """Return what tells a value from others, and from what it was before a part was evaluated again."""
    return tuple(id(part.node) for part in value.everything())


def hears(value: Value, names: Collection[str]) -> bool:
    """Return whether a value differs between candidates, whose signals are called by these names."""
    return any(name in names for part in value.everything() for name in reads(part))


def tilt_terms(tilt: Value, names: Collection[str]) -> list[TiltTerm]:
    """Return the summands that judge candidates, whose signals are called by these names."""
    terms = []
    for sign, summand in _summands(tilt, 1.0):
        if hears(summand, names):
            terms.append(TiltTerm(*_weighted(summand, names), sign))
    return terms


def _summands(value: Value, sign: float) -> list[tuple[float, Value]]:
    """Return the summands of a value with their signs, down to sums that have a name of their own."""
    node = value.node
    if isinstance(node, Combined) and node.operator in "+-":
        other = -sign if node.operator == "-" else sign
        parts = ((sign, node.left), (other, node.right))
        return [
            each
            for way, part in parts
            for each in ([(way, part)] if part.name is not None else _summands(part, way))
        ]
    return [(sign, value)]


def _weighted(value: Value, names: Collection[str]) -> tuple[Value, tuple[Value, ...]]:
    """Return what hears in a product, and its other factors."""
    weights: list[Value] = []
    while isinstance(node := value.node, Combined):
        left, right = hears(node.left, names), hears(node.right, names)
        if node.operator == "*" and left != right:
            value, weight = (node.left, node.right) if left else (node.right, node.left)
            weights.append(weight)
        elif node.operator == "/" and left and not right:
            value = node.left
            weights.append(as_value(1.0) / node.right)
        else:
            break
    return value, tuple(weights)
