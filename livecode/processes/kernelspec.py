"""Plays as a Jupyter kernel, so that JupyterLab or VS Code take the place of the terminal."""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from livecode.files import open_private
from livecode.processes.attachment import Attachment
from livecode.processes.connection import write_connection
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.system.processes import has_parent
from livecode.transport.logs import begin_log

NAME = "livecode"
CHECK_EVERY_S = 0.05


class _Ended(Exception):
    """Raised when the front end asks for the end, or is gone."""


def play_as_kernel(
    options: Options,
    connection_file: Path | None,
    announce: Callable[[Path], None],
    say: Callable[[str], None],
) -> None:
    """Play until the front end that started this process shuts it down or ends.

    A mind that ends because it was told to ends the performance; one that dies is started again.

    `connection_file` is the front end's. Without one, a new one is written, and its path is given to
    `announce`. `say` is given sentences such as that the engine died and is being started again.
    """
    paths = Paths()
    if paths.archived.unkept:
        say(paths.archived.unkept)
    begin_log("front end", paths.log)
    if connection_file is not None:
        # The mind removes its folder at the end, and the front end's folder holds files of others.
        with open(paths.connection, "wb", opener=open_private) as file:
            file.write(connection_file.read_bytes())
    else:
        write_connection(paths.connection)
        announce(paths.connection)
    attachment = Attachment(replace(options, ends_with_mind=True), paths, say)
    for sentence in attachment.told:
        say(sentence)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, lambda *_: attachment.interrupt())
    front_end = os.getppid()
    try:
        attachment.start()
        while has_parent(front_end) and not attachment.ended:
            attachment.check()
            time.sleep(CHECK_EVERY_S)
    except _Ended:
        pass
    finally:
        attachment.stop()


def install(user: bool, prefix: Path | None, arguments: list[str]) -> Path:
    """Tell Jupyter of the kernel, and return the folder that describes it.

    `arguments` are those of `livecode kernel` with which the kernel will be started. With `user` it is
    installed for this user alone, else into the environment `prefix` (default: `sys.prefix`).
    """
    from jupyter_client.kernelspec import KernelSpecManager

    spec = {
        "argv": [
            *(sys.executable, "-m", "livecode.cli", "kernel"),
            *("--connection-file", "{connection_file}"),
            *arguments,
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
