"""Plays takes for the screen: starts the player's process, and knows the position in the take."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import soundfile

from livecode.errors import LivecodeError

FAREWELL_S = 2.0  # time that a player has to end by itself


class Playback:
    """Plays at most one take at a time, in a process that is started when it is first needed."""

    def __init__(self, audio: str, clock: Callable[[], float]) -> None:
        """Set up without starting the process.

        `audio` is auto, portaudio, jack or headless. `clock` returns seconds.
        """
        self._audio, self._clock = audio, clock
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()  # the listening thread writes, too
        self._asked = 0
        self._began_s: float | None = None  # by the clock, minus the position at which it began
        self._duration_s = self._at_s = 0.0
        self.path: Path | None = None  # of the take that was asked for
        self.device = ""  # the device that plays
        self.error = ""  # why there is no sound

    def play(self, path: Path, at_s: float = 0.0) -> None:
        """Play from `at_s` on. Raises `LivecodeError` if the file cannot be read or played."""
        try:
            found = soundfile.info(path)
        except (soundfile.LibsndfileError, OSError) as error:
            raise LivecodeError(f"{path.name} cannot be read ({error})") from None
        duration_s = found.frames / found.samplerate
        at_s = min(max(at_s, 0.0), duration_s)
        with self._lock:
            self._asked += 1
            self._duration_s, self.path, self._at_s = duration_s, path, at_s
            self._began_s = None
            self.error = ""
        if not self._tell({"play": str(path.resolve()), "at": at_s, "id": self._asked}):
            self.path = None
            raise LivecodeError("the sound did not start: run `livecode doctor`")

    def stop(self) -> None:
        """Fade out and stop."""
        with self._lock:
            self._began_s, self.path = None, None
        if self._process is not None and self._process.poll() is None:
            self._tell({"stop": True})

    def position_s(self) -> float | None:
        """Return the seconds into the take that sounds, or None."""
        with self._lock:
            if self.path is None:
                return None
            if self._process is None or self._process.poll() is not None:
                self.path, self._began_s = None, None
                return None
            if self._began_s is None:
                return self._at_s
            position = self._clock() - self._began_s
            if position >= self._duration_s:
                self.path, self._began_s = None, None
                return None
            return position

    @property
    def began(self) -> bool:
        """Whether the player has begun what it was last asked for."""
        return self._began_s is not None

    @property
    def pid(self) -> int | None:
        """The player's process id; None before it is first needed."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process."""
        process, self._process, self.path = self._process, None, None
        if process is None:
            return
        assert process.stdin is not None
        try:
            process.stdin.close()
            process.wait(FAREWELL_S)
        except (OSError, subprocess.TimeoutExpired):
            process.kill()
            process.wait()

    def _tell(self, what: dict[str, object]) -> bool:
        """Send one line to the process, which is started again if it has died."""
        for _ in range(2):
            process = self._started()
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps(what) + "\n")
                process.stdin.flush()
                return True
            except OSError:
                process.kill()
                process.wait()
        return False

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "livecode.takes.player", "--audio", self._audio],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C on the screen must not reach the process
            )
            threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        return self._process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # printed by a library
            if not isinstance(said, dict):
                continue
            with self._lock:
                self.device = said.get("device", self.device)
                self.error = said.get("error", self.error)
                if said.get("began") == self._asked and self.path is not None:
                    self._began_s = self._clock() - self._at_s
