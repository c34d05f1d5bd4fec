"""What engine and voices are told of generations; newcomers among them are told before a mind is ready."""

import threading

from livecode.transport import Arena
from livecode.transport.messages import (
    GraphSource,
    Message,
    PlayBuffer,
    PlayGraph,
    StartVoice,
    TransferSource,
    send,
)
from livecode.transport.sending import MidiSource, OscSource
from livecode.transport.status import Generation, decode_status

#: How often it is looked whether engine or voices have come up.
LOOK_S = 0.005


def for_voices(playing: Generation) -> StartVoice | None:
    """Return what voices are told of a generation; None if they do not play it."""
    if isinstance(playing.source, (GraphSource, MidiSource, OscSource)):
        return None
    return StartVoice(playing.name, playing.generation, playing.buffer, playing.at, playing.source)


def for_engine(playing: Generation, since: int = 0) -> Message | None:
    """Return what an engine is told of a generation; None if it is sent to other programs.

    since: the sample time before which a graph does not run.
    """
    source = playing.source
    if playing.sent:
        return None
    if not isinstance(source, GraphSource):
        takes = source.takes if isinstance(source, TransferSource) else ""
        return PlayBuffer(
            playing.name, playing.generation, playing.buffer, playing.at, playing.fade_s, takes
        )
    return PlayGraph(
        playing.name,
        playing.generation,
        playing.at,
        playing.fade_s,
        source.source,
        source.function,
        source.first_line,
        source.inputs,
        source.controls,
        source.voices,
        since,
    )


class EarlyGreeting:
    """Tells an engine or voices that come up what sounded, while a mind that takes over gets ready.

    A mind needs a second to start, and another to run hundreds of blocks again. Until then the table
    that the former mind had posted is enough. The mind says the same again later, and it is ignored.
    """

    def __init__(self, arena: Arena):
        self._arena = arena
        status = decode_status(arena.board.look() or b"{}")
        self._playing = [each for each in status.playing if not each.leaving]
        self._engine_epoch, self._voices_epoch = status.epochs
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="greeting", daemon=True)

    def start(self) -> None:
        """Look again and again, in a thread, until `end` is called."""
        self._thread.start()

    def end(self) -> None:
        """End the thread: from now on what sounds may change."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Tell what has come up since the last look; what may have killed it before is left out."""
        header, messages = self._arena.header, self._arena.messages
        if header.engine_epoch != self._engine_epoch:
            self._engine_epoch = header.engine_epoch
            for playing in self._playing:
                if playing.generation != header.suspect and (told := for_engine(playing)):
                    send(messages["mind", "engine"], told)
        if header.voices_epoch != self._voices_epoch:
            self._voices_epoch = header.voices_epoch
            suspects = {int(each) for each in self._arena.suspects}
            for playing in self._playing:
                if playing.generation not in suspects and (told := for_voices(playing)):
                    send(messages["mind", "voices"], told)

    def _watch(self) -> None:
        while not self._over.wait(LOOK_S):
            self.look()
