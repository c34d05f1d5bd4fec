"""Explains names, for F1 and `help(…)`: the signature or value, and the docstring."""

import inspect as python_inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from livecode.help import pyo_pages
from livecode.help.completion import Scope, path_at
from livecode.language.dsp import Dsp
from livecode.language.models import OPENED, models_opened_by
from livecode.language.signal_words import SignalWord
from livecode.language.sources import Sounding
from livecode.language.spaces import Space
from livecode.language.streams import Stream, stream
from livecode.language.text import Text
from livecode.language.things import Setting, Thing
from livecode.language.transfers import Transfer
from livecode.language.tutorial import COLUMNS
from livecode.language.values import Value
from livecode.playing.listening import NotedFeatures
from livecode.signals.features import SoundFeatures

#: The signals that are always there, and what each of them is.
SIGNALS = {
    "rings": "The motion rings on your hands: `rings.twist`, `rings.left.turn`, `rings.ids`.",
    "keys": "Hot-keys and faders of the terminal: `keys.like - keys.dislike`, `keys.fader1`.",
    "osc": 'Any other OSC message\'s first number, as `osc["/slider/1"]`; `osc.send` sends.',
    "sound": "All that is heard, as numbers: `sound.rms`, `sound.brightness`, `sound.flux`.",
    "mic": "What comes in at the microphone, as numbers: `mic.rms`, `mic.pitch`, `mic.onset`.",
    "t": "Seconds since the performance began: `lambda t: 0.5 + 0.5 * np.sin(t)`.",
    "beat": "Beats since the beginning, in fractions, as the tempo goes: `lambda beat: beat % 1`.",
    "scene": "The present scene of the set: `scene.time` and `scene.left` in seconds, `scene.name`.",
    "bar": "Bars since the beginning, in fractions, as the metre goes: `lambda bar: bar % 2 < 1`.",
}
_CONTROL = "a control: it takes a number, a curve, a signal, or a function of signals"


def inspect(scope: Scope, code: str, cursor: int) -> str | None:
    """Return signature and documentation of the name at `cursor`; None if it stands for nothing."""
    path = path_at(code, cursor)
    if path is None:
        return None
    try:
        return explain(scope, path, code).strip()
    except Exception:  # the name stands for nothing, or its value cannot show itself
        return None


def explain(scope: Scope, path: str, code: str = "") -> str:
    """Return the help on a dotted name such as `ego.reward` in `code`; raises an error if it is nothing."""
    owner_path, _, last = path.rpartition(".")
    try:
        value = scope.value(path, code)
    except AttributeError:
        if (page := pyo_pages.page(path)) is not None:
            return page
        raise
    owner = _now(scope.value(owner_path, code)) if owner_path else None
    if type(value) is SignalWord:
        value = _now(value)
    if isinstance(owner, NotedFeatures):
        owner = owner.features
    kept = getattr(type(owner), last, None)
    if isinstance(kept, (Setting, property)):
        rows = _models(stream) if kept is Stream.model else ()
        return _page(_head(path, value), kept.__doc__, rows=rows)
    if isinstance(owner, Dsp) and last in owner.controls:
        return _page(_head(path, value), _CONTROL)
    if isinstance(value, Thing):
        return _page(_head(path, value), _described(value), _contents(value), rows=_rows(value))
    if isinstance(value, NotedFeatures):
        value = value.features
    if isinstance(value, SoundFeatures):
        return _page(_head(path, value), SIGNALS.get(path), rows=_properties(value))
    if callable(value):
        rows = _properties(_now(value)) if isinstance(value, SignalWord) else _models(value)
        head = f"{path}{signature(value)}"
        return _page(head, python_inspect.getdoc(value), SIGNALS.get(path), rows=rows)
    if isinstance(value, ModuleType):
        return _page(path, (value.__doc__ or "").strip().partition("\n\n")[0])
    if isinstance(value, (bool, int, float, str, tuple)):  # plain values have no help of their own
        return _page(_head(path, value), SIGNALS.get(path) or type(owner or value).__doc__)
    return _page(_head(path, value), SIGNALS.get(path), type(value).__doc__)


