"""How to play: what the command line says, as all processes of a performance are told it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """How to play: the options of `livecode play`."""

    audio: str = "auto"
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
    ends_with_mind: bool = False  # a mind that was told to end ends the performance


def master_file(record: Path | None, stems: Path | None) -> Path | None:
    """Return the file of the master's recording, or None if nothing is recorded.

    With `stems` alone, it is a file in their folder.
    """
    if record is None and stems is not None:
        record = stems / "master.wav"
    return None if record is None else record.resolve()
