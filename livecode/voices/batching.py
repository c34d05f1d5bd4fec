"""Looks which streams of one model are to be drawn, and draws them together."""

from collections.abc import Callable, Iterable

from livecode.voices.drawn_ahead import Asked, DrawnAhead, draw_together
from livecode.voices.stream import StreamVoice
from livecode.voices.together import Together
from livecode.voices.voice import SoundSource, Voice

#: So many streams go together at most: that many share one reading of the weights.
MOST = 4
#: A voice of which a hop takes longer, in seconds, is slow: others are looked after before the next.
SLOW_S = 0.001


class Batching:
    """Draws hops of streams of one model together, when they are due and ahead of that."""

    def __init__(self, now_s: Callable[[], float] = lambda: 0.0) -> None:
        """`now_s()` returns seconds of a real clock, by which voices are slow."""
        self._together, self._now_s = Together(), now_s

    def draw_due(self, voices: Iterable[Voice], ahead: int, due: int) -> bool:
        """Draw the next hops of streams of one model that are due together; return whether that was slow.

        Due is a hop of a voice with fewer than `ahead` frames in its buffer; `due` is the sample time
        of the engine's next block. A stream that is alone in this draws its hop when it is filled.
        """
        wanted: dict[int, list[tuple[Voice, DrawnAhead, Asked]]] = {}
        for voice in voices:
            stream = voice.source.ahead if isinstance(voice.source, StreamVoice) else None
            if stream is None or stream.identity is None or stream.hops:
                continue
            if (asked := voice.asked(ahead, due)) is not None:
                wanted.setdefault(stream.identity, []).append((voice, stream, asked))
        for several in wanted.values():
            if len(several) > 1:
                began = self._now_s()
                draw_together([each[1:] for each in several[:MOST]], self._together)
                slow = self._now_s() - began > SLOW_S
                for voice, _, _ in several[:MOST]:
                    voice.slow = slow
                return slow
        return False

    def draw_ahead(self, voices: Iterable[Voice]) -> bool:
        """Let the stream with the least drawn ahead draw one hop more; return whether one did.

        Others of its model that have room for one draw theirs along with it.
        """
        streams = [voice.source for voice in voices if isinstance(voice.source, StreamVoice)]
        ready = [stream for stream in streams if stream.busy and stream.ahead.ready]
        if not ready:
            return False
        ready.sort(key=lambda stream: stream.ahead.hops)
        model = ready[0].ahead.identity
        along = [each for each in ready[1:] if model is not None and each.ahead.identity == model]
        wanted = [(each.ahead, each.asked_ahead()) for each in [ready[0], *along][:MOST]]
        draw_together(
            [(stream, asked) for stream, asked in wanted if asked is not None], self._together
        )
        return True


def spent_before(source: SoundSource) -> Callable[[], float]:
    """Return what tells how many seconds went into a source's last hop before it was due."""
    return source.ahead.take_spent_s if isinstance(source, StreamVoice) else lambda: 0.0
