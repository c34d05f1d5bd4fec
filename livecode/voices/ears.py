"""The ears of the streams that answer: what each listens to, and when its answer begins."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.phrases import PhraseChange, PhraseEvent, PhraseListener
from livecode.neural.audio.sound_bytes import packed
from livecode.system.scheduling import ordinary
from livecode.transport import Arena, TapBuffer
from livecode.transport.messages import DuetTurn
from livecode.transport.timing import HOP
from livecode.voices.duet.answers import DuetHand, StreamAnswer
from livecode.voices.duet.phrase import PRIME_S, Phrase
from livecode.voices.stream import StreamVoice
from livecode.voices.voice import Voice

Floats = NDArray[np.float32]

_log = logging.getLogger(__name__)

#: Where bars rule, a phrase is taken so long before the line on which it is answered.
LINE_LEAD_S = 0.25
#: So much of the silence that ends a phrase can be spent on priming, in seconds; how much of the phrase that
#: is depends on how fast the model is primed here. Where nothing waits, all of it.
BUDGET_S, SHORTEST_S = 0.07, 0.2
#: To learn that, it is primed with so much silence first, in seconds.
TRIAL_S = 0.1
#: After an answer that is in what it hears, an ear stays shut for so long: rooms ring.
SHUT_S = 0.3


class _Priming:
    """A phrase, and where its answer goes on from, once that is known."""

    def __init__(
        self,
        heard: Floats,
        rate_hz: int,
        stream: StreamVoice,
        beside: bool,
        end: int,
        longest_s: float,
    ):
        """`beside`: a thread computes it. `end`: the frame of the ear at which the phrase ended.

        The stream is primed with `longest_s` of it at most.
        """
        self.end, self.number, self.frames = end, stream.answers.given + 1, len(heard)
        self._longest_s = longest_s
        #: Seconds of sound that are primed in a second.
        self.speed = 0.0
        self.phrase: Phrase | None = None
        self.state: object = None
        self.packed = b""
        self.failed = False
        self._done = threading.Event()
        arguments = heard, rate_hz, stream
        if beside:
            threading.Thread(target=self._work_beside, args=arguments, daemon=True).start()
        else:
            self._work(*arguments)

    @property
    def done(self) -> bool:
        """Whether it can be answered."""
        return self._done.is_set()

    def _work_beside(self, *arguments: Any) -> None:
        """Work at ordinary priority: the urgent thread that plays has started this one."""
        ordinary()
        self._work(*arguments)

    def _work(self, heard: Floats, rate_hz: int, stream: StreamVoice) -> None:
        try:
            began = time.perf_counter()
            self.phrase = stream.phrase_of(heard, rate_hz, self._longest_s)
            self.packed = packed(self.phrase.codes, stream.rate_hz)
            self.state = stream.primed(self.phrase, self.number)
            primed_s = len(self.phrase.codes) / stream.rate_hz
            self.speed = primed_s / max(time.perf_counter() - began, 1e-6)
        except Exception:  # the next phrase may be a better one
            self.failed = True
            _log.exception("a stream could not be primed with a phrase")
        finally:
            self._done.set()


class _Ear:
    """Listens for one stream."""

    def __init__(self, rate_hz: int, hand: DuetHand):
        self.listener = PhraseListener(rate_hz)
        self.tap = hand.tap
        self.position = 0  # in the tap
        self.priming: _Priming | None = None
        self.awaited: int | None = None  # the end of the phrase that is answered once it is primed
        self.line = 0.0  # the one that is answered, or was last
        self.shut_until = 0  # sample time
        self.said = "listens"
        self._speed = 0.0  # 0: not known yet
        self._trial: _Priming | None = None

    def prime(self, stream: StreamVoice, heard: Floats, rate_hz: int, end: int) -> None:
        """Let a thread find where the answer to what was heard goes on from."""
        for done in (self._trial, self.priming):
            if done is not None and done.speed:
                self._speed = done.speed
        longest_s = min(max(BUDGET_S * self._speed, SHORTEST_S), PRIME_S)
        self.priming = _Priming(heard, rate_hz, stream, True, end, longest_s)

    def try_priming(self, stream: StreamVoice, rate_hz: int) -> None:
        """Let a thread find out how fast the stream is primed."""
        silence = np.zeros(round(TRIAL_S * rate_hz), np.float32)
        self._trial = _Priming(silence, rate_hz, stream, True, 0, TRIAL_S)


class Ears:
    """Listens for all streams that answer."""

    def __init__(
        self, arena: Arena, tell: Callable[[DuetTurn], bool], beside: bool, listens: bool = True
    ):
        """`tell` tells the mind, and returns whether there was room; `beside`: threads prime.

        `listens` is False in a replay: it is known who answers when.
        """
        self._arena, self._tell, self._beside, self._listens = arena, tell, beside, listens
        self._rate = arena.header.sample_rate
        self._ears: dict[int, _Ear] = {}

    def listen(self, voices: Mapping[int, Voice], due: int) -> None:
        """Hear what has been played up to sample time `due`, and let streams answer."""
        if not self._listens:
            return
        for generation in [each for each in self._ears if each not in voices]:
            del self._ears[generation]
        for generation, voice in voices.items():
            if isinstance(voice.source, StreamVoice):
                hand = voice.source.answers.hand
                if hand.on:
                    self._listen_for(generation, voice, voice.source, hand, due)
                elif generation in self._ears:
                    self._say(generation, voice, self._ears.pop(generation), "listens")

    def _listen_for(
        self, generation: int, voice: Voice, stream: StreamVoice, hand: DuetHand, due: int
    ) -> None:
        ear = self._ears.get(generation)
        if ear is None or ear.tap != hand.tap:
            ear = self._ears[generation] = _Ear(self._rate, hand)
            ear.position = self._tap(hand).written if hand.tap >= 0 else 0
            if self._beside:
                ear.try_priming(stream, self._rate)
        if hand.tap < 0:
            return
        answering = stream.answers.answering
        if answering and hand.deaf:
            ear.shut_until = due + round(SHUT_S * self._rate)
        if not answering and ear.said == "answers":
            self._say(generation, voice, ear, "listens")
        frames, ear.position = self._tap(hand).since(ear.position)
        audio = _of_channel(frames, hand.channel)
        ear.listener.threshold_db, ear.listener.silence_s = hand.threshold_db, hand.silence_s
        if not hand.listens or due < ear.shut_until:
            audio = np.zeros_like(audio)
            ear.listener.forget()
            if not hand.listens:
                ear.awaited = ear.priming = None
        for event in ear.listener.listen(audio):
            self._take_event(generation, voice, stream, ear, event)
        if hand.line:
            self._answer_on_line(generation, voice, stream, ear, due)
        elif ear.awaited is not None and ear.priming is not None and ear.priming.done:
            self._answer(generation, voice, stream, ear, 0)

    def _take_event(
        self, generation: int, voice: Voice, stream: StreamVoice, ear: _Ear, event: PhraseEvent
    ) -> None:
        hand = stream.answers.hand
        if event.what is PhraseChange.BEGAN:
            ear.awaited = None
            if stream.answers.answering:
                if not hand.gives_way or hand.line:
                    return
                stream.answers.end()
                self._say(generation, voice, ear, "listens")
            self._say(generation, voice, ear, "hears")
        elif hand.line or stream.answers.answering:
            return
        elif event.what is PhraseChange.PAUSED:
            if self._beside and (ear.priming is None or ear.priming.done):
                self._prime(stream, ear, event.begin, event.end)
        else:
            if ear.priming is None or ear.priming.end != event.end:
                self._prime(stream, ear, event.begin, event.end)
            ear.awaited = event.end

    def _answer_on_line(
        self, generation: int, voice: Voice, stream: StreamVoice, ear: _Ear, due: int
    ) -> None:
        """Prime shortly before the line, and answer on it, if anything was played."""
        hand = stream.answers.hand
        if ear.line != hand.line and due >= hand.line - LINE_LEAD_S * self._rate:
            ear.line, ear.awaited = hand.line, None
            now = ear.listener.frames
            begin = now - round(hand.turn_s * self._rate) + max(round(hand.line) - due, 0)
            if (where := ear.listener.loud_between(begin, now)) is not None:
                self._prime(stream, ear, *where)
                ear.awaited = where[1]
        primed = ear.awaited is not None and ear.priming is not None and ear.priming.done
        if primed and voice.frame + 2 * HOP > hand.line:
            self._answer(generation, voice, stream, ear, max(round(hand.line) - voice.frame, 0))

    def _prime(self, stream: StreamVoice, ear: _Ear, begin: int, end: int) -> None:
        heard = ear.listener.between(begin, end)
        if self._beside:
            ear.prime(stream, heard, self._rate, end)
        else:
            ear.priming = _Priming(heard, self._rate, stream, False, end, PRIME_S)

    def _answer(
        self, generation: int, voice: Voice, stream: StreamVoice, ear: _Ear, wait: int
    ) -> None:
        priming, ear.awaited, ear.priming = ear.priming, None, None
        if priming is None or priming.failed or priming.phrase is None:
            return
        hand = stream.answers.hand
        frames = hand.frames(priming.frames, self._rate)
        gain = priming.phrase.gain(hand.dynamics)
        told = DuetTurn(
            generation, voice.buffer.written, "answers", priming.number, frames, wait, gain,
            priming.packed,
        )  # fmt: skip
        if self._tell(told):  # else a replay could not answer
            ear.said = "answers"
            stream.answers.begin(StreamAnswer(priming.state, frames, gain, wait))

    def _say(self, generation: int, voice: Voice, ear: _Ear, what: str) -> None:
        if ear.said != what:
            ear.said = what
            self._tell(DuetTurn(generation, voice.buffer.written, what))

    def _tap(self, hand: DuetHand) -> TapBuffer:
        return self._arena.taps[int(hand.tap)]


def _of_channel(frames: Floats, channel: float) -> Floats:
    """Return samples (n,) of frames (n, 2)."""
    if channel >= 0:
        return frames[:, int(channel)]
    mixed: Floats = frames.mean(axis=1)
    return mixed
