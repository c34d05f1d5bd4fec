"""How to play: what the command line says, as all processes of a performance are told it."""

from dataclasses import dataclass
from pathlib import Path

from livecode.errors import LivecodeError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Options:
    """How to play: the options of `livecode play`."""

    audio: str = "auto"
    device: str = ""  # a part of the device's name; "": the default one
    or_another: bool = False  # another one plays if that is not there
    outputs: int = 2  # of the device
    cue_out: tuple[int, int] | None = None  # the outputs of the headphones; None: 3 and 4
    sample_rate: int = 48000  # Hz
    block: int = 256  # frames
    seed: int = 0
    set_path: Path | None = None
    osc_bind: str = "127.0.0.1"
    osc_port: int = 8888
    record: Path | None = None
    stems: Path | None = None  # folder for a recording of each name
    bits: int = 32  # per sample of a recording: 24 (integer) or 32 (float)
    #: Seconds that the others play on if the terminal is killed or its window closed; 0: they end.
    outlive_s: int = 0
    begin_again: bool = False  # go on where the journal ends
    text_path: Path | None = None  # file that the terminal opens instead of the set
    stage: str = ""  # where the stage page is served, as HOST:PORT; port 0: any; "": nowhere
    stage_certificate: Path | None = None  # PEM file for TLS
    stage_key: Path | None = None
    stage_audio: bool = False  # the page offers the sound as well
    ends_with_mind: bool = False  # a mind that was told to end ends the performance


def stage_place(text: str) -> tuple[str, int]:
    """Return host and port of where the stage page is served; `text` is HOST, PORT or HOST:PORT.

    Without a host it is this machine alone, and without a port any that is free. Raises LivecodeError if
    it is neither.

    >>> stage_place("8900"), stage_place("192.168.1.20"), stage_place("[::1]:8900")
    (('127.0.0.1', 8900), ('192.168.1.20', 0), ('::1', 8900))
    """
    host, port = text, ""
    if text.isdigit():
        host, port = "", text
    elif text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if (port and not port.isdigit()) or int(port or 0) > 65535:
        raise LivecodeError(f"--stage {text}: write HOST, PORT or HOST:PORT, as 127.0.0.1:8900")
    return host or LOOPBACK, int(port or 0)


def master_file(record: Path | None, stems: Path | None) -> Path | None:
    """Return the file of the master's recording, or None if nothing is recorded.

    With `stems` alone, it is a file in their folder.
    """
    if record is None and stems is not None:
        record = stems / "master.wav"
    return None if record is None else record.resolve()
