"""Scores the candidates of one tilted stream, by its rewards, in their own standard deviations."""

import math
from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.playing.function_player import NoVersion, checked
from livecode.playing.listening import SOUND
from livecode.playing.tilt_guard import RewardFailed, TiltGuard
from livecode.playing.tilt_terms import TiltTerm, tilt_terms
from livecode.signals.candidate_sound import CandidateSound
from livecode.system.memory import headroom
from livecode.transport.candidates import OfferedChunk

Floats = NDArray[np.float64]

#: A reward is asked about so often within a candidate; the mean counts.
READ_S = 0.03
#: A score of 1 is so many standard deviations of what a reward says of candidates, so that all
#: rewards count alike. At half of one, a strength of 1 is heard clearly with eight candidates.
TASTE = 0.5
#: The standard deviation is that of about so many seconds.
TASTE_S = 4.0
#: No candidate is so many times better than the rest.
MOST = 20.0
#: What rewards evaluate may take so many bytes. Another thread may need some of it meanwhile.
HEADROOM_BYTES = 768 << 20


class TiltScoring:
    """Hears the candidates of one stream, chunk by chunk, and scores them."""

    def __init__(self, name: str, guard: TiltGuard):
        """`name` of the stream, by which a reward may call a candidate, too."""
        self._names, self._guard = (SOUND, name), guard
        self._sounds: list[CandidateSound] = []
        self._chunk = 0  # the number of the one that they have heard last
        self._spread: dict[tuple[int, ...], float] = {}  # variances, by reward

    def score(
        self, candidates: OfferedChunk, tilt: Value | None, moment: Moment
    ) -> Iterator[Floats | None]:
        """Score a chunk by a tilt: yield None after each candidate, and at last the scores (count,).

        Without a tilt, or if a reward fails, there are no scores; the chunk has been heard all
        the same.
        """
        self._go_on(candidates)
        terms = [] if tilt is None else tilt_terms(tilt, self._names)
        said: Floats = np.zeros((candidates.count, len(terms)))
        worked = bool(terms)
        for row, (sound, audio) in enumerate(zip(self._sounds, candidates.sounds, strict=True)):
            sound.be_surprising(candidates.surprise[row])
            pieces = np.array_split(audio, max(round(len(audio) / candidates.rate_hz / READ_S), 1))
            for number, piece in enumerate(pieces, start=1):
                sound.listen(piece)
                if worked:
                    share = number * len(audio) / len(pieces) / candidates.rate_hz
                    judged = self._moment(moment, sound, row, candidates.begin, share)
                    worked = self._ask(terms, judged, said[row])
            said[row] /= len(pieces)
            yield None
        if worked:
            yield self._scores(terms, said, len(candidates.sounds[0]) / candidates.rate_hz, moment)

    def _go_on(self, candidates: OfferedChunk) -> None:
        """Let the sound of each candidate have heard what that candidate goes on from."""
        known, rate, count = self._sounds, candidates.rate_hz, candidates.count
        follows = candidates.chunk == self._chunk + 1 and len(known) == count
        self._chunk = candidates.chunk
        if candidates.parents and follows:
            for sound, parent in zip(known, candidates.parents, strict=True):
                if sound is not known[parent]:
                    sound.go_on_from(known[parent])
            return
        self._sounds = [CandidateSound(rate) for _ in range(count)]
        for sound in self._sounds:
            sound.listen(candidates.before)

    def _moment(
        self, moment: Moment, sound: CandidateSound, row: int, begin: int, seconds: float
    ) -> Moment:
        """Return the moment so many seconds after `begin`, with the sound of a candidate."""
        frame = begin
        if moment.tempo is not None:
            frame += round(seconds * moment.tempo.sample_rate)
        return moment_heard(moment, self._names, sound, self._guard, frame, -1 - row)

    def _ask(self, terms: list[TiltTerm], moment: Moment, said: Floats) -> bool:
        """Add what the rewards say to `said`, (terms,); False if one of them has failed."""
        try:
            with headroom(HEADROOM_BYTES):
                for number, term in enumerate(terms):
                    said[number] += checked(term.reward.sample(moment))
        except (RewardFailed, NoVersion):
            return False
        except Exception as error:  # for example a signal that is gone
            self._guard.tell_once(error)
            return False
        return True

    def _scores(
        self, terms: list[TiltTerm], said: Floats, seconds: float, moment: Moment
    ) -> Floats:
        """Return the scores (candidates,), each reward in its own standard deviations."""
        scores = np.zeros(len(said))
        known, self._spread = self._spread, {}
        for term, column in zip(terms, said.T, strict=True):
            variance = float(column.var(ddof=1)) if len(column) > 1 else 0.0
            usual = known.get(term.key, variance)
            usual += min(seconds / TASTE_S, 1.0) * (variance - usual)
            self._spread[term.key] = usual
            if usual > 0.0:
                weight = self._weight(term, moment)
                scores += weight * (column - column.mean()) / (TASTE * math.sqrt(usual))
        return np.clip(scores, -MOST, MOST)

    def _weight(self, term: TiltTerm, moment: Moment) -> float:
        """Return how much a term counts now; 0 if a function among its factors fails."""
        heard = moment._replace(call=lambda value: self._guard.call(value, moment.signals))
        try:
            return term.sign * math.prod(checked(each.sample(heard)) for each in term.weights)
        except Exception:
            return 0.0


def moment_heard(
    moment: Moment,
    names: Collection[str],
    sound: CandidateSound,
    guard: TiltGuard,
    frame: int,
    lead: int,
) -> Moment:
    """Return a moment at that sample time at which another sound is heard under some names.

    lead: what values remember they remember for each, so for each sound.
    """
    moment = moment.at(frame, lead)
    then = {"t": moment.t, "beat": moment.beat, "bar": moment.bar}
    signals: Mapping[str, Any] = ChainMap(
        {**dict.fromkeys(names, sound), **then},
        moment.signals,  # type: ignore[arg-type]
    )
    return moment._replace(signals=signals, call=lambda value: guard.call(value, signals))
