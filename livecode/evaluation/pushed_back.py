"""Sentences on names that settings speak of although nothing sounds under them."""

from collections.abc import Iterable

from livecode.errors import did_you_mean
from livecode.evaluation.namespace import Namespace
from livecode.language.sources import Sounding


def ducked_by_nothing(namespace: Namespace, names: Iterable[str]) -> list[str]:
    """Return a sentence for each of these names whose `duck` names what does not sound, or not yet."""
    own = {name: thing for name, thing in namespace.own().items() if isinstance(thing, Sounding)}
    return [
        f"{name}.duck: nothing called {duck} sounds yet"
        + did_you_mean(duck, own.keys() - {name}, list_all=False)
        for name in names
        if name in own and (duck := own[name].settings.get("duck")) and duck not in own
    ]
