"""Plays a set offline into a WAV file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError
from livecode.offline.playback import opened, played, remaining_s
from livecode.offline.session import Session
from livecode.sets.set_file import read_set
from livecode.signals.frames import read_frames


@dataclass(frozen=True)
class RenderOptions:
    """How to render: the options of `livecode render`."""

    set_path: Path
    out: Path  # WAV file
    seconds: float | None = None  # None: as long as the set's scenes
    seed: int = 0
    osc: Path | None = None  # file of recorded packets
    sample_rate: int = 48000  # Hz
    block: int = 256  # frames
    stems: Path | None = None  # folder for a file of each name
    bits: int = 32  # per sample of all files: 32 (float) or 24 (integer)


def render(options: RenderOptions, progress: Callable[[float, float], None]) -> list[str]:
    """Play the set into a file; the same options and packets give the same bytes.

    `progress(played_s, whole_s)` is called as the sound grows; `whole_s` is what is known of the length
    by then, which another tempo changes. Returns a
    line for each error on the way, with its time. Raises LivecodeError if nothing was heard because
    of an error, or if a file cannot be written.
    """
    set_file = read_set(options.set_path)
    out = options.out.absolute()  # the set plays in its own folder
    stems = None if options.stems is None else options.stems.absolute()
    frames = [] if options.osc is None else read_frames(options.osc)
    with Session(options.seed, options.sample_rate, options.block) as session:
        file = WavFile.fresh(out, options.sample_rate, bits=options.bits)
        heard = False
        try:
            began = opened(session, set_file)
            if stems is not None:
                session.record(stems=stems, bits=options.bits)
            progress(0.0, remaining_s(session, began, options.seconds))
            for audio in played(session, frames, options.seconds):
                _write(file, audio)
                heard = heard or bool(np.any(audio))
                left_s = remaining_s(session, began, options.seconds)
                progress(session.time - began, session.time - began + left_s)
            if stems is not None:
                session.record()  # ends the stems; raises an error if they could not be written
        finally:
            file.close()
        errors = [event for event in session.log if event.wrong]
        if errors and not heard:
            raise LivecodeError(f"{options.set_path}: {errors[0]}")
        times = (max(event.frame / options.sample_rate - began, 0.0) for event in errors)
        return [f"{at_s:.2f} s: {event}" for at_s, event in zip(times, errors, strict=True)]


def _write(file: WavFile, audio: NDArray[np.float32]) -> None:
    """Append sound (frames, 2) to a file; raises LivecodeError if that fails."""
    try:
        file.write(audio)
    except OSError as error:
        raise LivecodeError(f"cannot write {file.path}: {error.strerror}") from None
