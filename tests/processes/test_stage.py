"""The process of the stage page: looked after like the others, and its address is a secret."""

import http.client
import os
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.transport.stage import Audience, look_at


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with Live(Options(audio="headless", osc_port=0, stage="0")) as opened:
        yield opened


def audience(live: Live) -> Audience:
    return look_at(live.attachment.arena.audience, Audience)


def page(live: Live) -> int:
    """The status of the answer to who asks for the page, as its address says."""
    _, _, host, path = audience(live).address.split("/", 3)
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request("GET", f"/{path}")
    return connection.getresponse().status


def test_a_page_is_served_and_its_secret_stands_nowhere(live: Live) -> None:
    live.await_(lambda: audience(live).address, "the page", 60)
    assert page(live) == 200
    token = audience(live).address.split("/")[3]
    assert len(token) >= 32
    for path in live.paths.archived.folder.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes(), path
    for pid in (live.header.stage_pid, live.header.supervisor_pid, live.header.mind_pid):
        process = psutil.Process(pid)
        assert token not in " ".join(process.cmdline())
        assert token not in str(process.environ())


def test_one_that_is_killed_is_followed_by_another_at_the_same_address(live: Live) -> None:
    live.await_(lambda: audience(live).address, "the page", 60)
    address, pid, late = audience(live).address, live.header.stage_pid, live.header.engine_epoch
    os.kill(pid, signal.SIGKILL)
    live.await_(lambda: live.header.stage_epoch == 2, "another stage", 60)
    end = time.monotonic() + 30
    while True:
        try:
            assert page(live) == 200
            break
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.02)
    assert audience(live).address == address
    assert live.header.engine_epoch == late


def test_what_the_set_shows_is_in_the_status(live: Live) -> None:
    assert live.evaluate("stage.show('spectrum', 'code'); stage.palette('ember')")[0]
    live.await_(lambda: live.status.stage.palette == "ember", "the palette")
    assert live.status.stage.layers == ("spectrum", "code")
    ok, error = live.evaluate("stage.show('spektrum')")
    assert not ok
    assert "did you mean spectrum?" in str(error)
    assert live.status.stage.layers == ("spectrum", "code")
