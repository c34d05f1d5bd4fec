"""Fixtures for every room."""

import faulthandler
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from livecode import Session
from livecode.system.here import PORTABLE, SWITCH

#: Rooms whose tests play in processes of their own, against the clock.
LIVE_ROOMS = ("processes",)
#: Fixtures of tests that play in processes of their own, too.
LIVE_FIXTURES = {"card", "performance", "virtual_card", "without_mind"}


#: Seconds after the time-out of a test at which its process is ended.
GRACE_S = 60.0
_STDERR = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the terminal's own stderr, which is written to while output is captured."""
    capturing = config.pluginmanager.getplugin("capturemanager")
    with capturing.global_and_fixture_disabled():
        config.stash[_STDERR] = os.dup(2)


def pytest_report_header() -> list[str]:
    """Say it if tests run as on a system that has less."""
    return [f"{SWITCH}: no fork, no named memory, no local sockets"] if PORTABLE else []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End the process of a test that its time-out does not end, such as a loop in compiled code.

    The time-out raises an exception in Python, which such a loop never returns to. The process
    writes where each of its threads is, and ends; with pytest-xdist, another one runs the rest.
    """
    marker = item.get_closest_marker("timeout")
    limit = float(marker.args[0] if marker else item.config.getini("timeout"))
    faulthandler.dump_traceback_later(limit + GRACE_S, exit=True, file=item.config.stash[_STDERR])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as live what plays against the clock: `make test` runs nothing beside it."""
    here = Path(__file__).parent
    for item in items:
        room = item.path.relative_to(here).parts[0]
        if room in LIVE_ROOMS or LIVE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.live)


@pytest.fixture(autouse=True, scope="session")
def _own_performances(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests play is kept among the tests' own things."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def session() -> Iterator[Session]:
    """An offline performance."""
    with Session(seed=7) as opened:
        yield opened


def need(tool: str) -> pytest.MarkDecorator:
    """Skip, and say so, where a program is not installed."""
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed here")


class Card:
    """A JACK server with a dummy card, which can be killed and started again."""

    def __init__(self, name: str):
        self.name = name
        self._server: subprocess.Popen[bytes] | None = None

    def start(self, rate: int = 48000, block: int = 256, outputs: int = 2) -> None:
        """Start it, and wait until it takes clients."""
        command = ["jackd", "-n", self.name, "-r", "-d", "dummy", "-r", str(rate), "-p", str(block)]
        command += ["-P", str(outputs)]
        environment = {**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"}
        self._server = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        await_jack()

    def kill(self) -> None:
        """Let it die as in a crash. Its name stays in the registry of JACK until the next start."""
        assert self._server is not None
        self._server.kill()
        self._server.wait()

    def stop(self) -> None:
        """End it in order, so that it leaves the registry, which has room for eight."""
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


_cards = itertools.count()


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[Card]:
    """A JACK server with a dummy card at 48 kHz and 256 frames, under a name of its own."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed here (Debian: jackd2)")
    # a name that was never used: what a former server has left behind is not met again
    made = Card(f"livecode-test-{os.getpid()}-{next(_cards)}")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", made.name)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def virtual_card(card: Card) -> str:
    """A JACK server with a dummy card; gives its name."""
    return card.name


def await_jack() -> None:
    """Wait until the server of JACK_DEFAULT_SERVER takes clients."""
    for _ in range(200):
        if subprocess.run(["jack_lsp"], capture_output=True, timeout=10).returncode == 0:
            return
        time.sleep(0.02)
    pytest.fail("the JACK server does not answer")
