"""The terminal's line to the mind: where a Jupyter client finds it, over local sockets."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


def write_connection(path: Path) -> dict[str, Any]:
    """Write the connection file that the mind and its clients share; returns what it says.

    Written here, because importing jupyter_client for it would keep the performer waiting.
    """
    info = {
        "transport": "ipc",
        "ip": str(path.with_suffix("")),
        **{f"{channel}_port": port for port, channel in enumerate(_CHANNELS, 1)},
        "key": secrets.token_hex(32),
        "signature_scheme": "hmac-sha256",
        "kernel_name": "livecode",
    }
    mine_alone = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(mine_alone, "w") as file:
        json.dump(info, file, indent=1)
    return info
