"""A real browser without a screen, which is told what to do over a pipe, as its developer tools do."""

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from livecode.errors import LivecodeError
from livecode.system.folders import is_superuser
from livecode.system.processes import end_group

#: Programs that are Chromium, in the order in which they are looked for.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
#: Graphics that the processor computes, so that they are the same on every machine.
_SHADERS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
_PLAIN = ("--disable-gpu", "--disable-software-rasterizer")
_SWITCHES = (
    "--headless", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--mute-audio",
    "--hide-scrollbars", "--force-device-scale-factor=1", "--remote-debugging-pipe",
    # a window that nobody looks at is drawn like the one in front
    "--disable-renderer-backgrounding", "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
)  # fmt: skip


def chromium() -> str | None:
    """Return the program, or None where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return str(_MAC) if found is None and _MAC.exists() else found


class Browser:
    """Chromium whose pages are 1280 × 720; `with Browser(folder) as browser: page = browser.open(…)`."""

    def __init__(
        self,
        folder: Path,
        shaders: bool = False,
        size: tuple[int, int] = (1280, 720),
        beside: bool = True,
    ):
        """Start it with its profile in `folder`; `shaders`: WebGL is computed by the processor.

        `beside`: something plays meanwhile, which comes first.

        Raises LivecodeError if there is none.
        """
        program = chromium()
        if sys.platform == "win32":
            raise LivecodeError("pictures of the page are not made on Windows yet: use WSL")
        if program is None:
            raise LivecodeError(
                "pictures of the page are made by Chromium, which is not installed here: "
                "apt-get install chromium, or install Google Chrome"
            )
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._told = threading.Condition()
        #: What went wrong in pages: exceptions, and what the browser has refused.
        self.complaints: list[str] = []
        orders, self._orders = os.pipe()
        self._replies, replies = os.pipe()

        def connect() -> None:
            low = os.dup(orders), os.dup(replies)
            os.dup2(low[0], 3)
            os.dup2(low[1], 4)

        aside = ["nice", "-n", "10"] if beside else []
        graphics = _SHADERS if shaders else _PLAIN
        unsafe = ["--no-sandbox"] if is_superuser() else []  # Chromium has no sandbox for root
        self._process = subprocess.Popen(
            [*aside, program, *unsafe, *_SWITCHES, *graphics,
             f"--window-size={size[0]},{size[1]}", f"--user-data-dir={folder}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=connect, pass_fds=(3, 4), start_new_session=True,
        )  # fmt: skip
        os.close(orders)
        os.close(replies)
        self._size = size
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.send("Browser.close", within_s=5.0)
            self._process.wait(5)
        except (OSError, TimeoutError, subprocess.TimeoutExpired):
            pass
        end_group(self._process.pid)
        self._process.wait()
        os.close(self._orders)

    def open(self, address: str, window: bool = False) -> "Tab":
        """Open a page, and return it at once; `window`: in a window of its own."""
        target = self.send("Target.createTarget", url="about:blank", newWindow=window)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session, target)
        for domain in ("Page", "Runtime", "Log"):
            tab.send(f"{domain}.enable")
        width, height = self._size
        tab.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=False)  # fmt: skip
        tab.send("Page.navigate", url=address)
        return tab

    def send(self, method: str, session: str = "", within_s: float = 60.0, **options: Any) -> Any:
        """Send an order, and return its answer."""
        with self._told:
            self._number += 1
            number = self._number
        order = {"id": number, "method": method, "params": options}
        if session:
            order["sessionId"] = session
        os.write(self._orders, json.dumps(order).encode() + b"\0")
        with self._told:
            if not self._told.wait_for(lambda: number in self._answers, within_s):
                raise TimeoutError(f"{method} was not answered within {within_s:g} s")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _listen(self) -> None:
        waiting = b""
        while data := os.read(self._replies, 1 << 16):
            *whole, waiting = (waiting + data).split(b"\0")
            for message in map(json.loads, whole):
                with self._told:
                    if "id" in message:
                        self._answers[message["id"]] = message
                    elif message["method"] == "Runtime.exceptionThrown":
                        self.complaints.append(str(message["params"]["exceptionDetails"]))
                    elif message["method"] == "Log.entryAdded":
                        entry = message["params"]["entry"]
                        gone = "WebSocket connection" in entry["text"]  # the performance has ended
                        if entry["level"] == "error" and not gone:
                            self.complaints.append(entry["text"])
                    self._told.notify_all()
        os.close(self._replies)


class Tab:
    """One page in a browser."""

    def __init__(self, browser: Browser, session: str, target: str):
        self._browser, self._session, self._target = browser, session, target

    def send(self, method: str, **options: Any) -> Any:
        """Send an order to this page, and return its answer."""
        return self._browser.send(method, self._session, **options)

    def run(self, script: str) -> Any:
        """Return what an expression comes to in the page; a promise is awaited."""
        found = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def until(self, script: str, within_s: float = 30.0) -> Any:
        """Wait until an expression is true in the page, and return what it comes to."""
        end = time.monotonic() + within_s
        while True:
            trouble: RuntimeError | None = None
            try:
                if found := self.run(script):
                    return found
            except RuntimeError as error:  # the page is being loaded
                trouble = error
            if time.monotonic() > end:
                raise TimeoutError(f"waited {within_s:g} s in vain for {script}") from trouble
            time.sleep(0.05)

    def picture(self, **clip: float) -> bytes:
        """Return a picture of the page as PNG, or of a part of it: x, y, width, height."""
        options: dict[str, Any] = {"clip": {**clip, "scale": 1}} if clip else {}
        taken = self.send("Page.captureScreenshot", format="png", optimizeForSpeed=True, **options)
        return base64.b64decode(taken["data"])

    def reload(self) -> None:
        """Load the page again."""
        self.send("Page.reload")

    def close(self) -> None:
        """Close the page."""
        self._browser.send("Target.closeTarget", targetId=self._target)
