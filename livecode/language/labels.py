"""Settings of a stream that its model's outline is told, where it learned with labels."""

from collections.abc import Callable
from typing import Any

from livecode.errors import LivecodeError, did_you_mean
from livecode.language.naming import NamingSetting
from livecode.language.patterns.notes import note_number
from livecode.language.things import Setting, Thing, number
from livecode.language.units import is_number
from livecode.language.values import Value, as_value
from livecode.neural.model_file import find_model, list_models, read_meta
from livecode.neural.samplernn.config import KIND
from livecode.neural.samplernn.fullband.labels import FREE, PITCHES
from livecode.transport.messages import TEST_MODEL

#: Reads a word as a number, for a thing; raises LivecodeError where it is none.
Reading = Callable[[Thing, str], float]


class LabelSetting(Setting):
    """A setting that takes a number, a curve, a pattern, a signal or a function; None lets it run free.

    It takes what it takes only of a thing whose model has the label.
    """

    #: The number of a label that nobody holds.
    free = FREE

    def __init__(self, low: float, high: float, doc: str, reading: Reading | None = None) -> None:
        """A label of the setting's name, from `low` to `high`; `reading`: of words, where it takes some."""
        super().__init__(None, self._checked, doc, bounds=(FREE, high))
        self._plain, self._reading = number(low, high), reading

    def _checked(self, thing: Thing, value: Any) -> float | Value | None:
        if value is None:
            return None
        has_label(thing, self.name)
        if isinstance(value, str) and self._reading is not None:
            return self._reading(thing, value)
        if isinstance(value, (bool, str)) or is_number(value):
            return self._plain(thing, value)
        return as_value(value)


class SourceSetting(NamingSetting):
    """The album that a stream is to sound like: its name, a pattern of names, or a number in between."""

    free = FREE

    def __init__(self, doc: str) -> None:
        super().__init__(None, self._checked, doc)
        self.bounds = (FREE, 63.0)

    def _checked(self, thing: Thing, value: Any) -> float | Value | None:
        if value is None:
            return None
        names = has_label(thing, "source")
        if isinstance(value, str):
            if value not in names:
                raise LivecodeError(
                    f"is one of {', '.join(names)}, not {value!r}{did_you_mean(value, names)}"
                )
            return float(names.index(value))
        if isinstance(value, bool) or is_number(value):
            return number(0, len(names) - 1)(thing, value)
        return as_value(value)


def has_label(thing: Thing, label: str) -> list[str]:
    """Return the names of the albums that a thing's model learned; raise LivecodeError without the label."""
    model = getattr(thing, "model", TEST_MODEL)
    labels, sources = labels_of(model)
    if label not in labels:
        others = [name for name in list_models(KIND) if _has(name, label)]
        instead = f"; those that were: {', '.join(others)}" if others else ""
        raise LivecodeError(f"the model {model!r} was told no {label} when it learned{instead}")
    return sources


def _has(model: str, label: str) -> bool:
    try:
        return label in labels_of(model)[0]
    except LivecodeError:  # a damaged file among the performer's own
        return False


def labels_of(model: str) -> tuple[list[str], list[str]]:
    """Return the labels that a model was told when it learned, and the names of its albums."""
    if model == TEST_MODEL:
        return [], []
    config = read_meta(find_model(model, KIND)).config
    return list(config.get("labels", ())), list(config.get("sources", ()))


def pitch_class(thing: Thing, word: str) -> float:
    """Return the pitch class of a note by name: 2 of `d` and of `d5`."""
    found = note_number(word)
    if found is None:
        raise LivecodeError(f'takes a note as "d" or "eb", 0 (c) to 11, or a pattern, not {word!r}')
    return float(found % PITCHES)


class Labelled:
    """The settings of a thing that is told what its model was told when it learned."""

    tempo = LabelSetting(
        30,
        300,
        "beats a minute, of a model that was told them: `r7.tempo = 100`; `r7.tempo = tempo` keeps to the "
        "beat of the performance; None: it runs free",
    )
    pitch = LabelSetting(
        0,
        127,
        'the strongest pitch, of a model that was told it: `r7.pitch = "d"`, 0 (c) to 11, or '
        '`pattern("<d a>")`; None: it runs free',
        pitch_class,
    )
    loudness = LabelSetting(
        -24,
        24,
        "dB above the usual, as musicians play, of a model that was told it; None: it runs free",
    )
    source = SourceSetting(
        'which of its albums it is like: `r7.source = "house"`, `pattern("<house funk>")`, or 0.5 '
        "between the first and the second; None: it runs free"
    )
