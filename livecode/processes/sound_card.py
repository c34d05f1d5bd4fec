"""The sound card to play on, its rate and its outputs; what was chosen is kept for the next time."""

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.transport.places import data_folder

#: Names of devices that are back ends: each takes what its system has.
BACKENDS = ("auto", "jack", "portaudio", "headless")
#: The name that forgets a choice.
FORGET = "default"
RATE_HZ = 48_000
MAIN, MOST_OUTPUTS = 2, 32


@dataclass(frozen=True)
class SoundCard:
    """A choice: the back end, a part of the device's name, rate, and outputs."""

    audio: str = "auto"
    device: str = ""  # "": the default one
    sample_rate: int = RATE_HZ
    outputs: int = MAIN
    cue_out: tuple[int, int] | None = None  # None: outputs 3 and 4
    is_kept: bool = False  # it is that of an earlier time, and may be gone


def choose(
    audio: str,
    device: str | None,
    sample_rate: int | None,
    outputs: int | None,
    cue_out: tuple[int, int] | None,
) -> SoundCard:
    """Return the choice that the command line makes; what it leaves open is as it was chosen last.

    A `device` that is named is kept for the next time, with all that is said of it; FORGET forgets.
    Another back end than `auto` is played on as it is, whatever was chosen. Raises LivecodeError if
    an output is not among the outputs.
    """
    path = data_folder() / "sound-card.json"
    if device == FORGET:
        path.unlink(missing_ok=True)
    kept = SoundCard() if device is not None or audio != "auto" else _read(path)
    named = "" if device in (None, FORGET) else str(device)
    if cue_out is not None and outputs is None and not kept.is_kept:
        outputs = max(cue_out)
    card = SoundCard(
        named if named in BACKENDS else "portaudio" if named and audio == "auto" else kept.audio,
        kept.device if named in ("", *BACKENDS) else named,
        sample_rate or kept.sample_rate,
        outputs or kept.outputs,
        cue_out or kept.cue_out,
        kept.is_kept,
    )
    if audio != "auto":
        card = replace(card, audio=audio)
    if card.cue_out is not None and max(card.cue_out) > card.outputs:
        raise LivecodeError(
            f"--cue-out {card.cue_out[0]} {card.cue_out[1]}: there are {card.outputs} outputs; "
            f"write --outputs {max(card.cue_out)} beside it"
        )
    if named:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, msgspec.json.encode(card), private=True)
        except OSError:
            pass  # it plays all the same, and is chosen again the next time
    return card


def _read(path: Path) -> SoundCard:
    """Return the choice that was kept; the default one if there is none, or if it is damaged."""
    try:
        return replace(msgspec.json.decode(path.read_bytes(), type=SoundCard), is_kept=True)
    except (OSError, msgspec.DecodeError):
        return SoundCard()
