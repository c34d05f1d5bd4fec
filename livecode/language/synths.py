"""Synths: pyo functions of freq and gate that notes are played with, the performer's and our own."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

from livecode.errors import LivecodeError, did_you_mean
from livecode.language.controlled import Controlled
from livecode.language.dsp import check_names, definition_of, parameters_of
from livecode.language.synth_bank import BANK

#: What a synth takes: the pitch of its note in Hz, and how loud it is as long as it is held.
TAKES = ("freq", "gate")


class Synth:
    """What notes are played with: `@synth def ding(freq, gate, cut=2000): …`."""

    kind = "synth"

    def __init__(self, name: str, source: str, defaults: Mapping[str, float], first_line: int = 1):
        """`source`: the text of one function; `defaults`: its keywords."""
        self.name, self.source, self.first_line = name, source, first_line
        self.defaults = dict(defaults)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Synth) and self.source.strip() == other.source.strip()

    def __hash__(self) -> int:
        return hash(self.source.strip())

    def __repr__(self) -> str:
        return self.source.strip("\n")


class SynthWord:
    """Make a synth of a function of pyo: `@synth` above `def ding(freq, gate, cut=2000): …`.

    Each note has its `freq` in Hz, and a `gate` that is its loudness while it is held and 0 after,
    both to the sample. Keywords become settings of the notes: `lead.cut = sine(500, 4000)`. All of
    pyo is in reach; `adsr(gate, attack=0.01, decay=0.1, sustain=0.7, release=0.2)` is an envelope, in
    seconds, whose times can be keywords.
    There are `synth.bass`, `synth.pluck`, `synth.pad`, `synth.lead`, `synth.organ` and `synth.noise`:
    `help(synth.bass)` shows how one is made.
    """

    def __call__(self, function: Callable[..., Any]) -> Synth:
        """Make a synth of a function: `@synth def ding(freq, gate): return Sine(freq) * gate`."""
        if not callable(function) or not hasattr(function, "__code__"):
            raise LivecodeError(f"@synth stands above a function, not above {function!r}")
        source, definition = definition_of(function, "@synth")
        inputs, defaults = parameters_of(function, Controlled, "@synth")
        if inputs != TAKES:
            raise LivecodeError(
                "a @synth takes freq and gate, and keywords: "
                f"def {function.__name__}(freq, gate, cut=2000): …"
            )
        check_names(source, definition, function.__code__.co_firstlineno - 1)
        return Synth(function.__name__, source, defaults, function.__code__.co_firstlineno)

    def __getattr__(self, name: str) -> Synth:
        if name not in BANK:
            raise AttributeError(f"there is no synth {name!r}{did_you_mean(name, BANK)}")
        return synth_called(name)

    def __dir__(self) -> list[str]:
        return list(BANK)

    def __repr__(self) -> str:
        return "synth"


def synth_called(name: str) -> Synth:
    """Return one of our own synths. Raises LivecodeError if there is none of that name."""
    if name not in BANK:
        raise LivecodeError(f"there is no synth {name!r}{did_you_mean(name, BANK)}")
    source = BANK[name].strip("\n")
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    keywords = [each.arg for each in definition.args.args[len(TAKES) :]]
    numbers = [float(ast.literal_eval(each)) for each in definition.args.defaults]
    return Synth(name, source, dict(zip(keywords, numbers, strict=True)))


synth = SynthWord()
