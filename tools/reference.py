"""The reference in docs/language.md, made of the words' own docstrings and the table of keys.

    python -m tools.reference docs/language.md

writes it anew between the two marks; a test sees to it that this has been done.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from livecode.help.explanation import SIGNALS, signature
from livecode.language import curves, envelopes
from livecode.language.patterns import in_chance, in_notes, in_sound, in_time, in_values
from livecode.language.patterns.word import PatternWord
from livecode.language.rewards import REWARDS
from livecode.language.signal_words import SignalWord
from livecode.language.synths import SynthWord
from livecode.language.things import Setting, Thing
from livecode.language.tutorial import Tutorial
from livecode.language.units import Span
from livecode.language.values import Arithmetic
from livecode.performance.audio_word import AudioWord
from livecode.performance.performance import Performance
from livecode.performance.record_word import RecordWord
from livecode.performance.stage_word import StageWord
from livecode.signals.rings import READABLE, Ring, Rings
from livecode.terminal.key_bindings import KEYS
from livecode.transport import Arena, Layout

BEGIN = "<!-- reference: written by `python -m tools.reference`, not by hand -->"
END = "<!-- end of the reference -->"


def refreshed(document: str) -> str:
    """The document with its reference as it is to be."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def reference() -> str:
    """Everything that can be typed, from what it says about itself, in Markdown."""
    performance = Performance(Arena.private(48000, 256, Layout(buffers=1)), 0, now_frame=lambda: 0)
    known = performance.words
    performance.close()
    functions = {name: word for name, word in known.items() if inspect.isfunction(word)}
    rooms = (curves.__name__, envelopes.__name__)
    shapes = {name: word for name, word in functions.items() if word.__module__ in rooms}
    judges = {name: word for name, word in functions.items() if name in REWARDS}
    others = {n: word for n, word in functions.items() if n not in shapes and n not in REWARDS}
    return "\n".join(
        [
            *("## Words", "", *_functions(others), *_words_with_methods(known)),
            *(
                "## Settings",
                "",
                "Everything that sounds has the first; its kind adds the others.",
                "",
            ),
            *_settings(),
            *("## Curves", "", *_functions(shapes)),
            *("What every curve, signal and reward can do:", "", *_methods(Arithmetic)),
            *("## Rewards", "", "Of the language's own, for agents and tilts:", ""),
            *_functions(judges),
            *("## Patterns", "", *_patterns()),
            *("## Signals", "", *_signals()),
            *("## Units", "", *_units(known)),
            *("## Keys", "", *_keys()),
        ]
    )


def _functions(named: Mapping[str, Callable[..., Any]]) -> Iterator[str]:
    for name in sorted(named):
        yield from _word(f"{name}{signature(named[name])}", named[name])


def _words_with_methods(known: Mapping[str, Any]) -> Iterator[str]:
    for name, word in sorted(known.items()):
        kind = type(word)
        methods = {
            called: getattr(kind, called)
            for called, each in vars(kind).items()
            if inspect.isfunction(each) or isinstance(each, staticmethod)
        }
        plain = name in SIGNALS and not callable(word) and kind is SignalWord
        if plain or not (
            isinstance(word, SignalWord)
            or kind in (AudioWord, PatternWord, StageWord, SynthWord, Tutorial, RecordWord)
        ):
            continue
        yield from (f"**`{name}`**", "", inspect.getdoc(kind) or "", "")
        for called, method in methods.items():
            if not called.startswith("_"):
                call = f"{name}.{called}{signature(method)}"
                yield f"* `{call}`: {_cell(inspect.getdoc(method))}"
        yield ""


def _word(call: str, function: Callable[..., Any]) -> Iterator[str]:
    yield from (f"**`{call}`**", "", inspect.getdoc(function) or "", "")


def _settings() -> Iterator[str]:
    for kind in dict.fromkeys(_kinds(Thing)):  # some are kinds of two kinds
        # its own, and those that it has of what is no thing
        mixed = [each for each in kind.__bases__ if not issubclass(each, Thing)]
        named = {name: each for base in (*mixed, kind) for name, each in vars(base).items()}
        own = {name: each for name, each in named.items() if isinstance(each, Setting)}
        if not own:
            continue
        yield from (f"**{kind.__name__}**: {inspect.getdoc(kind)}", "")
        yield from ("| setting | at first | what it is |", "|---|---|---|")
        for name, setting in sorted(own.items()):
            yield f"| `{name}` | {_code(setting.default)} | {_cell(setting.__doc__)} |"
        yield ""
        for name in vars(kind).get("told", ()):
            method = vars(kind)[name]
            yield f"* `.{name}{signature(method)}`: {_cell(inspect.getdoc(method))}"
        yield from ("",) if "told" in vars(kind) else ()


def _kinds(kind: type[Thing]) -> Iterator[type[Thing]]:
    yield kind
    # by name: the order in which they were imported is not always the same
    for narrower in sorted(kind.__subclasses__(), key=lambda each: each.__name__):
        yield from _kinds(narrower)


def _methods(kind: type) -> Iterator[str]:
    yield from ("| method | what it does |", "|---|---|")
    for name, method in vars(kind).items():
        if not name.startswith("_") and name == method.__name__:
            yield f"| `.{name}{signature(method)}` | {_cell(inspect.getdoc(method))} |"
    yield ""


def _patterns() -> Iterator[str]:
    yield from ("The notation, with examples: [patterns](patterns.md). What a pattern can do:", "")
    for title, kind in (
        ("In time", in_time.InTime),
        ("With what it says", in_values.InValues),
        ("With notes", in_notes.InNotes),
        ("With how its events are played", in_sound.InSound),
        ("By chance", in_chance.InChance),
    ):
        yield from (f"{title}:", "", *_methods(kind))


def _signals() -> Iterator[str]:
    yield from ("A function asks for them by name; in a block they are values like curves.", "")
    yield from ("| signal | what it is |", "|---|---|")
    yield from (f"| `{name}` | {_cell(text)} |" for name, text in SIGNALS.items())
    yield "| `midi`, `tempo` | controllers and the beat clock: see their words above |"
    yield "| any sounding name | the same features as `sound`, of that name alone: `ego.rms` |"
    yield from ("", "What each of them has, with units: [signals](signals.md).", "")
    yield from (f"`rings`: {inspect.getdoc(Rings)}", "")
    yield f"`rings.left` and `rings.right` each have {', '.join(f'`{name}`' for name in READABLE)}:"
    yield from ("", "```text", inspect.getdoc(Ring) or "", "```", "")
    for name in ("assign", "neutral"):
        method = getattr(Rings, name)
        yield from _word(f"rings.{name}{signature(method)}", method)


def _units(known: dict[str, Any]) -> Iterator[str]:
    units = {name: word for name, word in known.items() if isinstance(word, Span)}
    yield from ("| unit | is |", "|---|---|")
    yield from (f"| `{name}` | `{unit!r}` |" for name, unit in units.items())
    yield ""


def _keys() -> Iterator[str]:
    yield from ("| key | what it does |", "|---|---|")
    yield from (f"| {key.label} | {_cell(key.text)} |" for key in KEYS if key.text)
    yield ""


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _code(value: Any) -> str:
    return "none" if value is None else f"`{value!r}`"


def main(paths: Iterable[str]) -> None:
    """Refresh these documents."""
    for path in map(Path, paths):
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
