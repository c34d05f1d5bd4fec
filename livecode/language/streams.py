"""Sources without a space: streams of a SampleRNN, sound files, and the microphone."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import soundfile

from livecode.agents import learned_streams
from livecode.errors import LivecodeError, did_you_mean
from livecode.files import path_of, path_text, replacing, shown, version_of
from livecode.language.labels import Labelled
from livecode.language.naming import NamingSetting
from livecode.language.sources import Sounding, a_reward, automatable, lasting
from livecode.language.things import Setting, Thing, whole
from livecode.language.toward import TowardSetting
from livecode.language.units import Span
from livecode.language.values import Value
from livecode.neural.audio.sound_array import array_of_sound
from livecode.neural.audio.sound_file import probe
from livecode.neural.model_file import described, find_model, list_models, name_for_all
from livecode.neural.samplernn.config import KIND as SAMPLERNN
from livecode.neural.samplernn.config import TEMPERATURES
from livecode.transport.messages import TEST_MODEL
from livecode.transport.places import make_temporary_folder

#: The folder of sounds that blocks have computed, for the voices to read.
PRIMES = Path(platformdirs.user_cache_dir("livecode", appauthor=False)) / "primes"
#: The sample rate of arrays that `prime` takes.
ARRAY_RATE_HZ = 48_000


def _offered() -> str:
    """Return what to append to a sentence about a model that is no SampleRNN."""
    return did_you_mean("", list_models(SAMPLERNN))


def _a_stream_model(thing: Thing, value: Any) -> str:
    if value == TEST_MODEL:
        return TEST_MODEL
    if not isinstance(value, (str, Path)):
        raise LivecodeError(
            f"takes the name of a model, not {value!r}; `livecode models` lists them"
        )
    path = find_model(value, SAMPLERNN)
    kind, _ = described(path)
    if kind != SAMPLERNN:
        raise LivecodeError(f"{str(value)!r} is a {kind}, not a SampleRNN{_offered()}")
    text = path_text(name_for_all(value))
    versions = thing.settings.get("versions", {})
    thing.settings["versions"] = {**versions, text: version_of(path)}
    return text


_share = automatable(0.0, 0, 1, "").check


def _switch(thing: Thing, value: Any) -> float | Value:
    return float(value) if isinstance(value, bool) else _share(thing, value)


def _a_moment(thing: Thing, value: Any) -> int | None:
    if value is None:
        return None
    number: int = whole(thing, value)
    if number < 0:
        raise LivecodeError(f"is the number of a moment, 0 and up, not {number}")
    return number


def _a_lesson(thing: Thing, value: Any) -> bool | Value | None:
    return value if isinstance(value, bool) else a_reward(thing, value)


class Stream(Labelled, Sounding):
    """A model that writes sound one sample after the other, as cautiously as its temperature says."""

    kind = "stream"
    kept = Sounding.kept | {
        "take", "prime", "prime_version", "tilt", "strength", "candidates", "chunk", "cap", "toward", "learn",
        "forgotten", "saves",
    }  # fmt: skip
    told = ("prime", "reset", "freeze", "thaw", "forget", "save")

    model = NamingSetting(
        TEST_MODEL,
        _a_stream_model,
        'which model writes it: `r7.model = "chorale"` fades to another, and '
        '`r7.model = pattern("<chorale piano>")` goes by a pattern',
    )
    temperature = automatable(
        1.0,
        *TEMPERATURES,
        "below 1 it does the likely, above 1 the unlikely: `ramp(0.9, 1.1, over=30*s)`",
    )
    seed = Setting(None, whole, "where its randomness begins, as 7; the same seed, the same stream")
    frozen = Setting(
        0.0,
        _switch,
        "1: its last second is repeated, 0: it goes on; `square(0, 1, period=2*beats)` stutters",
        bounds=(0, 1),
    )
    moment = Setting(
        None,
        _a_moment,
        "which of the model's best moments it begins from: `r7.moment = 3` goes there at once",
    )
    guard = Setting(
        1.0,
        _switch,
        "1: taken back when it falls silent, hangs, roars or bursts into noise, 0: left to itself",
        bounds=(0, 1),
    )
    priority = automatable(
        1.0, 0, 10, "which stream is the last to be frozen when the machine cannot keep up"
    )

    surface = automatable(
        1.0, 0.3, 2, "times the temperature, for single samples but not for what they make together"
    )
    unlikely = automatable(
        0.0, 0, 0.5, "what is less likely than this share of the likeliest is never drawn: `0.05`"
    )
    brightness = automatable(0.0, -6, 6, "dB an octave, of a full-band model: `r7.brightness = 2`")
    transpose = automatable(0.0, -24, 24, "semitones, of a full-band model: `r7.transpose = -5`")
    density = automatable(0.0, -8, 8, "above 0 more attacks, below 0 fewer, of a full-band model")
    energy = automatable(
        0.0,
        0,
        2,
        "holds how much it surprises, and the temperature follows: 1 as much as its source, `0.7` calmer; "
        "0: the temperature is yours",
    )

    tilt = Setting(
        None,
        a_reward,
        "a reward that it leans towards: `r7.tilt = 0.8 * shimmer`, or away from: `-shimmer`; None: "
        "it is left to itself",
    )
    strength = automatable(
        1.0,
        0,
        8,
        "how much the reward counts: at 0 it is left to itself, at 1 it leans clearly, from 4 on the "
        "best of its candidates is nearly always taken",
    )
    candidates = automatable(
        8.0, 1, 32, "how many continuations are drawn for each that is heard: `r7.candidates = 16`"
    )
    chunk = lasting(
        0.03,
        0.5,
        Span(0.125),
        "how long a continuation is, 30*ms to 0.5*s: short ones follow quickly, long ones tell more",
    )
    cap = automatable(
        100.0, 0, 1000, "bits a second: the reward pushes it no further from its model than this"
    )

    toward = TowardSetting(
        "a reward that it is steered towards by what its model knows of it: `r7.toward = 0.4 * shimmer`, "
        "or away from: `-0.4 * shimmer`; None: it is not"
    )

    learn = Setting(
        None,
        _a_lesson,
        "learns to please in the background: True: from its tilt, `r7.learn = shimmer`: from that; False: "
        "learns no more, and keeps what it has learned",
    )

    def forget(self) -> None:
        """Learn no more, and let what was learned fade out: `r7.forget()`."""
        self.settings.pop("loaded", None)
        self.settings["forgotten"] = self.settings.get("forgotten", 0) + 1
        self.learn = None

    def save(self, name: str) -> None:
        """Keep what it has learned: `r7.save("warm")`; another evening, `stream("piano", load="warm")`."""
        learned_streams.path_of(name)  # raises if the name is no name for a file
        self.settings["saves"] = (*self.settings.get("saves", ()), name)

    def prime(self, audio: str | Path | np.ndarray | None = None) -> None:
        """Begin again from a sound: `r7.prime("door.wav")`, or an array at 48 kHz; None: from itself."""
        path, version = ("", "") if audio is None else _prime_file(audio)
        self.settings.update(prime=path, prime_version=version)
        self.settings["take"] = self.settings.get("take", 0) + 1

    @property
    def version(self) -> str:
        """Which version of the model's file was there when it was asked for; "" for a model without one."""
        versions: Mapping[str, str] = self.settings.get("versions", {})
        return versions.get(self.model, "")

    def reset(self) -> None:
        """Begin again, from another moment of the model, or from silence: `r7.reset()`."""
        self.prime(None)

    def freeze(self) -> None:
        """Repeat the last second until `thaw`: `r7.freeze()`."""
        self.frozen = 1.0

    def thaw(self) -> None:
        """Go on from where it was frozen: `r7.thaw()`."""
        self.frozen = 0.0

    def __repr__(self) -> str:
        return f"{self} = stream({self.model!r}), temperature={self.temperature}"


