"""The words of the language itself, and the words `running`, `undo` and `help`."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from livecode.evaluation.blocks import BlockRunner
from livecode.evaluation.deferred import Deferred
from livecode.help.completion import Scope
from livecode.help.explanation import SIGNALS, help_on
from livecode.language import curves
from livecode.language.agents import agent
from livecode.language.dsp import dsp
from livecode.language.duets import duet
from livecode.language.every import every
from livecode.language.hits import hits
from livecode.language.kits import kit
from livecode.language.layers import layer
from livecode.language.notes import notes
from livecode.language.patterns.word import pattern
from livecode.language.rewards import REWARDS
from livecode.language.rhythms import rhythms
from livecode.language.signal_words import SignalWord
from livecode.language.spaces import space
from livecode.language.streams import sample, stream
from livecode.language.synths import synth
from livecode.language.text import Text
from livecode.language.tutorial import Tutorial
from livecode.language.units import bars, beats, hours, minutes, ms, s
from livecode.language.values import reward
from livecode.performance.status import Running, StatusBoard

#: `hold` is made by the words of a set: without a number it holds scenes.
CURVES = [name for name in curves.__all__ if name != "hold"]


def language_words(signals: Mapping[str, Any]) -> dict[str, Any]:
    """Return units, curves, sources, rewards, numpy, the tutorial, and a word for each plain signal."""
    return {
        **{name: SignalWord((name,), signals) for name in SIGNALS},
        **{name: getattr(curves, name) for name in CURVES},
        **REWARDS,
        "agent": agent,
        "bars": bars,
        "beats": beats,
        "dsp": dsp,
        "duet": duet,
        "every": every,
        "hits": hits,
        "hours": hours,
        "kit": kit,
        "layer": layer,
        "minutes": minutes,
        "ms": ms,
        "notes": notes,
        "np": np,
        "pattern": pattern,
        "reward": reward,
        "rhythms": rhythms,
        "s": s,
        "sample": sample,
        "space": space,
        "stream": stream,
        "synth": synth,
        "tutorial": Tutorial(),
    }


class Listing(list[Running]):
    """A list that shows its rows one below the other, and below them the functions that have turns."""

    def __init__(self, rows: list[Running], turns: list[str]):
        super().__init__(rows)
        self.turns = turns

    def __repr__(self) -> str:
        bars = any(row.bar or row.bars for row in self)
        rows = [row.drawn(bars) for row in self] or ["nothing sounds"]
        return "\n".join([*rows, *self.turns])


def running_word(board: StatusBoard) -> Callable[..., Listing]:
    """Make the word `running`."""

    def running() -> Listing:
        """List what sounds: `running()` has name, kind, level, block and line, and what a @dsp takes.

        Functions of `@every` stand below, each with the time between its turns.
        """
        return Listing(board.running(), board.turns())

    return running


def undo_word(blocks: BlockRunner, deferred: Deferred) -> Callable[..., None]:
    """Make the word `undo`."""

    def undo(thing: Any = None) -> None:
        """Take back the last block in sound, or the last change of one name: `undo(ego)`."""
        name = None if thing is None else str(thing)
        deferred.after_block(lambda: blocks.undo(name))

    return undo


def redo_word(blocks: BlockRunner, deferred: Deferred) -> Callable[..., None]:
    """Make the word `redo`."""

    def redo() -> None:
        """Do again in sound what `undo()` took back last: `redo()`."""
        deferred.after_block(blocks.redo)

    return redo


def help_word(scope: Scope, words: Mapping[str, Any]) -> Callable[..., Text]:
    """Make the word `help`, which explains these words and what stands in the scope."""

    def help(thing: Any = None) -> Text:
        """Say what something is, as F1 does: `help(ego)`, `help(ramp)`; `help()` lists all."""
        return help_on(scope, words, thing)

    return help
