"""Other editors play: a client attached beside the terminal, and the kernel that Jupyter starts."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

import psutil
import pytest
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from livecode.cli import command as cli
from livecode.processes.live import Live
from livecode.processes.options import Options
from tests.portable import is_segment


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "environment" / "share" / "jupyter"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


def evaluate(client: BlockingKernelClient, code: str, within_s: float = 30.0) -> tuple[str, str]:
    """(status, what the cell shows: its result or its error)."""
    shown = []

    def hear(message: dict) -> None:
        content = message["content"]
        if message["msg_type"] == "execute_result":
            shown.append(content["data"]["text/plain"])
        elif message["msg_type"] == "error":
            shown.append(content["evalue"])

    reply = client.execute_interactive(code, timeout=within_s, output_hook=hear)
    return reply["content"]["status"], "\n".join(shown)


def until(condition: Callable[[], object], what: str, within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


def test_a_client_beside_the_terminal_plays_the_same_performance() -> None:
    with Live(Options(audio="headless", osc_port=0)) as live:
        assert live.evaluate("glass = space('additive')") == (True, None)
        client = BlockingKernelClient(connection_file=str(live.paths.connection))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=30)
        try:
            cell = "# %% a cell of a foreign editor\nego = agent(glass)\n\nego.dims = 3"
            assert evaluate(client, cell) == ("ok", "")
            live.await_sound()
            assert live.evaluate("assert ego.dims == 3") == (True, None)
            assert evaluate(client, "ego.dim = 4")[1].startswith("line 1: ego has nothing called")
            asked = "from ipykernel import get_connection_file\nget_connection_file()"
            assert evaluate(client, asked) == ("ok", repr(str(live.paths.connection)))
            assert "ego" in client.complete("eg", reply=True, timeout=30)["content"]["matches"]
        finally:
            client.stop_channels()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """The kernel, installed and started as Jupyter does it."""
    prefix = str(tmp_path / "environment")
    assert cli.main(["kernel", "install", "--prefix", prefix, "--audio", "headless"]) == 0
    manager = KernelManager(kernel_name="livecode")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def launcher(manager: KernelManager) -> psutil.Process:
    return psutil.Process(manager.provisioner.process.pid)  # type: ignore[union-attr]


def arenas(process: psutil.Process) -> set[str]:
    """The shared memory that a process has mapped."""
    return {each.path for each in process.memory_maps() if is_segment(each.path)}


def test_the_installed_kernel_plays_is_interrupted_and_leaves_nothing(
    started: tuple[KernelManager, BlockingKernelClient],
) -> None:
    manager, client = started
    assert evaluate(client, "ego = agent(space('additive'))") == ("ok", "")
    until(lambda: "dB" in evaluate(client, "running()")[1], "a level above silence")
    client.execute("while True: pass")
    until(lambda: client.get_iopub_msg(timeout=10)["msg_type"] == "execute_input", "the cell")
    manager.interrupt_kernel()
    assert "interrupted" in client.get_shell_msg(timeout=10)["content"]["evalue"]
    # Jupyter aborts what is sent before the kernel has got over the error
    until(lambda: evaluate(client, "ego.dims = 3")[0] == "ok", "a cell after it")
    processes, mapped = launcher(manager).children(recursive=True), arenas(launcher(manager))
    names = {process.name().removeprefix("livecode: ") for process in processes}
    assert {"engine", "voices", "mind"} <= names, "all have come up by now"
    assert mapped
    client.shutdown()
    assert not psutil.wait_procs([launcher(manager), *processes], timeout=10)[1]
    assert not [path for path in mapped if Path(path).exists()]


def test_a_mind_that_dies_in_a_cell_comes_back_under_the_same_front_end(
    started: tuple[KernelManager, BlockingKernelClient],
) -> None:
    _, client = started
    assert evaluate(client, "ego = agent(space('additive'), dims=3)")[0] == "ok"
    client.execute("import os; os._exit(9)")

    def asked_again() -> bool:
        try:
            return evaluate(client, "ego.dims", within_s=1.0) == ("ok", "3")
        except TimeoutError:  # asked of the one that died
            return False

    until(asked_again, "another mind")


FRONT_END = """
from jupyter_client import KernelManager
manager = KernelManager(kernel_name="livecode")
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
print(manager.provisioner.process.pid, flush=True)
input()
"""


def test_all_ends_with_a_front_end_that_is_killed(tmp_path: Path) -> None:
    prefix = str(tmp_path / "environment")
    assert cli.main(["kernel", "install", "--prefix", prefix, "--audio", "headless"]) == 0
    command = [sys.executable, "-c", FRONT_END]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) as front_end:
        assert front_end.stdout is not None
        kernel = psutil.Process(int(front_end.stdout.readline()))
        processes, mapped = [kernel, *kernel.children(recursive=True)], arenas(kernel)
        assert len(processes) >= 4
        front_end.kill()
    assert not psutil.wait_procs(processes, timeout=10)[1]
    assert not [path for path in mapped if Path(path).exists()]


def test_a_kernel_that_was_not_installed_is_not_known() -> None:
    with pytest.raises(NoSuchKernel):
        KernelSpecManager().get_kernel_spec("livecode")
