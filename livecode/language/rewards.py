"""Rewards of the language's own: what one may ask of a sound, ten lines each, to use and to read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.language.patterns.scales import scale_of
from livecode.language.units import Span, span
from livecode.neural.audio.sound_array import array_of_sound
from livecode.neural.audio.sound_file import read_mono
from livecode.signals.features import SoundFeatures

Floats = NDArray[np.float32]
Reward = Callable[..., float]

#: A sound that others are to be near is listened to for so long, at this rate.
LISTENED_S, RATE_HZ = 20.0, 48_000
#: What `away` hears first counts as much as so many seconds.
FIRST_S = 1.0
#: White noise has this flatness.
NOISE = 0.56


def shimmer(sound: Any) -> float:
    """Small quick changes of a tone, not noise: `r7.tilt = shimmer`."""
    return float(sound.flux - 0.5 * sound.flatness)


def movement(sound: Any) -> float:
    """A pitch that does not stand: `r7.tilt = movement`. Noise is no pitch."""
    return float((1 - sound.chroma.max()) * (1 - min(sound.flatness / NOISE, 1)))


def drone(sound: Any) -> float:
    """One pitch that stays, without attacks: `r7.tilt = drone`."""
    return float(sound.chroma.max() - sound.flux - 0.5 * sound.onset)


def breath(sound: Any) -> float:
    """Air: noise that swells without attacks: `r7.tilt = breath`."""
    return float(min(sound.flatness / NOISE, 1) - sound.onset - 0.5 * sound.confidence)


def darkness(sound: Any) -> float:
    """The less above, the better, an octave for an octave: `r7.tilt = darkness`."""
    return float(1 - sound.brightness)


def roughness(sound: Any) -> float:
    """Partials that beat: `r7.tilt = roughness`, `-roughness` for what is smooth."""
    return float(sound.roughness)


def density(sound: Any) -> float:
    """Many attacks: `r7.tilt = density`, `-density` for few."""
    return float(sound.onset)


def surprise(sound: Any) -> float:
    """What the model itself finds unlikely, in bits a sample: `r7.tilt = -0.5 * surprise` is tame."""
    return float(sound.surprise)


def hands(rings: Any, sound: Any) -> float:
    """It follows the hands: bright when they turn to the front, dark to the back: `r7.tilt = hands`."""
    return -abs(float(sound.brightness) - (0.5 + 0.4 * float(rings.twist)))


def on_grid(every: Span | float = Span(beats=0.25)) -> Reward:
    """Attacks on the beat's own lines, and none between them: `r7.tilt = on_grid(0.5*beats)`."""
    step = span(every).in_beats()
    if not step > 0 or span(every).seconds:
        raise LivecodeError(f"on_grid: takes a length in beats or bars, as 0.5*beats, not {every}")

    def attacks_on_grid(sound: Any, beat: float) -> float:
        between = 2 * abs((beat / step + 0.5) % 1 - 0.5)  # 0 on a line, 1 in the middle
        return float(sound.onset**4 * (1 - 2 * between))

    return attacks_on_grid


def in_key(scale: str) -> Reward:
    """Pitches of a scale, the more of the sound, the better: `r7.tilt = in_key("d minor")`."""
    found = scale_of(scale)
    belongs = np.zeros(12, np.float32)
    belongs[[(found.root + step) % 12 for step in found.steps]] = 1.0

    def pitches_in_key(sound: Any) -> float:
        return float(sound.chroma @ belongs)

    return pitches_in_key


def near(reference: str | Path | NDArray[Any]) -> Reward:
    """The colour of another sound, a file or an array at 48 kHz: `r7.tilt = near("door.wav")`."""
    if isinstance(reference, (str, Path)):
        audio = read_mono(str(reference), RATE_HZ, last_s=LISTENED_S).audio
    else:
        given = array_of_sound("near", reference)
        audio = given.reshape(len(given), -1).mean(axis=1)
    wanted = heard_colour(audio, RATE_HZ)
    if wanted is None:
        raise LivecodeError("near: that sound is silent")
    return near_colour([wanted])


def away(over: Span | float = 60.0) -> Reward:
    """Another colour than that of the last minute, or of `over`: `r7.tilt = away()`, `away(20*s)`."""
    length_s = span(over).seconds
    if not length_s > 0:
        raise LivecodeError(f"away: takes a length in seconds above 0, not {over}")
    usual: list[Floats] = []
    heard_s = [min(FIRST_S, length_s)]
    since = [0.0]

    def away_from_it(sound: Any, t: float) -> float:
        colour = _colour(sound)
        if not usual:
            usual.append(colour)
            since[0] = t
        step = min(max(t - since[0], 0.0), length_s)
        since[0] = max(t, since[0])
        heard_s[0] = min(
            heard_s[0] + step, length_s
        )  # until so much was heard, all of it counts alike
        usual[0] = usual[0] + np.float32(step / heard_s[0]) * (colour - usual[0])
        return float(np.abs(colour - usual[0]).mean())

    return away_from_it


def heard_colour(audio: Floats, rate_hz: int) -> Floats | None:
    """Return the mean colour of samples (n,), the levels of mel bands (24,); None if they are silent."""
    heard = SoundFeatures(rate_hz)
    colours = []
    for begin in range(0, len(audio) - heard.hop_frames, heard.hop_frames):
        heard.listen(audio[begin : begin + heard.hop_frames].astype(np.float32))
        if heard.level > -60:
            colours.append(_colour(heard))
    return np.mean(colours, axis=0) if colours else None


def near_colour(wanted: list[Floats]) -> Reward:
    """Make a reward of the colour that the list holds while it is asked; of an empty list it says 0."""

    def near_to_it(sound: Any) -> float:
        return -float(np.abs(_colour(sound) - wanted[0]).mean()) if wanted else 0.0

    return near_to_it


def _colour(sound: Any) -> Floats:
    """Return the levels of mel bands, (24,), without their mean: so loudness is no colour."""
    mel: Floats = sound.mel - sound.mel.mean()
    return mel


#: The rewards and what makes them, by the names under which they are typed.
REWARDS: dict[str, Callable[..., Any]] = {
    word.__name__: word
    for word in (
        shimmer, movement, drone, breath, darkness, roughness, density, surprise, hands, on_grid,
        in_key, near, away,
    )
}  # fmt: skip