def _prime_file(audio: str | Path | np.ndarray) -> tuple[str, str]:
    """Return the sound file to begin from, and its version.

    An array is written to a file that is named by its contents, and needs no version.
    """
    if isinstance(audio, (str, Path)):
        return _sound_file(audio)
    sound = array_of_sound("prime", audio)
    digest = hashlib.sha256(repr(sound.shape).encode() + sound.tobytes()).hexdigest()
    path = PRIMES / f"{digest[:16]}.wav"
    trouble: Exception | None = None
    finds: tuple[Callable[[], Path], ...] = (lambda: PRIMES, _temporary_primes)
    for find in finds:
        try:
            place = find() / path.name
            _keep(place, sound)
            return path_text(place), ""
        except (OSError, soundfile.SoundFileError) as error:  # there may be another place
            trouble = trouble or error
    reason = getattr(trouble, "strerror", None) or trouble
    raise LivecodeError(f"the prime cannot be written to {path}: {reason}")


def _temporary_primes() -> Path:
    """Return the folder that takes the place of PRIMES; raises OSError if there is no place for one."""
    return make_temporary_folder() / "primes"


def _keep(path: Path, sound: np.ndarray) -> None:
    """Write a sound to a file, unless that holds it; a damaged file is made anew."""
    if not _holds(path, sound):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished:
            soundfile.write(unfinished, sound, ARRAY_RATE_HZ, subtype="FLOAT", format="WAV")


