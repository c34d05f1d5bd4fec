"""Visitors of the stage page in a process of their own, which takes no core from what is measured.

`python -m livecode.bench.stage_crowd KIND ADDRESS COUNT` lets visitors of a kind come, and lets them go when
its standard input is closed. On an evening they sit at other machines; here they run where a core is idle.
"""

import subprocess
import sys
import threading

from livecode.bench.stage_visitors import Intruders, Watchers
from livecode.errors import LivecodeError
from livecode.system.scheduling import run_when_idle

VIEWERS, INTRUDERS = "viewers", "intruders"
#: So long the last of them may take to go, in seconds.
GO_WITHIN_S = 60.0


class Crowd:
    """Visitors that have come; `leave` lets them go."""

    def __init__(self, kind: str, address: str, count: int = 1):
        """Let visitors of a kind, `VIEWERS` or `INTRUDERS`, come, and wait until they are there.

        Raises LivecodeError if they do not come.
        """
        command = [sys.executable, "-m", "livecode.bench.stage_crowd", kind, address, str(count)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise LivecodeError(f"the {kind} of the stage page did not come")

    def leave(self) -> float:
        """Let them go, and return how many messages each viewer got in a second."""
        try:
            told, _ = self._process.communicate(timeout=GO_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            told, _ = self._process.communicate()
        return float(told or "nan")


def main() -> None:
    """Come, say so in a line, stay until standard input ends, and print the messages a second."""
    kind, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    gone = threading.Event()
    crowd = Watchers(address, count) if kind == VIEWERS else None
    run_when_idle()
    intruders = Intruders(address) if kind == INTRUDERS else None
    print("there", flush=True)

    def wait() -> None:
        sys.stdin.read()
        gone.set()

    threading.Thread(target=wait, daemon=True).start()
    if crowd is not None:
        print(crowd.watch(gone))
    elif intruders is not None:
        gone.wait()
        intruders.stop()


if __name__ == "__main__":
    main()
