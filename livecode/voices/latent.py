"""A latent voice: a position in a latent space, heard as partials and noise, or as a bank of sines."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.loudness import OFFSET_DB, TARGET_LUFS
from livecode.neural.audio.spectrum import HANN_POWER, Floats, bin_frequencies, k_weighting
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.texture import Motion
from livecode.transport.positions import sounded_at
from livecode.voices.harmonics import Harmonics
from livecode.voices.sinebank import SineBank
from livecode.voices.spreading import NARROW, Widths
from livecode.voices.strokes import Strokes

#: Time constant of the glide to a new position, so that an agent's steps do not jump.
GLIDE_S = 0.02
#: Every spectrum is brought to this RMS, weighed as it is heard: that of −20 LUFS, which leaves room
#: for about five voices.
HEARD_RMS = 10 ** ((TARGET_LUFS - OFFSET_DB) / 20)
#: Spectra below −60 dBFS are amplified no further, so that near-silence stays quiet; and those of low
#: sounds, which are hardly heard, by so much beside their RMS at most.
QUIET_RMS, LOW_SHARE = 1e-3, 0.7
#: A share of texture below this counts as none.
FAINTEST = 1e-4
#: The most, in nepers, by which a texture changes the level: 8.7 dB.
MOST_LEVEL = 1.0
#: A width that is as near as this has come to where it glides.
SETTLED = 1e-3
#: A pitch that is as near as this, in octaves, has come to where it glides.
ARRIVED = 1e-5


class SoundedHop(NamedTuple):
    """How the next hop is to sound."""

    z: Floats  # (latent,): the latent point
    moves: Floats | None  # of the decoder's outputs
    louder: float  # a factor
    note: float  # a MIDI number; 0: the pitch is that of the latent point
    glide: float  # how much of its way to the note the pitch goes
    leap: int | None  # frames after which the partials leap to where they go; None: they glide
    tilt: float  # how much brighter the partials are, in nepers
    widths: Widths = NARROW  # before it and after it


class LatentVoice:
    """Plays one latent space. Its output depends on its inputs alone, never on time."""

    controls = ("position", "texture", "width")

    def __init__(self, space: LatentSpace, sample_rate: int, hop: int, seed: int):
        """Set up the voice. `hop` is the number of frames between two spectra, at `sample_rate` Hz."""
        self._space = space
        self._core = core_of(space, sample_rate, hop, seed)
        self._follow = 1 - np.exp(-hop / (GLIDE_S * sample_rate))
        self._position: NDArray[np.float64] | None = None
        self._motion = None if space.texture is None else Motion(space.texture, seed)
        self._hop_s = hop / sample_rate
        self.texture_share = 0.0  # glides to the share that is asked for
        self._width = 0.0  # glides, too
        self._strokes, self._stroke = Strokes(sample_rate, hop), 0.0
        #: Positions are read to the end of the next hop, so that a stroke begins on its sample.
        self.early = {"position": hop - 1}
        #: How many frames into the next hop the newest position applies.
        self.came = 0
        self.out = np.zeros(hop, np.float32)
        self._wide_out = np.zeros((hop, 2), np.float32)

    def play(
        self,
        value: np.ndarray | None,
        texture: np.ndarray | None = None,
        width: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return the next hop, float32, on the way to the position value[:latent] in [0, 1].

        It is (hop,) in the middle, and (hop, 2) while it is wide: width[0] is 0 to 1.

        Beside the position, `value` says at which note and how struck it sounds; see
        `transport.positions`. texture[0] is the share of the space's texture. With 0, a held position
        does not move.
        """
        latent = self._space.latent
        sounded = sounded_at(value, latent)
        position = np.full(latent, 0.5) if value is None else np.clip(value[:latent], 0.0, 1.0)
        begins = None
        if sounded.stroke > self._stroke and sounded.strike > 0:
            self._stroke = sounded.stroke
            begins = min(sounded.strike, 1.0), min(max(self.came, 0), len(self.out) - 1)
        elif sounded.strike <= 0:
            self._strokes.let_go()
        leap = None if begins is None else begins[1]
        if self._position is None:
            leap = leap or 0
        if self._position is None or leap is not None:
            self._position = position.copy()
        else:
            self._position += self._follow * (position - self._position)
        moves = self._moves(0.0 if texture is None else float(texture[0]))
        louder = 1.0
        if moves is not None:
            louder = math.exp(min(max(float(moves[-1]), -MOST_LEVEL), MOST_LEVEL))
            moves = moves[:-1]
        levels = None
        if begins is not None or not self._strokes.held:
            levels = self._strokes.advance(begins)
        glide = 1.0 if leap is not None else self._follow
        place = self._space.place(self._position)
        widths = self._widths(0.0 if width is None else float(width[0]))
        out = self.out if widths == NARROW else self._wide_out
        struck = SoundedHop(
            place, moves, louder, sounded.note, glide, leap, self._strokes.tilt, widths
        )
        self._core.play(struck, out)
        if levels is not None:
            out.T[:] *= levels
        return out

    def jump(self) -> None:
        """Go to the next position at once, instead of gliding there."""
        self._position = None

    def _widths(self, width: float) -> Widths:
        """Return the width before the next hop and after it."""
        before, wanted = self._width, min(max(width, 0.0), 1.0)
        self._width += self._follow * (wanted - before)
        if abs(self._width - wanted) < SETTLED:
            self._width = wanted
        return before, self._width

    def _moves(self, texture: float) -> Floats | None:
        """Return what the texture adds to the decoder's outputs and to the level; None: nothing."""
        self.texture_share += self._follow * (texture - self.texture_share)
        if self._motion is None or (texture <= 0.0 and self.texture_share < FAINTEST):
            self.texture_share = 0.0
            return None
        assert self._position is not None
        z = self._space.place(self._position)
        return self._motion.advance(self._hop_s, z, self.texture_share)


