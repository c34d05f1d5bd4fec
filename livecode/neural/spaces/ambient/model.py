"""Writes a trained space of ambiences as a model: its file and its card."""

from collections.abc import Mapping
from pathlib import Path

from livecode.neural.model_file import ModelMeta
from livecode.neural.spaces.ambient.shape import AmbienceShape
from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.neural.spaces.ambient.training import train
from livecode.neural.spaces.principal import HEARD_DB, RATE_HZ, write_described

#: The picture of a walk through the space, beside its card.
PICTURE = "walk.png"


def write_ambience_space(
    folder: Path,
    shapes: Mapping[str, AmbienceShape],
    latent: int,
    *,
    data: str,
    licence: str,
    command: str,
) -> Path:
    """Train a space on ambiences by their names, and write it into its folder; return the file's path."""
    trained = train(folder.name, shapes, latent, RATE_HZ)
    return write_described(folder, trained, data=data, licence=licence, command=command)[0]


def card(space: AmbienceSpace, meta: ModelMeta, measured: Mapping[str, float]) -> str:
    """Return the card of a space; `measured` is how loud its places are, in LUFS."""
    axes = "\n".join(f"| {i + 1} | {name} |" for i, name in enumerate(space.axes))
    figures = meta.facts["figures"]
    kept, off_db, sounds = 100 * figures["kept"], figures["bands_off_db"], int(figures["textures"])
    families = sorted({name.rsplit("_", 1)[0] for name in space.sound_names if name[-1].isdigit()})
    low, middle, high = (measured[key] for key in ("quietest_lufs", "lufs", "loudest_lufs"))
    return f"""# {space.name}

A space of textures of {space.latent} dimensions: each position is a texture that breathes and never stands
still, in stereo. It is described by statistics: how loud each of 32 bands is, how far, how fast and how much
together they move, how much lies in single grains, and the tones.

```python
air = space("{space.name}")
ego = agent(air, dims=3, step=0.05)
rain = air.hold(*air.at("rain_0"))
```

**Data.** {meta.data}. The families are {", ".join(families)}.

**Licence.** {meta.licence}

**Made by** {meta.creator}. This command trains it again:

```
{meta.command}
```

**Figures.** {sounds} textures. The axes alone hold {kept:.0f} % of what differs between them. With what the
nearest textures have beyond that, the levels of a texture that it was trained on are off by
{off_db:.1f} dB in the mean, over bands above {HEARD_DB:.0f} dB. Each channel of a place anywhere has
{low:.1f} to {high:.1f} LUFS, {middle:.1f} in the median.

| axis | name |
|---|---|
{axes}

A minute that goes from wind over rain, fire, a brook, crickets, shimmering glass, chimes and surf to a
hum, from 40 Hz to 20 kHz:

![spectrogram of a walk]({PICTURE})
"""
