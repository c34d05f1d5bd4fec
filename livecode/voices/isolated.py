"""A voice in its own process: code from others may hang or crash there without harm to the rest."""

import argparse
import base64
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec

from livecode.errors import LivecodeError
from livecode.transport import Arena, ControlReader
from livecode.transport.lifeline import begin, watch_lifeline
from livecode.transport.messages import (
    Encoded,
    LatentSource,
    Message,
    StartVoice,
    TransferSource,
    VoiceAligned,
)
from livecode.transport.timing import HOP, look_ahead
from livecode.transport.transfer import piece_frames, transfer_ahead
from livecode.voices.priority import realtime
from livecode.voices.torchscript import TorchScriptVoice
from livecode.voices.transfer.model import ModelTransfer

READY = "ready"
#: What stands before a sentence for the performer, and before a message for the mind.
NOTE, TELL = "note: ", "tell: "
Isolated = LatentSource | TransferSource
Told = VoiceAligned | Encoded


class IsolatedVoice:
    """The isolated process, as the voices' process sees it."""

    def __init__(self, arena: Arena, message: StartVoice):
        """Start the process. `poll` tells how it is doing."""
        source = message.source
        assert isinstance(source, Isolated)
        self.name, self._generation = message.name, message.generation
        self._rest = b""  # of what it says, after the last whole line
        self._last = ""  # the last line that is neither a note nor a message
        #: What the performer should know, as sentences.
        self.notes: list[str] = []
        self.noted = 0  # of these
        self._told: list[Told] = []
        arguments = (arena.name, message.name, message.generation, message.buffer, message.at)
        command = [sys.executable, "-m", __name__, *map(str, arguments)]
        self._process = subprocess.Popen(
            [*command, msgspec.json.encode(source).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)

    def poll(self) -> str | None:
        """Return why the process ended, or None while it runs."""
        status = self._process.poll()
        *lines, self._rest = (self._rest + self._read()).split(b"\n")
        if status is not None and self._rest:
            lines, self._rest = [*lines, self._rest], b""
        for line in (each.decode(errors="replace") for each in lines):
            if line.startswith(NOTE):
                self.notes.append(line.removeprefix(NOTE))
            elif line.startswith(TELL):
                self._take(line.removeprefix(TELL))
            elif line.strip():
                self._last = line
        if status is None:
            return None
        if self._last and self._last != READY:
            return self._last
        return f"its process ended ({'signal' if status < 0 else 'status'} {abs(status)})"

    def take_told(self) -> list[Told]:
        """Return what the mind is to be told since the last call."""
        told, self._told = self._told, []
        return told

    def stop(self) -> None:
        """Kill the process at once."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.read() or b""

    def _take(self, said: str) -> None:
        """Take a message in; what a model prints may look like one."""
        try:
            message = msgspec.msgpack.decode(base64.b64decode(said), type=Told)
        except (msgspec.MsgspecError, ValueError):
            return
        self._told.append(msgspec.structs.replace(message, generation=self._generation))


def main() -> int:
    """Run in the isolated process: fill one buffer until the voices' process is gone."""
    parser = argparse.ArgumentParser(prog=__name__)
    for name in ("arena", "name"):
        parser.add_argument(name)
    for name in ("generation", "buffer", "at"):
        parser.add_argument(name, type=int)
    parser.add_argument("source", help="the model, as a source in JSON")
    options = parser.parse_args()
    begin("voice")
    stop = watch_lifeline()
    arena = Arena.attach(options.arena)
    try:
        source = msgspec.json.decode(options.source, type=Isolated)
        voice = _opened(source, arena)
    except (LivecodeError, ImportError) as error:
        print(error, flush=True)
        logging.getLogger("livecode.voices").error("%s: %s", options.name, error)
        return 2
    print(READY, flush=True)
    realtime()
    filling = _Filling(arena, voice, options, _tell)
    rest_s, noted = arena.header.block / arena.header.sample_rate / 4, 0
    while not stop.is_set():
        while filling.fill() and not stop.is_set():
            pass
        if voice.notes[noted:]:
            print(*(NOTE + note for note in voice.notes[noted:]), sep="\n", flush=True)
            noted = len(voice.notes)
        time.sleep(rest_s)
    return stop.status


class _Filling:
    """Keeps one buffer filled."""

    def __init__(
        self,
        arena: Arena,
        voice: TorchScriptVoice | ModelTransfer,
        options: argparse.Namespace,
        tell: Callable[[Message], None],
    ):
        self._arena, self._voice, self._tell = arena, voice, tell
        self._generation: int = options.generation
        self._buffer = arena.buffers[options.buffer]
        self._frame: int = options.at
        self._fresh = True
        slots = [arena.controls.find(f"{options.name}.{each}") for each in voice.controls]
        self._controls = [
            None if slot is None else ControlReader(arena.controls, slot) for slot in slots
        ]
        rate, about = arena.header.sample_rate, voice.description
        self._piece = piece_frames(about.ratio, about.sample_rate, rate)

    def fill(self) -> bool:
        """Compute a hop if one is due and can be computed; return whether it was."""
        header, buffer, voice = self._arena.header, self._buffer, self._voice
        ahead = max(look_ahead(header.block, header.burst), 2 * self._piece)
        if isinstance(voice, ModelTransfer):
            ahead = transfer_ahead(header.block, header.burst, self._piece)
        if buffer.available >= min(ahead, buffer.capacity - HOP):
            return False
        clock = header.clock()[0]
        frame = max(self._frame, clock + header.block + buffer.available)
        values: list[Any] = [None if each is None else each.at(frame) for each in self._controls]
        if isinstance(voice, ModelTransfer):
            if not voice.ready(values[0], frame, clock, header.block):
                return False
            voice.frame, voice.position = frame, buffer.written
        if frame != self._frame or self._fresh:
            aligned = VoiceAligned(self._generation, buffer.written, frame, self._fresh)
            self._tell(aligned)
            self._fresh = False
        buffer.write(voice.play(*values))
        if isinstance(voice, ModelTransfer):
            for told in voice.take_told():
                self._tell(Encoded(self._generation, *told))
        self._frame = frame + HOP
        return True


def _opened(source: Isolated, arena: Arena) -> TorchScriptVoice | ModelTransfer:
    rate = arena.header.sample_rate
    if isinstance(source, TransferSource):
        return ModelTransfer(source, rate, arena.taps)
    return TorchScriptVoice(source, rate, HOP)


def _tell(message: Message) -> None:
    """Let the voices' process tell the mind of something."""
    said = base64.b64encode(msgspec.msgpack.encode(message)).decode()
    print(TELL + said, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
