"""Sources that are not agents: streams of a sampling model, sound files, and the microphone."""

from pathlib import Path
from typing import Any

import soundfile

from livecode.errors import LivecodeError
from livecode.language.sources import Sounding, varying
from livecode.language.things import Setting, whole
from livecode.language.units import Span
from livecode.language.values import Value

#: The stream that is there without any model: noise whose temperature can be heard.
TEST_MODEL = "test"


class Stream(Sounding):
    """A model that writes sound one sample after the other, as cautiously as its temperature says."""

    kind = "stream"

    temperature = varying(
        1.0,
        0.05,
        3.0,
        "below 1 it does the likely, above 1 the unlikely: `ramp(0.9, 1.1, over=30*s)`",
    )
    seed = Setting(None, whole, "where its randomness begins, as 7; the same seed, the same stream")

    def __init__(self, model: str, **settings: Any):
        super().__init__(**settings)
        if model != TEST_MODEL:
            raise LivecodeError(
                f"there is no stream model {model!r}; stream({TEST_MODEL!r}) makes a test sound"
            )
        self.settings["model"] = model

    @property
    def model(self) -> str:
        """The model's name."""
        return self.settings["model"]

    def __repr__(self) -> str:
        return f"{self} = stream({self.model!r}), temperature={self.temperature}"


class Sample(Sounding):
    """A sound file, looped: `rain.speed = 0.5` halves its pace."""

    kind = "sample"

    speed = varying(1.0, -4, 4, "1 as recorded, 0.5 an octave lower and half as fast, −1 backwards")

    def __init__(self, path: str | Path, **settings: Any):
        super().__init__(**settings)
        try:
            info = soundfile.info(str(Path(path).expanduser()))
        except (soundfile.SoundFileError, OSError) as error:
            reason = "there is no such file" if not Path(path).exists() else str(error)
            raise LivecodeError(f"cannot open the sound file {path}: {reason}") from None
        if not info.frames:
            raise LivecodeError(f"the sound file {path} is empty")
        self.settings["path"] = str(Path(path).expanduser().resolve())

    @property
    def path(self) -> str:
        """The file."""
        return self.settings["path"]

    def __repr__(self) -> str:
        return f"{self} = sample({self.path!r})"


class Mic(Sounding):
    """What comes in at the first two inputs of the audio device; a @dsp can take it."""

    kind = "mic"

    def __repr__(self) -> str:
        return f"{self} = mic()"


def stream(
    model: str = TEST_MODEL,
    *,
    temperature: float | Value | None = None,
    seed: int | None = None,
    level: float | Value | None = None,
    pan: float | Value | None = None,
    fade: Span | str | None = None,
    quant: Span | None = None,
) -> Stream:
    """Let a model write sound: `r7 = stream("test", temperature=ramp(0.8, 1.2, over=45*s))`."""
    return Stream(
        model, temperature=temperature, seed=seed, level=level, pan=pan, fade=fade, quant=quant
    )


def sample(
    path: str | Path,
    *,
    speed: float | Value | None = None,
    level: float | Value | None = None,
    pan: float | Value | None = None,
    fade: Span | str | None = None,
    quant: Span | None = None,
) -> Sample:
    """Loop a sound file: `rain = sample("rain.wav", speed=0.5)`."""
    return Sample(path, speed=speed, level=level, pan=pan, fade=fade, quant=quant)


def mic(
    *,
    level: float | Value | None = None,
    pan: float | Value | None = None,
    fade: Span | str | None = None,
) -> Mic:
    """Open the microphone: `voice = mic(level=0.5)`. Without an input it is silent."""
    return Mic(level=level, pan=pan, fade=fade)
