"""`python -m livecode.engine.survey BACKEND RATE BLOCK`: prints whether the back end works, as JSON.

The survey has its own process, because PortAudio or JACK can write to the terminal, hang or crash.
With `--await` it tries again and again, and prints the first answer that is good.
"""

import argparse
import json
import os
import sys
import threading
import time
from typing import Any

from livecode.engine.device import BACKENDS, backends_of, boot, portaudio_outputs, realtime
from livecode.errors import LivecodeError

#: Never the name of an engine: see `SoundPath`.
CLIENT = "livecode-survey"
#: A back end that does not answer is tried again after this long: at first, and after a while.
AGAIN_S, LATER_S, AFTER_TRIES = 0.7, 2.0, 60


def main() -> None:
    """Boot the back end named on the command line, and print what happened."""
    parser = argparse.ArgumentParser(prog="livecode.engine.survey")
    parser.add_argument("backend", choices=BACKENDS)
    parser.add_argument("sample_rate", type=int)
    parser.add_argument("block", type=int)
    parser.add_argument("--device", default="")
    parser.add_argument(
        "--await", dest="waits", action="store_true", help="print a good answer only"
    )
    options = parser.parse_args()
    if options.waits:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    answer = _answer(options)
    tries = 1
    while options.waits and not answer["works"]:
        time.sleep(AGAIN_S if tries < AFTER_TRIES else LATER_S)
        tries, answer = tries + 1, _answer(options)
    answer["realtime"] = realtime()
    print("\n" + json.dumps(answer), flush=True)
    os._exit(0)  # skip the sound system's own cleanup, which may hang or crash


def _answer(options: argparse.Namespace) -> dict[str, Any]:
    """Boot a back end, the first of `auto` that works, and return what happened."""
    answer: dict[str, Any] = {}
    for backend in backends_of(options.backend):
        try:
            asked = options.sample_rate, options.block, options.device
            device = boot(backend, *asked, client=CLIENT)
            server = device.server
            rate, frames = int(server.getSamplingRate()), int(server.getBufferSize())
            answer = {"works": True, "text": f"{rate} Hz in blocks of {frames}"}
            answer |= {"backend": backend, "name": device.name}
            server.shutdown()
        except LivecodeError as error:
            answer = {"works": False, "text": str(error), "backend": backend}
        if backend == "portaudio":
            answer["devices"] = list(portaudio_outputs())
        if answer["works"]:
            break
    return answer


def _end_with_standard_input() -> None:
    """End when the engine that waits for the answer is gone."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
