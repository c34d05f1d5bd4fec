"""The compiled loop that draws one step of an ambience: noise, grains and a tone in each band, in stereo."""

import numpy as np

from livecode.neural.kernels import kernel

Floats = np.ndarray

#: Rows of `lines`: amplitudes that go in a line from the beginning of a step to its end.
STEADY, GRAINY, NOISY, TONAL = range(4)
LINES = 4
#: Rows of `state`: of each band and channel.
GRAIN, SOFT, REAL, IMAGINARY = range(4)
FIELDS = 4


@kernel(error_model="numpy", fastmath=True)
def draw(
    noise: Floats,
    lengths: Floats,
    place: Floats,
    lines: Floats,
    pace: Floats,
    grains: Floats,
    state: Floats,
    out: Floats,
) -> None:
    """Fill `out`, (2, frames) float32, with the next step.

    noise: (bands, longest), each band at an RMS of 1; lengths: (bands,), after which it comes around
    place: (2, bands), where each channel is in it, which goes on
    lines: (2, LINES, 2, bands): at the beginning and the end of the step, of each channel: the amplitude
        of what is steady, of grains, and of these the amplitudes of the noise and of the tone
    pace: (4, 2, bands): what a grain keeps from frame to frame, how fast it rises, and by how much the
        tone turns, as cosine and sine
    grains: (2, bands, frames), which begin there
    state: (FIELDS, 2, bands), which goes on
    """
    frames, bands = out.shape[1], noise.shape[0]
    for channel in range(2):
        for frame in range(frames):
            out[channel, frame] = 0.0
        for band in range(bands):
            begin, end = lines[0, :, channel, band], lines[1, :, channel, band]
            at = place[channel, band]
            length = lengths[band]
            place[channel, band] = (at + frames) % length
            loud = begin[STEADY] + end[STEADY] + begin[GRAINY] + end[GRAINY]
            grain, soft = state[GRAIN, channel, band], state[SOFT, channel, band]
            if loud <= 0.0:
                continue
            keep, rise = pace[0, channel, band], pace[1, channel, band]
            step = 1.0 / frames
            steady, more_steady = begin[STEADY], (end[STEADY] - begin[STEADY]) * step
            grainy, more_grainy = begin[GRAINY], (end[GRAINY] - begin[GRAINY]) * step
            noisy, more_noisy = begin[NOISY], (end[NOISY] - begin[NOISY]) * step
            tonal, more_tonal = begin[TONAL], (end[TONAL] - begin[TONAL]) * step
            real, imaginary = state[REAL, channel, band], state[IMAGINARY, channel, band]
            cosine, sine = pace[2, channel, band], pace[3, channel, band]
            sings = tonal + end[TONAL] > 0.0
            for frame in range(frames):
                grain = grain * keep + grains[channel, band, frame]
                soft += rise * (grain - soft)
                sound = noisy * noise[band, at]
                if sings:
                    turned = real * cosine - imaginary * sine
                    imaginary = real * sine + imaginary * cosine
                    real = turned
                    sound += tonal * imaginary
                    tonal += more_tonal
                out[channel, frame] += (steady + grainy * soft) * sound
                steady += more_steady
                grainy += more_grainy
                noisy += more_noisy
                at += 1
                if at >= length:
                    at = 0
            if sings:  # rounding would let it grow or die
                size = 1.0 / np.sqrt(real * real + imaginary * imaginary)
                real, imaginary = real * size, imaginary * size
            # what is too small to be heard would be computed slowly
            state[GRAIN, channel, band] = grain if grain > 1e-12 else 0.0
            state[SOFT, channel, band] = soft if soft > 1e-12 else 0.0
            state[REAL, channel, band], state[IMAGINARY, channel, band] = real, imaginary


def warm() -> None:
    """Compile the loop. It is cached on disk, so this is slow only once."""
    bands, frames = 2, 4
    state = np.zeros((FIELDS, 2, bands))
    state[REAL] = 1.0
    draw(
        np.zeros((bands, 8), np.float32),
        np.full(bands, 8),
        np.zeros((2, bands), np.int64),
        np.ones((2, LINES, 2, bands)),
        np.zeros((4, 2, bands)),
        np.zeros((2, bands, frames), np.float32),
        state,
        np.zeros((2, frames), np.float32),
    )


#: Where the compiled code is kept; "" where there is no place for it.
CACHE_PATH: str = draw.stats.cache_path or ""  # type: ignore[attr-defined]
