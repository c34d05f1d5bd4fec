"""The words `prefer`, `better`, `plot` and `audition`, and what listens for them at each tick."""

import math
from collections.abc import Callable
from typing import Any

from livecode.agents import taste
from livecode.deadlines import Watchdog
from livecode.errors import LivecodeError, did_you_mean
from livecode.evaluation.deferred import Deferred
from livecode.evaluation.namespace import Namespace
from livecode.language.hits import Hits, hits
from livecode.language.kits import Kit
from livecode.language.moments import Moment
from livecode.language.patterns.pattern import pattern_of
from livecode.language.preferring import Preference, preference
from livecode.language.sent import Sent
from livecode.language.sources import Sounding
from livecode.language.sparkline import sparkline
from livecode.language.text import Text
from livecode.language.units import Span, s, span
from livecode.language.values import Value, as_value
from livecode.playing.auditions import Auditions
from livecode.playing.clock import PerformanceClock
from livecode.playing.comparisons import Comparisons
from livecode.playing.event_log import EventLog
from livecode.playing.listening import SOUND, Signals
from livecode.playing.plots import COLUMNS, SHOWN_S, Plots
from livecode.playing.requests import Requests
from livecode.signals.tempo import Tempo
from livecode.transport.kits import GRABBED, KITS, LONGEST_GRAB_S, KitListing, KitSound

#: Takes of an audition at least and at most, and how much longer than both of them together a round is.
FEWEST_TAKES, MOST_TAKES, PAUSE_S = 2, 64, 1.0
#: All takes of an audition together last so long at most, so that an engine still has the first of them.
LONGEST_S = LONGEST_GRAB_S - 2.0


class Judging:
    """What the performer judges sounds by, beside agents and tilts."""

    def __init__(
        self,
        namespace: Namespace,
        signals: Signals,
        requests: Requests,
        deferred: Deferred,
        watchdog: Watchdog,
        tempo: Tempo,
        clock: PerformanceClock,
        log: EventLog,
        replaying: Callable[[], bool],
        seed: int,
    ):
        """`replaying()` tells whether files are to stay as they are."""
        self._namespace, self._requests, self._deferred = namespace, requests, deferred
        self._tempo, self._clock, self._replaying, self._seed = tempo, clock, replaying, seed
        rate = clock.sample_rate
        self.comparisons = Comparisons(namespace.own, signals, rate)
        self.plots = Plots(watchdog, log, rate)
        self._auditions = Auditions(
            watchdog,
            requests,
            lambda name, text: log.say("fallback", text, (name,)),
            lambda name, text: log.say("note", text, (name,)),
            rate,
        )

    def tick(self, moment: Moment) -> None:
        """Listen to what is compared, plotted and judged."""
        self.comparisons.tick(moment.frame)
        self.plots.tick(moment)
        self._auditions.tick(moment)

    @property
    def words(self) -> dict[str, Callable[..., Any]]:
        """The words, by name."""

        def prefer(thing: Any, load: str | None = None) -> Preference:
            """Learn a reward from which of two stretches is better: `mine = prefer(r7)`, `r7.tilt = mine`.

            What the name plays is heard in stretches of two seconds, two by two. Alt+9 says that the
            first was better, Alt+0 the second; so do `better(1)`, `better(2)`. After forty answers it
            knows a taste. `mine.save("warm")` keeps it, `prefer(r7, load="warm")` takes it up.
            """
            return preference(self._name(thing, "prefer"), self._keep, load)

        def better(which: int, mine: Any = None, by: str = "me") -> None:
            """Say which of the last two stretches was better, the first or the second: `better(2)`.

            `better(2, mine)` says for which preference, where there are several. Another teacher gives
            a name, `better(1, by="ana")`: who contradicts the others often counts for less.
            """
            if not self._clock.taking_over:
                self.comparisons.answer(which, mine, by)

        def plot(reward: Any = None, thing: Any = None) -> Text:
            """Show in the status line what a reward has said in the last 30 s: `plot(shimmer)`.

            `plot(shimmer, r7)` asks about the sound of a name alone. `plot()` ends it.
            """
            if reward is None:
                self._deferred.when_done(self.plots.end)
                return Text("nothing is plotted")
            value = as_value(reward)
            of = SOUND if thing is None else self._name(thing, "plot")
            said = self.plots.begin(value, of)
            return Text(_drawn(said) or f"{value} is plotted from now on")

        def audition(reward: Any, thing: Any, takes: int = 8, length: Span | float = 2 * s) -> Hits:
            """Judge takes of what a name plays; play the worst and the best: `heard = audition(shimmer, r7)`.

            It takes as long as the takes do, one after the other: eight of two seconds. `heard.kit` holds
            both sounds, `worst` and `best`; `free(heard)` ends them.
            """
            return self._audition(
                as_value(reward), self._name(thing, "audition"), takes, span(length)
            )

        return {word.__name__: word for word in (audition, better, plot, prefer)}

    def _audition(self, value: Value, of: str, takes: int, length: Span) -> Hits:
        if (
            isinstance(takes, bool)
            or not isinstance(takes, int)
            or not (FEWEST_TAKES <= takes <= MOST_TAKES)
        ):
            raise LivecodeError(
                f"audition takes {FEWEST_TAKES} to {MOST_TAKES} takes, not {takes!r}"
            )
        seconds = length.at(self._tempo.bpm, self._tempo.beats_per_bar)
        if not 0.1 <= seconds <= LONGEST_S / takes:
            raise LivecodeError(
                f"audition hears {LONGEST_S:g}*s in all, so {takes} takes of {length} are too much; "
                f"give it length={math.floor(100 * LONGEST_S / takes) / 100:g}*s"
                if seconds > 0.1
                else f"audition takes a length from 0.1*s, not {length}"
            )
        frames = round(seconds * self._clock.sample_rate)
        stem = f"{of}-audition-{self._clock.frame}-{self._seed & 0xFFFFFFFF:x}"
        files = f"{stem}-worst.wav", f"{stem}-best.wav"
        if not self._clock.taking_over:
            for file in files:
                (KITS / file).unlink(missing_ok=True)  # of another evening

            def begin() -> None:
                self._auditions.begin(value, of, frames, takes, files)

            self._deferred.when_done(begin)
        names = ("worst", "best")
        sounds = tuple(
            KitSound(name, f"{GRABBED}{file}") for name, file in zip(names, files, strict=True)
        )
        found = Kit(KitListing(sounds), f"audition({value}, {of})")
        bar_s = self._tempo.beats_per_bar * 60 / self._tempo.bpm
        bars = math.ceil((2 * seconds + PAUSE_S) / bar_s)
        return hits(pattern_of("worst best").slow(bars), found)

    def _keep(self, learned: taste.Taste, name: str) -> None:
        def write() -> None:
            if not self._replaying():
                taste.save(learned, name)

        self._deferred.when_done(write)

    def _name(self, thing: Any, word: str) -> str:
        """Return the name of something that sounds; LivecodeError if it does not."""
        own, name = self._namespace.own().items(), str(thing)
        known = [n for n, t in own if isinstance(t, Sounding) and not isinstance(t, Sent)]
        if isinstance(thing, (Sounding, str)) and name in known:
            return name
        raise LivecodeError(f"{word} takes what sounds, not {thing!r}{did_you_mean(name, known)}")


def _drawn(said: list[float]) -> str:
    """Return numbers as a line of little blocks; "" if there are too few."""
    if len(said) < COLUMNS:
        return ""
    return sparkline(lambda t: said[min(int(t / SHOWN_S * len(said)), len(said) - 1)], SHOWN_S)
