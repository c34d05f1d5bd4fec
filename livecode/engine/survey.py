"""`python -m livecode.engine.survey BACKEND`: whether that back end works here, as a line of JSON.

A process of its own, because asking PortAudio or JACK can write to the terminal, hang, or crash.
"""

import json
import os
import sys

from livecode.engine.device import boot, realtime
from livecode.engine.pyo_quiet import pyo
from livecode.errors import LivecodeError


def main() -> None:
    """Boot the back end named on the command line, and say what came of it."""
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
    os._exit(0)  # what a sound system does when it is let go of is of no interest here


if __name__ == "__main__":
    main()
