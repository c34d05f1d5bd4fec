"""A voice in its own process: code from others may hang or crash there without harm to the rest."""

import argparse
import logging
import os
import subprocess
import sys
import time

import msgspec

from livecode.errors import LivecodeError
from livecode.transport import Arena, ControlReader
from livecode.transport.lifeline import begin, watch_lifeline
from livecode.transport.messages import LatentSource, StartVoice
from livecode.transport.timing import HOP, look_ahead
from livecode.voices.priority import realtime
from livecode.voices.torchscript import TorchScriptVoice

READY = "ready"
#: What stands before a sentence for the performer.
NOTE = "note: "


class IsolatedVoice:
    """The isolated process, as the voices' process sees it."""

    def __init__(self, arena: Arena, message: StartVoice):
        """Start the process. `poll` tells how it is doing."""
        source = message.source
        assert isinstance(source, LatentSource)
        self.name = message.name
        self._said = b""
        #: What the performer should know, as sentences.
        self.notes: list[str] = []
        self.noted = 0  # of these
        arguments = (arena.name, message.name, message.buffer, message.at)
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
        self._said += self._read()
        *lines, rest = self._said.decode(errors="replace").split("\n")
        self.notes = [line.removeprefix(NOTE) for line in lines if line.startswith(NOTE)]
        if status is None:
            return None
        lines = [line for line in [*lines, rest] if line.strip() and not line.startswith(NOTE)]
        if lines and lines[-1] != READY:
            return lines[-1]
        return f"its process ended ({'signal' if status < 0 else 'status'} {abs(status)})"

    def stop(self) -> None:
        """Kill the process at once."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.read() or b""


def main() -> int:
    """Run in the isolated process: fill one buffer until the voices' process is gone."""
    parser = argparse.ArgumentParser(prog=__name__)
    for name in ("arena", "name"):
        parser.add_argument(name)
    for name in ("buffer", "at"):
        parser.add_argument(name, type=int)
    parser.add_argument("source", help="the model, as a LatentSource in JSON")
    options = parser.parse_args()
    begin("voice")
    stop = watch_lifeline()
    arena = Arena.attach(options.arena)
    rate = arena.header.sample_rate
    try:
        source = msgspec.json.decode(options.source, type=LatentSource)
        voice = TorchScriptVoice(source, rate, HOP)
    except (LivecodeError, ImportError) as error:
        print(error, flush=True)
        logging.getLogger("livecode.voices").error("%s: %s", options.name, error)
        return 2
    print(READY, flush=True)
    realtime()
    about = voice.description
    chunk = about.ratio * rate // about.sample_rate
    buffer = arena.buffers[options.buffer]
    slot = arena.controls.find(f"{options.name}.position")
    control = None if slot is None else ControlReader(arena.controls, slot)
    frame, rest_s, noted = options.at, arena.header.block / rate / 4, 0
    while not stop.is_set():
        header = arena.header
        ahead = max(look_ahead(header.block, header.burst), 2 * chunk)
        ahead = min(ahead, buffer.capacity - HOP)
        due = header.clock()[0] + header.block
        while buffer.available < ahead and not stop.is_set():
            frame = max(frame, due + buffer.available)
            buffer.write(voice.play(None if control is None else control.at(frame)))
            frame += HOP
        if voice.notes[noted:]:
            print(*(NOTE + note for note in voice.notes[noted:]), sep="\n", flush=True)
            noted = len(voice.notes)
        time.sleep(rest_s)
    return stop.status


if __name__ == "__main__":
    raise SystemExit(main())
