"""The key of this installation, and the signatures by which it knows what it has written itself."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from livecode.files import open_private
from livecode.system.folders import PRIVATE_FOLDER
from livecode.transport.places import data_folder, make_temporary_folder, temporary_folders

#: Bytes of the key, and of a signature.
KEY_BYTES = 32
_FILE = "installation.key"


def key_file() -> Path:
    """Return the file of the key, which only this user can read, where it belongs."""
    return data_folder() / _FILE


def installation_key() -> bytes | None:
    """Return the key of this installation, which is made when it is first asked for.

    Where the user's folder cannot be written, there is one that lasts as long as the system runs. None
    if there is no place for that, either: then nothing can be signed.
    """
    for folder in (data_folder(), *temporary_folders()):
        with suppress(OSError):
            if (key := _read(folder / _FILE)) is not None:
                return key
    for find in (data_folder, make_temporary_folder):
        with suppress(OSError):
            return _make(find() / _FILE)
    return None


def _read(path: Path) -> bytes | None:
    """Return the key in a file; None if there is none, or if it is cut short."""
    try:
        with open(path, "rb", opener=open_private) as file:
            key = file.read(KEY_BYTES + 1)
    except FileNotFoundError:
        return None
    return key if len(key) == KEY_BYTES else None


def _make(path: Path) -> bytes | None:
    """Write a new key, unless another process is first; return the key that is there then."""
    path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(unfinished, "wb", opener=open_private) as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():  # cut short: it signs nothing any more
            os.replace(unfinished, path)
        else:
            os.link(unfinished, path)  # fails where another process was first
    except FileExistsError:
        pass
    finally:
        unfinished.unlink(missing_ok=True)
    return _read(path)


def signature(purpose: str, *parts: str) -> str:
    """Return the signature of some texts for a purpose, as hexadecimal digits; "" without a key."""
    key = installation_key()
    if key is None:
        return ""
    return _mac(key, purpose, *parts).hexdigest()


def is_signed(signed: str, purpose: str, *parts: str) -> bool:
    """Return whether this installation made the signature, for this purpose and these texts."""
    ours = signature(purpose, *parts)
    return bool(ours) and hmac.compare_digest(ours.encode(), signed.encode("utf-8", "replace"))


def begin_seal(purpose: str) -> hmac.HMAC:
    """Return a seal to add bytes to. Without a key of the installation, it is nobody's."""
    return _mac(installation_key() or secrets.token_bytes(KEY_BYTES), purpose)


def _mac(key: bytes, purpose: str, *parts: str) -> hmac.HMAC:
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in (purpose, *parts):
        data = part.encode("utf-8", "surrogatepass")
        mac.update(len(data).to_bytes(8, "little") + data)
    return mac
