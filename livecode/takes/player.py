"""The process that plays takes to the sound card with pyo, controlled line by line.

Start it with `python -m livecode.takes.player --audio auto`. It reads `{"play": PATH, "at":
SECONDS}` and `{"stop": true}` from standard input, and ends when that is closed.
"""

import argparse
import json
import os
import sys
import threading
import time
from typing import Any

from livecode.engine.device import BACKENDS, Device, boot, run_headless
from livecode.engine.outlet import GONE, SILENT_S
from livecode.engine.pyo_quiet import pyo
from livecode.errors import LivecodeError

SAMPLE_RATE, BLOCK = 48000, 512
FADE_IN_S, FADE_OUT_S = 0.005, 0.03
LOOK_S = 0.1
CUBIC = 4  # pyo's interpolation, because takes are at their model's rate
FADING = 4  # takes that may fade out at the same time


class FilePlayer:
    """Plays one file at a time on a server, and fades the previous one out."""

    def __init__(self) -> None:
        self._now: tuple[pyo.Fader, Any] | None = None
        # kept because pyo stops what nobody refers to
        self._before: list[tuple[pyo.Fader, Any]] = []

    def play(self, path: str, at_s: float) -> None:
        """Play from `at_s` on. Mono sounds on both sides."""
        self.stop()
        fader = pyo.Fader(fadein=FADE_IN_S, fadeout=FADE_OUT_S, dur=0)
        file = pyo.SfPlayer(path, offset=at_s, interp=CUBIC, mul=fader)
        heard = file.mix(2).out()
        fader.play()
        self._now = (fader, (file, heard))

    def stop(self) -> None:
        """Fade out and stop."""
        if self._now is not None:
            self._now[0].stop()
            self._before = [*self._before, self._now][-FADING:]
            self._now = None


def main() -> int:
    """Play on request until standard input is closed. Return 2 if there is no device."""
    parser = argparse.ArgumentParser(prog="livecode.takes.player")
    parser.add_argument("--audio", choices=BACKENDS, default="auto")
    options = parser.parse_args()
    try:
        device = boot(options.audio, SAMPLE_RATE, BLOCK, client="livecode-takes")
    except LivecodeError as error:
        _say(error=str(error))
        return 2
    device.server.start()
    _say(device=device.description)
    ended = threading.Event()
    if device.backend == "headless":
        arguments = (device.server, SAMPLE_RATE, BLOCK, ended)
        threading.Thread(target=run_headless, args=arguments, daemon=True).start()
    else:
        threading.Thread(target=_watch, args=(device, ended), daemon=True).start()
    player = FilePlayer()
    for line in sys.stdin:
        asked = json.loads(line)
        if "play" in asked:
            player.play(asked["play"], asked["at"])
            _say(began=asked["id"])
        else:
            player.stop()
    player.stop()
    ended.wait(2 * FADE_OUT_S)
    ended.set()
    device.server.stop()
    return 0


def _watch(device: Device, ended: threading.Event) -> None:
    """End the process if the device is lost: the next take is played by another one."""
    asked_s = [time.monotonic()]
    device.server.setCallback(lambda: asked_s.__setitem__(0, time.monotonic()))
    while not ended.wait(LOOK_S):
        if not device.server.getIsBooted() or time.monotonic() - asked_s[0] > SILENT_S:
            _say(error=f"{GONE[device.backend]}; play it again once it is back")
            os._exit(1)


def _say(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
