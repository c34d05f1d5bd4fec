"""`python -m livecode.engine.survey BACKEND RATE BLOCK`: prints whether the back end works, as JSON.

The survey has its own process, because PortAudio or JACK can write to the terminal, hang or crash.
"""

import json
import os
import sys

from livecode.engine.device import boot, realtime
from livecode.engine.pyo_quiet import pyo
from livecode.errors import LivecodeError


def main() -> None:
    """Boot the back end named on the command line, and print what happened."""
    backend, sample_rate, block = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        server = boot(backend, sample_rate, block).server
        rate, frames = int(server.getSamplingRate()), int(server.getBufferSize())
        answer = {"works": True, "text": f"{rate} Hz in blocks of {frames}"}
    except LivecodeError as error:
        answer = {"works": False, "text": str(error)}
    if backend == "portaudio":
        answer["devices"] = list(dict.fromkeys(pyo.pa_get_output_devices()[0]))
    answer["realtime"] = realtime()
    print("\n" + json.dumps(answer), flush=True)
    os._exit(0)  # skip the sound system's own cleanup, which may hang or crash


if __name__ == "__main__":
    main()
