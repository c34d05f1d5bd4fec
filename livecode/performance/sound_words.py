"""The words for all that sounds: `mute`, `solo`, `free`, `fade`, `quant`, `hush`, `panic`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from livecode.errors import LivecodeError, did_you_mean
from livecode.evaluation.deferred import Deferred
from livecode.evaluation.namespace import Namespace
from livecode.language.duets import Duet
from livecode.language.every import Every
from livecode.language.sources import Sounding
from livecode.language.units import Span, span
from livecode.performance.silencer import Silencer
from livecode.playing.sounds import Sounds
from livecode.signals.tempo import Tempo

#: `hush()` fades over this long, in seconds.
HUSH_S = 2.0
#: A longer quant, in seconds, is a typing error.
LONGEST_QUANT_S = 300.0
LONGEST_FADE_S = 60.0
#: A hush may be the end of a piece.
LONGEST_HUSH_S = 3600.0


def sound_words(
    sounds: Sounds,
    namespace: Namespace,
    deferred: Deferred,
    tempo: Tempo,
    silencer: Silencer,
    reading: Callable[[], AbstractContextManager[None]],
    say: Callable[[str], None],
) -> dict[str, Callable[..., Any]]:
    """Return the words for all that sounds, by name; those that act at once do so within `reading()`.

    `say` tells the performer a note.
    """

    def names_of(things: tuple[Any, ...], kinds: tuple[type, ...] = (Sounding,)) -> list[str]:
        own = namespace.own()
        known = [name for name, thing in own.items() if isinstance(thing, kinds)]
        names = [str(thing) for thing in things]
        for thing, name in zip(things, names, strict=True):
            if not isinstance(thing, (*kinds, str)) or name not in known:
                raise LivecodeError(f"{thing!r} does not sound{did_you_mean(name, known)}")
        return names

    def within(longest_s: float, word: str, length: Span | float) -> Span:
        checked = span(length)
        if not 0 <= checked.at(tempo.bpm, tempo.beats_per_bar) <= longest_s:
            raise LivecodeError(f"{word} takes 0*s to {longest_s:g}*s, not {checked}")
        return checked

    def hush(fade: Span | float = HUSH_S) -> None:
        """Fade out all that sounds: `hush(8*bars)`; what the same block, or a later one, plays is heard."""
        fade_s = within(LONGEST_HUSH_S, "hush", fade).at(tempo.bpm, tempo.beats_per_bar)
        deferred.before_playing(lambda: silencer.hush(fade_s, in_scene=True))

    def panic() -> None:
        """Silence at once: `panic()`. F12 does the same even when this terminal hangs."""
        silencer.panic()

    def mute(*things: Any) -> None:
        """Silence names while they go on: `mute(ego)`."""
        names = names_of(things)
        deferred.when_done(lambda: sounds.mute(names, True))

    def unmute(*things: Any) -> None:
        """Let muted names be heard again: `unmute(ego)`; without a name, all."""
        names = names_of(things or tuple(sounds))
        deferred.when_done(lambda: sounds.mute(names, False))

    def solo(*things: Any) -> None:
        """Let only these be heard: `solo(ego)`; `solo()` lets all be heard again."""
        names = names_of(things)

        def let_alone_be_heard() -> None:
            sounds.solo(names)
            if names and all(name in sounds.mix.muted for name in names):
                one = "is" if len(names) == 1 else "are"
                joined = ", ".join(names)
                say(f"{joined} {one} muted, so that nothing is heard; unmute({joined}) ends that")

        deferred.when_done(let_alone_be_heard)

    def cue(*things: Any) -> None:
        """Hear names on the headphones before the crowd does: `cue(ego)`; `cue()` ends it.

        What is cued is heard before its level and mute, on outputs 3 and 4 or those of `--cue-out`.
        """
        names = names_of(things)
        for name, thing in namespace.own().items():
            if isinstance(thing, Sounding) and thing.settings.get("cued", False) != (name in names):
                thing.cued = name in names

    def free(*things: Any) -> None:
        """Fade names out and forget them: `free(ego)`; `free(fill)` ends an `@every` or a duet."""
        for name in names_of(things, (Sounding, Every, Duet)):
            if name in namespace.variables:
                del namespace[name]

    def fade(length: Span | float | None = None) -> Span:
        """How long a change of source takes where a thing has no `fade` of its own: `fade(2*s)`."""
        if length is not None:
            checked = within(LONGEST_FADE_S, "fade", length)
            with reading():
                sounds.mix = replace(sounds.mix, fade=checked)
        return sounds.mix.fade

    def quant(length: Span | float | None = None) -> Span:
        """Let changes of source wait for the next multiple: `quant(1*bars)`; `quant(0)` for now."""
        if length is not None:
            checked = within(LONGEST_QUANT_S, "quant", length)
            with reading():
                sounds.mix = replace(sounds.mix, quant=checked)
        return sounds.mix.quant

    words = (cue, fade, free, hush, mute, panic, quant, solo, unmute)
    return {word.__name__: word for word in words}
