"""`livecode render`: a set, played offline into a WAV file."""

from pathlib import Path

import numpy as np
from rich.progress import Progress, TextColumn, TimeRemainingColumn

from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError
from livecode.offline.playback import estimated_s, opened, played
from livecode.offline.session import Session
from livecode.sets.set_file import read_set
from livecode.signals.frames import read_frames


def render(
    set_path: Path,
    out: Path,
    seconds: float | None = None,
    seed: int = 0,
    osc: Path | None = None,
    sample_rate: int = 48000,
    block: int = 256,
    stems: Path | None = None,
    bits: int = 32,
) -> int:
    """Play the set into `out`; with the same seed and packets, the same bytes.

    stems: a folder for what each name adds to it; bits: 32 (float) or 24, of all files.
    """
    set_file = read_set(set_path)
    frames = [] if osc is None else read_frames(osc)
    if seconds is not None and not seconds > 0:
        raise LivecodeError(f"--for {seconds:g}: a length in seconds above 0 is needed")
    with Session(seed, sample_rate, block) as session:
        file = WavFile.fresh(out, sample_rate, bits=bits)
        heard = False
        try:
            if stems is not None:
                session.record(stems=stems, bits=bits)
            opened(session, set_file)
            with Progress(
                TextColumn("{task.description}"), *Progress.get_default_columns()[1:-1],
                TimeRemainingColumn(),
            ) as progress:  # fmt: skip
                total = estimated_s(set_file) if seconds is None else seconds
                task = progress.add_task(f"rendering {out.name}", total=total)
                for audio in played(session, frames, seconds):
                    _write(file, audio)
                    heard = heard or bool(np.any(audio))
                    progress.update(task, completed=session.time)
            if stems is not None:
                session.record()  # ends it, and says if it could not be written
        finally:
            file.close()
        errors = [event for event in session.log if event.kind in ("error", "fallback")]
        if errors and not heard:
            raise LivecodeError(f"{set_path}: {errors[0].text}")
        for event in errors:
            print(f"{event.frame / sample_rate:.2f} s: {event.text}")
    return 0


def _write(file: WavFile, audio: np.ndarray) -> None:
    try:
        file.write(audio)
    except OSError as error:
        raise LivecodeError(f"cannot write {file.path}: {error.strerror}") from None
