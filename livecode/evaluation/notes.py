"""Sentences on what a block may have done by mistake: words covered, sounds lost, sources without a name."""

from collections.abc import Mapping
from typing import Any

from livecode.evaluation.namespace import Namespace

#: More names than this are not listed one by one.
MOST_NAMES = 5


def notes_on(namespace: Namespace, before: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a sentence for each kind of surprise; `before`: the variables before the block."""
    notes = []
    if covered := namespace.covered(before):
        shown = ", ".join(covered[:MOST_NAMES])
        more = len(covered) - MOST_NAMES
        names = f"{shown} and {more} more" if more > 0 else shown
        one = len(covered) == 1
        what = "is a word of the language" if one else "are words of the language"
        notes.append(
            f"{names} {what}, now covered by yours; `del {', '.join(covered)}` or undo() "
            f"brings {'it' if one else 'them'} back"
        )
    if lost := namespace.silenced(before):
        shown = ", ".join(lost)
        ends = "fades out: its name is" if len(lost) == 1 else "fade out: their names are"
        notes.append(f"{shown} {ends} a plain variable's now; undo() brings the sound back")
    for name, count in namespace.nameless(before).items():
        what = "a source that has" if count == 1 else f"{count} sources that have"
        notes.append(
            f"{name} holds {what} no name of {'its' if count == 1 else 'their'} own, and does not "
            f"sound; assign each to a name, such as {name}_1 = …"
        )
    return tuple(notes)
