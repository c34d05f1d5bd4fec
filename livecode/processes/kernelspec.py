"""The performance as a Jupyter kernel: cells of JupyterLab or VS Code play in place of the terminal."""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from livecode.processes.connection import write_connection
from livecode.processes.paths import Paths
from livecode.processes.supervisor import Options, Supervisor

NAME = "livecode"
CHECK_EVERY_S = 0.05


class _Ended(Exception):
    """The front end has asked for the end, or is gone."""


class KernelSupervisor(Supervisor):
    """Lets the mind end when the front end shuts it down; one that dies is started again."""

    def _call_spare(self) -> bool:
        """Nothing takes over from a mind that was told to end: then all ends."""
        if self.children["mind"].process.returncode == 0:
            raise _Ended
        return super()._call_spare()


def kernel(options: argparse.Namespace) -> int:
    """Play until the front end that started this process shuts it down or ends."""
    settings = Options(
        audio=options.audio,
        sample_rate=options.sr,
        block=options.block,
        seed=options.seed,
        osc_bind=options.osc_bind,
        osc_port=options.osc_port,
    )
    paths = Paths()
    if options.connection_file is not None:
        # a copy: the mind clears its folder away when all ends, and Jupyter's folder is shared
        shutil.copy(options.connection_file, paths.connection)
    else:
        write_connection(paths.connection)
        print(f"jupyter console --existing {paths.connection}", flush=True)
    supervisor = KernelSupervisor(settings, paths, say=_log)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, lambda *_: supervisor.interrupt())
    front_end = os.getppid()
    try:
        supervisor.start()
        while os.getppid() == front_end:
            supervisor.check()
            time.sleep(CHECK_EVERY_S)
    except _Ended:
        pass
    finally:
        supervisor.stop()
    return 0


def install(user: bool, prefix: Path | None, play_arguments: list[str]) -> Path:
    """Tell Jupyter of the kernel, which will play with these arguments; returns where it stands.

    `prefix` is an environment such as sys.prefix, the default; `user`: for this user alone.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    spec = {
        "argv": [
            *(sys.executable, "-m", "livecode.cli", "kernel"),
            *("--connection-file", "{connection_file}"),
            *play_arguments,
        ],
        "display_name": NAME,
        "language": "python",
        "interrupt_mode": "signal",
    }
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kernel.json").write_text(json.dumps(spec, indent=1))
        return Path(
            KernelSpecManager().install_kernel_spec(
                folder, NAME, user=user, prefix=None if user else str(prefix or sys.prefix)
            )
        )


def _end(*_: object) -> None:
    raise _Ended


def _log(text: str) -> None:
    print(f"livecode: {text}", file=sys.stderr, flush=True)
