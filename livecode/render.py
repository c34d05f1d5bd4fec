"""`livecode render`: a set, played offline into a WAV file."""

from pathlib import Path

import numpy as np
from rich.progress import Progress, TextColumn, TimeRemainingColumn

from livecode.engine.recorder import WavFile
from livecode.errors import LivecodeError
from livecode.language.sets import SetFile, read_set
from livecode.session import Session
from livecode.signals.frames import read_frames

_STEP_S = 0.25
#: How long the last scene of a set plays if neither it nor --for says.
LAST_SCENE_S = 20.0


def render(
    set_path: Path,
    out: Path,
    seconds: float | None = None,
    seed: int = 0,
    osc: Path | None = None,
    sample_rate: int = 48000,
    block: int = 256,
) -> int:
    """Play the set into `out`; with the same seed and packets, the same bytes."""
    set_file = read_set(set_path)
    frames = [] if osc is None else list(read_frames(osc))
    if seconds is None:
        seconds = set_seconds(set_file)
    if not seconds > 0:
        raise LivecodeError(f"--for {seconds:g}: a length in seconds above 0 is needed")
    with Session(seed, sample_rate, block) as session:
        file = WavFile.fresh(out, sample_rate)
        result = session.open_set(set_file)
        if not result.ok:
            file.close()
            raise LivecodeError(f"{set_path}: {result.error}")
        with Progress(
            TextColumn("{task.description}"), *Progress.get_default_columns()[1:-1],
            TimeRemainingColumn(),
        ) as progress:  # fmt: skip
            task = progress.add_task(f"rendering {out.name}", total=seconds)
            upcoming = iter([*frames, None])
            frame = next(upcoming)
            while session.time < seconds:
                until = min(session.time + _STEP_S, seconds)
                if frame is not None and frame.time_s <= until:
                    session_audio = session.advance(max(0.0, frame.time_s - session.time))
                    _write(file, session_audio)
                    session.receive_osc(frame.packet)
                    frame = next(upcoming)
                else:
                    _write(file, session.advance(until - session.time))
                progress.update(task, completed=session.time)
        file.close()
        for event in session.log:
            if event.kind in ("error", "fallback"):
                print(f"{event.frame / sample_rate:.2f} s: {event.text}")
    return 0


def set_seconds(set_file: SetFile, tempo_bpm: float = 120.0) -> float:
    """How long a set lasts by itself."""
    lengths = [scene.lasts.at(tempo_bpm) for scene in set_file.scenes if scene.lasts]
    held = not set_file.scenes or set_file.scenes[-1].lasts is None
    return sum(lengths) + (LAST_SCENE_S if held else 0.0)


def _write(file: WavFile, audio: np.ndarray) -> None:
    try:
        file.write(audio)
    except OSError as error:
        raise LivecodeError(f"cannot write {file.path}: {error.strerror}") from None
