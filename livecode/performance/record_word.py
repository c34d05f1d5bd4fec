"""The word `record`, which records to a file or a folder."""

import os
import time
from pathlib import Path

import msgspec
import platformdirs

from livecode.errors import LivecodeError
from livecode.evaluation.deferred import Deferred
from livecode.playing.clock import PerformanceClock
from livecode.playing.event_log import EventLog
from livecode.transport import Arena
from livecode.transport.messages import Record, Tape, send

#: What a recording was asked for with: (path, stems, bits).
Asked = tuple[str, bool, int]
#: The file of the master in a folder of stems.
MASTER = "master.wav"


class RecordWord:
    """Record what is heard: `record()`, `record("night.wav")`; `record.stop()` ends it.

    `record(stems=True)` makes a folder with a file for each name beside the master's; `bits=24` makes
    the files smaller. Nothing is ever recorded over: the next file is `night-2.wav`. While it
    records, the same call again changes nothing. Without a name, files go to your music folder.
    """

    def __init__(self, arena: Arena, clock: PerformanceClock, deferred: Deferred, log: EventLog):
        self._arena, self._clock, self._deferred, self._log = arena, clock, deferred, log
        #: False where a performance is only tried or played again: then nothing is recorded.
        self.enabled = True
        self._asked: Asked | None = None
        self._last: Path | None = None

    def __call__(
        self, path: str | Path | bool | None = None, *, stems: bool = False, bits: int = 32
    ) -> None:
        """Begin to record: `record()`, `record("night.wav", stems=True)`; `record(False)` ends it."""
        if path is False:
            self.stop()
            return
        if bits not in (24, 32):
            raise LivecodeError(f"bits={bits}: a recording has 24 (integer) or 32 (float)")
        asked = ("" if path is None or path is True else str(path), bool(stems), bits)
        if asked[0]:
            _checked(asked[0])
        self._deferred.when_done(lambda: self._begin(asked))

    def stop(self) -> None:
        """End the recording; a note says how long it is."""
        self._deferred.when_done(self._stop)

    def __repr__(self) -> str:
        tape = self._tape()
        if not tape.on:
            return "nothing is being recorded; record() begins"
        return f"recording to {_place(tape)}, {self._length(tape)} so far"

    def _begin(self, asked: Asked) -> None:
        tape = self._tape()
        if self._clock.taking_over:  # the former mind's recording goes on
            self._asked = asked
            return
        path, stems, bits = asked
        if not self.enabled:
            return
        plain = not path and (not stems or bool(tape.stems))
        if tape.on and (plain or asked == self._asked):
            self._log.say("note", f"recording to {_place(tape)}, {self._length(tape)} so far")
            return
        where = self._unused(path, stems)
        self._asked, self._last = asked, where
        folder, master = (str(where), str(where / MASTER)) if stems else ("", str(where))
        if not send(self._arena.messages["mind", "engine"], Record(master, folder, bits)):
            raise LivecodeError("the engine does not answer; nothing is recorded")
        self._log.say("note", f"recording to {where}")

    def _stop(self) -> None:
        tape = self._tape()
        if self._clock.taking_over or not self.enabled:
            return
        self._asked = None
        if tape.on:
            send(self._arena.messages["mind", "engine"], Record(""))
            self._log.say("note", f"recorded {self._length(tape)} to {_place(tape)}")

    def _unused(self, path: str, stems: bool) -> Path:
        """Return a file, or a folder for stems, that does not exist yet."""
        if path:
            wanted = Path(path).expanduser().absolute()
        else:
            folder = Path(platformdirs.user_music_dir()) / "livecode"
            _made(folder)
            wanted = folder / time.strftime("%Y-%m-%d_%H-%M-%S")
        stem, suffix = wanted.stem if path else wanted.name, "" if stems else ".wav"
        where, number = wanted.with_name(stem + suffix), 1
        while where.exists() or where == self._last:
            number += 1
            where = wanted.with_name(f"{stem}-{number}{suffix}")
        return where

    def _tape(self) -> Tape:
        document = self._arena.tape.look()
        return msgspec.json.decode(document, type=Tape) if document else Tape()

    def _length(self, tape: Tape) -> str:
        seconds = max(0, self._clock.frame - tape.begin) // self._clock.sample_rate
        return f"{seconds // 60}:{seconds % 60:02d}"


def _place(tape: Tape) -> str:
    return tape.stems or tape.path


def _checked(path: str) -> None:
    """Raise LivecodeError if nothing can be written there."""
    asked = Path(path).expanduser()
    if asked.suffix not in ("", ".wav"):
        raise LivecodeError(f"{path}: recordings are WAV files; say {asked.stem}.wav")
    folder = asked.absolute().parent
    if not folder.is_dir():
        raise LivecodeError(f"cannot record to {path}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise LivecodeError(f"cannot record to {path}: {folder} cannot be written")


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LivecodeError(
            f'cannot write {folder}: {error.strerror}; say where, as record("night.wav")'
        ) from None
