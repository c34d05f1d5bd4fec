"""The card beside a space: what it is, how to train it again, its figures, and a picture."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.files import replace_file
from livecode.neural.audio import spectrum
from livecode.neural.audio.spectrum import Floats
from livecode.neural.model_file import ModelMeta
from livecode.neural.png import png
from livecode.neural.spaces.space import LatentSpace

PICTURE = "axes.png"
SWEEP_STEPS = 160  # pixels along the sweep of an axis
ROWS = 220  # height of an axis in pixels, on a logarithmic frequency scale
RANGE_HZ = (50.0, 16_000.0)
AXES_SHOWN = 8


def write_card(folder: Path, space: LatentSpace, meta: ModelMeta) -> None:
    """Write README.md and the picture of the axes into the model's folder."""
    replace_file(folder / PICTURE, png(_axes_picture(space)))
    replace_file(folder / "README.md", _card(space, meta).encode())


def _axes_picture(space: LatentSpace) -> NDArray[np.uint8]:
    """Return spectrograms of the strongest axes, each swept alone: pixels (rows, columns, 3)."""
    panels = []
    rule = np.full((ROWS, 4, 3), 255, np.uint8)
    for axis in range(min(space.latent, AXES_SHOWN)):
        position = np.full((SWEEP_STEPS, space.latent), 0.5)
        position[:, axis] = np.linspace(0, 1, SWEEP_STEPS)
        panels += [_spectrogram(space, space.decode(space.place(position))), rule]
    return np.concatenate(panels[:-1], axis=1)


def _spectrogram(space: LatentSpace, mags: Floats) -> NDArray[np.uint8]:
    """Return pixels (ROWS, frames, 3) of magnitudes (frames, bins), low frequencies at the bottom."""
    low, high = np.log(RANGE_HZ[0]), np.log(min(RANGE_HZ[1], space.sample_rate / 2))
    rows_hz = np.exp(np.linspace(high, low, ROWS))
    levels = spectrum.scaled(mags)
    shown = np.stack([np.interp(rows_hz, space.frequencies_hz, frame) for frame in levels], 1)
    heat = np.clip(shown / 0.85, 0, 1)[..., None] * 3 - np.array([0.0, 0.8, 1.6])
    result: NDArray[np.uint8] = (np.clip(heat * [1, 0.9, 1.2], 0, 1) * 255).astype(np.uint8)
    return result


def _card(space: LatentSpace, meta: ModelMeta) -> str:
    figures = meta.facts["figures"]
    rows = "\n".join(
        f"| {i} | {name} | {strength:.3f} | {ratio:.1f} |"
        for i, (name, strength, ratio) in enumerate(
            zip(
                space.axis_names,
                figures["axis_strengths"],
                figures["axis_step_ratios"],
                strict=True,
            )
        )
    )
    distances = "\n".join(
        f"| {row['dimensions']}{'' if row['axes'] == row['dimensions'] else ' (all axes)'} "
        f"| {row['space_db']:.2f} | {row['pca_db']:.2f} |"
        for row in figures["by_dimensions"]
    )
    return f"""# {space.name}

A latent sound space of {space.latent} dimensions: a spectral VAE whose decoder gives the
magnitudes of {space.bins} bins at {space.sample_rate} Hz, {_played(space)}.

```python
glass = space("{space.name}")
ego = agent(glass, dims=2)
```

**Data.** {meta.data}

**Licence.** {meta.licence}

**Made by** {meta.creator}, in {meta.facts["steps"]} steps. This command trains it again:

```
{meta.command}
```

**Figures.** The mean log-spectral distance from held-out frames to the nearest spectrum of the space
({figures["encoder_lsd_db"]:.2f} dB to that of the encoder's first guess), with the first axes open
and the others at rest; and through as many principal components of the training frames:

| dimensions | space, dB | principal components, dB |
|---|---|---|
{distances}

| axis | name | audible change of a quarter | largest step / smallest, middle 80 % |
|---|---|---|---|
{rows}

The axes one by one, from 0 to 1 with the others at 0.5; frequency upwards from
{RANGE_HZ[0]:.0f} Hz, logarithmic:

![sweeps of the axes]({PICTURE})
{_texture(meta)}"""


def _played(space: LatentSpace) -> str:
    """Return what the voice of the space plays its sounds as."""
    if not space.partials:
        return "played by a bank of sines"
    return "played as partials and bands of noise" if space.bands else "played as partials"


def _texture(meta: ModelMeta) -> str:
    about = meta.facts.get("texture")
    if not about:
        return ""
    return f"""
**Texture.** How held sounds move, learned from {about["stretches"]} pieces of held sound. This
command learns it again:

```
{about["command"]}
```
"""