class PartialsCore:
    """Plays the partials and the noise of a space that has a pitch."""

    def __init__(self, space: LatentSpace, harmonics: Harmonics):
        self._space, self._harmonics = space, harmonics
        #: log2 of the fundamental in Hz, where it is not that of the position.
        self._pitch: float | None = None

    def play(self, hop: SoundedHop, out: Floats) -> None:
        """Fill the next hop, (hop,), or (hop, 2) where it is wide."""
        parts = self._space.parts(hop.z, hop.moves)
        vibrato = 0.0 if hop.moves is None else float(hop.moves[0])
        sharp = self._harmonics.sharpness(parts) if hop.note > 0 else 0.0
        pitch = vibrato + self._at_note(parts.log2_f0 - vibrato, hop.note, hop.glide, sharp)
        rms, heard = self._harmonics.set(parts, pitch)
        level = HEARD_RMS / max(heard, LOW_SHARE * rms, FAINTEST * HEARD_RMS)
        self._harmonics.play(hop.louder * level, out, hop.leap, hop.tilt, hop.widths)

    def _at_note(self, own: float, note: float, glide: float, sharp: float) -> float:
        """Return the pitch on its way to a note, or back to that of the position.

        A sound that is heard so much above its fundamental, in octaves, is put lower by that.
        """
        if note <= 0 and self._pitch is None:
            return own
        wanted = own if note <= 0 else math.log2(440.0) + (note - 69.0) / 12.0 - sharp
        before = own if self._pitch is None else self._pitch
        self._pitch = before + glide * (wanted - before)
        if note <= 0 and abs(self._pitch - own) < ARRIVED:
            self._pitch = None
            return own
        return self._pitch


class SpectrumCore:
    """Plays the spectrum of a space without a pitch."""

    def __init__(self, space: LatentSpace, bank: SineBank):
        self._space, self._bank = space, bank
        self._weights = k_weighting(bin_frequencies(space.n_fft, space.sample_rate))
        self._magnitudes = np.zeros(space.bins, np.float32)

    def play(self, hop: SoundedHop, out: Floats) -> None:
        """Fill the next hop, (hop,), or (hop, 2) where it is wide."""
        magnitudes = self._magnitudes
        self._space.decode_into(hop.z, magnitudes, hop.moves)
        rms, heard = (
            float(np.sqrt(np.square(each).sum() / 2 / HANN_POWER))
            for each in (magnitudes, magnitudes * self._weights)
        )
        level = HEARD_RMS / max(heard, LOW_SHARE * rms, QUIET_RMS)
        self._bank.play(magnitudes, hop.louder * level, out, hop.widths)


def core_of(
    space: LatentSpace, sample_rate: int, hop: int, seed: int
) -> PartialsCore | SpectrumCore:
    """Return what plays the hops of a space, as partials and noise or as a bank of sines."""
    bin_hz = space.sample_rate / space.n_fft
    if space.partials:
        harmonics = Harmonics(space.partials, space.bins, bin_hz, sample_rate, hop, seed)
        return PartialsCore(space, harmonics)
    return SpectrumCore(space, SineBank(space.bins, bin_hz, sample_rate, seed))
