"""Whether code reads a signal."""

import ast
from collections.abc import Collection


def reads_signal(code: str, signal: str, calls: Collection[str] = ()) -> bool:
    """Return whether code names a signal, other than to call one of its methods in `calls`.

    A parameter of that name counts, since functions get signals by their names. Code that is no
    Python reads nothing.

    >>> reads_signal("midi.play(60)", "midi", ("play",))
    False
    >>> reads_signal("ego.level = lambda midi: midi.cc[7]", "midi", ("play",))
    True
    """
    if signal not in code:
        return False
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    called = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in calls
    }
    return any(
        (isinstance(node, ast.Name) and node.id == signal and id(node) not in called)
        or (isinstance(node, ast.arg) and node.arg == signal)
        for node in ast.walk(tree)
    )