def _holds(path: Path, sound: np.ndarray) -> bool:
    """Tell whether the file there holds that sound, and all of it."""
    try:
        kept, rate = soundfile.read(path, dtype="float32", always_2d=sound.ndim == 2)
    except (OSError, soundfile.SoundFileError):
        return False
    return rate == ARRAY_RATE_HZ and np.array_equal(kept, sound)


def _sound_file(path: str | Path) -> tuple[str, str]:
    """Return the path and the version of a sound file. Raises LivecodeError if there is no sound in it."""
    probe(path)
    found = path_of(path).resolve()
    return path_text(found), version_of(found)


class Sample(Sounding):
    """A sound file, looped: `rain.speed = 0.5` halves its pace."""

    kind = "sample"

    speed = automatable(
        1.0, -4, 4, "1 as recorded, 0.5 an octave lower and half as fast, −1 backwards"
    )

    def __init__(self, path: str | Path, **settings: Any):
        super().__init__(**settings)
        self.settings["path"], self.settings["version"] = _sound_file(path)

    @property
    def path(self) -> str:
        """The sound file."""
        return str(path_of(self.settings["path"]))

    def __repr__(self) -> str:
        return f"{self} = sample({shown(self.path)!r})"


#: The inputs of the audio device that can be heard.
INPUTS = 2


def _input(thing: Thing, value: Any) -> int | None:
    if value is None or (type(value) is int and 1 <= value <= INPUTS):
        return value
    raise LivecodeError(f"takes an input of the sound card, from 1 to {INPUTS}, not {value!r}")


class Mic(Sounding):
    """What comes in at the first two inputs of the audio device, or at one; a @dsp can take it."""

    kind = "mic"
    input = Setting(
        None, _input, "which input is heard, from 1; None: the first two, left and right"
    )

    def __repr__(self) -> str:
        return f"{self} = mic({'' if self.input is None else self.input})"


def stream(
    model: str = TEST_MODEL,
    *,
    temperature: float | Value | None = None,
    seed: int | None = None,
    prime: str | Path | np.ndarray | None = None,
    moment: int | None = None,
    guard: bool | None = None,
    load: str | None = None,
    priority: float | Value | None = None,
    level: float | Value | None = None,
    pan: float | Value | None = None,
    fade: Span | str | None = None,
    quant: Span | None = None,
) -> Stream:
    """Let a model write sound: `r7 = stream("piano", temperature=ramp(0.875, 1.15, over=45*s))`.

    `prime` is a sound to go on from, and `load` the name under which a stream has saved what it had
    learned. `stream("test")` is noise, for when there is no model.
    """
    made = Stream(
        model=model,
        temperature=temperature,
        seed=seed,
        moment=moment,
        guard=guard,
        priority=priority,
        level=level,
        pan=pan,
        fade=fade,
        quant=quant,
    )
    if prime is not None:
        made.settings["prime"], made.settings["prime_version"] = _prime_file(prime)
    if load is not None:
        made.settings["loaded"] = _learned(made, load)
    return made


def _learned(made: Stream, name: str) -> learned_streams.LearnedStream:
    """Return what was saved under a name; raises LivecodeError if it is not of the stream's model."""
    learned = learned_streams.load(name)
    if learned.model != made.model:
        raise LivecodeError(
            f"{name!r} was learned of another model: stream({learned.model!r}, load={name!r})"
        )
    if learned.version != learned_streams.contents(made.version):
        raise LivecodeError(
            f"{name!r} was learned of another version of {made.model!r}: let it learn again"
        )
    return learned


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
    input: int | None = None,
    *,
    level: float | Value | None = None,
    pan: float | Value | None = None,
    fade: Span | str | None = None,
) -> Mic:
    """Open the microphone: `voice = mic(level=0.5)`, or one input of the card: `guitar = mic(2)`.

    Without an input it is silent.
    """
    return Mic(input=input, level=level, pan=pan, fade=fade)
