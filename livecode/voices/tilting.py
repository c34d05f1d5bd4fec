"""Draws the candidates of all tilted streams while every voice is ahead, and lets the mind score them."""

from collections.abc import Mapping

from livecode.transport import Arena
from livecode.transport.candidates import OfferedChunk, offer
from livecode.voices.stream import StreamVoice
from livecode.voices.voice import Voice


class Tilting:
    """Draws candidates piece by piece, those that are needed soonest first."""

    def __init__(self, arena: Arena, scored: bool):
        """`scored`: whether the mind scores them. In a replay the scores are known."""
        self._arena, self._scored = arena, scored

    def first(self, voices: Mapping[int, Voice]) -> int | None:
        """Return the generation whose candidates are needed soonest; None: there is nothing to draw."""
        spare_s = {
            generation: voice.source.tilt.spare / voice.source.rate_hz
            for generation, voice in voices.items()
            if isinstance(voice.source, StreamVoice)
            and voice.source.busy
            and (voice.source.tilt.waits or voice.source.tilt.offered is not None)
        }
        return min(spare_s, key=lambda generation: spare_s[generation], default=None)

    def draw(self, generation: int, voice: Voice) -> None:
        """Draw one piece of a stream's candidates. A chunk that is whole is offered to the mind."""
        assert isinstance(voice.source, StreamVoice)
        voice.source.tilt.draw()
        self._offer(generation, voice, voice.source)

    def give_up(self, voice: Voice) -> bool:
        """Let one candidate go on alone if the next hop is due before all are drawn; return whether."""
        if not isinstance(voice.source, StreamVoice) or not voice.source.overdue:
            return False
        voice.source.tilt.give_up()
        return True

    def _offer(self, generation: int, voice: Voice, stream: StreamVoice) -> None:
        """Let the mind score a chunk, if one waits for that. Without room it is not scored."""
        if (chunk := stream.take_offered()) is None or not self._scored:
            return
        ahead = round(chunk.ahead * self._arena.header.sample_rate / stream.rate_hz)
        candidates = OfferedChunk(
            generation,
            chunk.number,
            stream.rate_hz,
            len(chunk.audio),
            chunk.parents,
            chunk.context.tobytes(),
            chunk.audio.tobytes(),
            tuple(chunk.surprise.tolist()),
            voice.frame + ahead,
        )
        offer(self._arena.candidates, candidates)