def help_on(scope: Scope, words: Mapping[str, Any], something: Any = None) -> Text:
    """Return the help on a thing, a word, or a name in quotes; a list of the words if none is given."""
    if something is None:
        return Text("\n".join(_first_lines(words)))
    path = something if isinstance(something, str) else _name_of(something, words)
    try:
        return Text(explain(scope, path))
    except AttributeError:
        if isinstance(something, str):
            return Text(f"nothing is known of {something!r}; help() lists the words")
        return Text(_page(repr(something), type(something).__doc__))


def signature(function: Any) -> str:
    """Return the parameters and their defaults, without the types."""
    try:
        found = python_inspect.signature(function)
    except (TypeError, ValueError):
        return "(…)"
    parameters = [p for name, p in found.parameters.items() if name != "self"]
    bare = [p.replace(annotation=p.empty) for p in parameters]
    return str(found.replace(parameters=bare, return_annotation=found.empty))


def _page(head: str, *texts: str | None, rows: Iterable[str] = ()) -> str:
    paragraphs = [head, *(python_inspect.cleandoc(text) for text in texts if text), "\n".join(rows)]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _head(path: str, value: Any) -> str:
    """Return the name and its present value; a thing shows its name by itself."""
    shown = f"{value:.6g}" if isinstance(value, float) else repr(value)
    if isinstance(value, (Thing, SignalWord)) and path in re.findall(r"\w+", shown)[:2]:
        return shown
    return f"{path} = {shown}"


def _now(value: Any) -> Any:
    """Return the signal that a word stands for, or the value itself."""
    return value._now() if isinstance(value, SignalWord) else value


def _described(thing: Thing) -> str | None:
    """Return the docstring of a thing's kind, or of the performer's own function."""
    function = thing.function if isinstance(thing, Value) else None
    return (function.__doc__ if function is not None else None) or type(thing).__doc__


def _contents(thing: Thing) -> str | None:
    """Return what is in a space or in a transfer; None for other things."""
    return thing.contents() if isinstance(thing, (Space, Transfer)) else None


def _rows(thing: Thing) -> Iterator[str]:
    """Yield a row for each setting, property and method; settings that all sounds have come last."""
    for name in sorted(thing.attributes(), key=lambda name: name in vars(Sounding)):
        setting = getattr(type(thing), name, None)
        yield _row(name, setting.__doc__ if isinstance(setting, Setting) else _CONTROL)
    if not isinstance(thing, Value):
        yield from _properties(thing)
    for name in thing.told:
        method = getattr(type(thing), name)
        yield _row(f"{name}{signature(method)}", python_inspect.getdoc(method))


def _properties(value: Any) -> Iterator[str]:
    """Yield a row for each property."""
    for name, kept in vars(type(value)).items():
        if isinstance(kept, property) and kept.__doc__:
            yield _row(name, kept.__doc__.partition("\n")[0])


def _models(word: Any) -> Iterator[str]:
    """Yield a row for each model that `stream` or `space` opens by name."""
    if any(word is known for known in OPENED):
        for name, learned in models_opened_by(word).items():
            yield _row(repr(name), f"has learned from {learned}" if learned else "")


def _row(name: str, text: str | None) -> str:
    """Return a name and its text, wrapped to a terminal's width and indented."""
    row = f"  {name:<11} {text}"
    return textwrap.fill(row, COLUMNS, subsequent_indent=" " * 14, break_on_hyphens=False)


def _name_of(something: Any, words: Mapping[str, Any]) -> str:
    if isinstance(something, SignalWord):
        return ".".join(something._path)
    if isinstance(something, Thing):
        return str(something)
    named = (name for name, word in words.items() if word is something)
    return next(named, getattr(something, "__name__", ""))


def _first_lines(words: Mapping[str, Any]) -> list[str]:
    rows = ["F1 on a word, or help(word), says more. tutorial() teaches them."]
    for name, word in sorted(words.items()):
        text = SIGNALS.get(name) or python_inspect.getdoc(word) or ""
        rows.append(_row(name, text.partition("\n")[0]))
    return rows
