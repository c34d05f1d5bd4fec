"""The file by which a Jupyter client finds the mind."""

import json
import secrets
from pathlib import Path

from livecode.files import replace_file
from livecode.system.channels import meeting_place

_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


def write_connection(path: Path) -> None:
    """Write a new connection file for the mind and its clients; only this user can read it.

    jupyter_client could write it, but importing jupyter_client keeps the performer waiting.
    """
    info = {
        **meeting_place(path, _CHANNELS),
        "key": secrets.token_hex(32),
        "signature_scheme": "hmac-sha256",
        "kernel_name": "livecode",
    }
    replace_file(path, json.dumps(info, indent=1).encode(), private=True)
