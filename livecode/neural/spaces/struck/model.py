"""Writes a trained space of hits as a model: its file, its card, and a picture of its axes."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.files import replace_file
from livecode.neural.model_file import ModelMeta
from livecode.neural.png import png
from livecode.neural.spaces.principal import HEARD_DB, RATE_HZ, write_described
from livecode.neural.spaces.struck.shape import HitShape
from livecode.neural.spaces.struck.space import HitSpace
from livecode.neural.spaces.struck.training import train

PICTURE = "axes.png"
#: Hits along an axis that the picture shows, and pixels of a band and of a moment.
SHOWN, BAND_PIXELS, MOMENT_PIXELS = 9, 8, 4


def write_hit_space(
    folder: Path,
    shapes: Mapping[str, HitShape],
    latent: int,
    *,
    data: str,
    licence: str,
    command: str,
) -> Path:
    """Train a space on hits by their names, and write it into its folder; return the file's path."""
    config, tensors, figures = train(folder.name, shapes, latent, RATE_HZ)
    path, meta = write_described(
        folder, (config, tensors, figures), data=data, licence=licence, command=command
    )
    whole = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
    space = HitSpace(folder.name, RATE_HZ, config, whole)
    replace_file(folder / PICTURE, png(_picture(space)))
    replace_file(folder / "README.md", _card(space, meta, figures).encode())
    return path


def _picture(space: HitSpace) -> NDArray[np.uint8]:
    """Return the levels of hits along each axis: pixels (rows, columns, 3)."""
    rows = []
    for axis in range(space.latent):
        hits = []
        for at in np.linspace(0, 1, SHOWN):
            position = np.full(space.latent, 0.5)
            position[axis] = at
            shape = space.shape(space.place(position))
            levels = np.concatenate([shape.body_db[None], shape.band_db])[::-1]
            block = np.repeat(np.repeat(levels, BAND_PIXELS, 0), MOMENT_PIXELS, 1)
            hits += [block, np.full((len(block), 4), 0.0)]
        rows += [np.concatenate(hits, axis=1), np.full((4, sum(h.shape[1] for h in hits)), 0.0)]
    heat = np.clip((np.concatenate(rows) + 60) / 60, 0, 1)[..., None] * 3
    coloured = np.clip((heat - np.array([0.0, 0.8, 1.6])) * [1, 0.9, 1.2], 0, 1)
    return np.asarray(coloured * 255, np.uint8)


def _card(space: HitSpace, meta: ModelMeta, figures: Mapping[str, float]) -> str:
    axes = "\n".join(f"| {i + 1} | {name} |" for i, name in enumerate(space.axes))
    kept, off_db, hits = 100 * figures["kept"], figures["bands_off_db"], int(figures["hits"])
    return f"""# {space.name}

A space of hits of {space.latent} dimensions: each position is a whole stroke, from its attack until
it has died away. Hits are computed as they are struck: bands of noise up to 17 kHz, a tone in each, and a
body whose pitch falls.

```python
skins = space("{space.name}")
ego = agent(skins, dims=3, every=0.25*beats, step=0.08)
beat = notes("c ~ [c g] ~", ego)
```

**Data.** {meta.data}.

**Licence.** {meta.licence}

**Made by** {meta.creator}. This command trains it again:

```
{meta.command}
```

**Figures.** {hits} hits. The axes alone hold {kept:.0f} % of what differs between them. With what the
nearest hits have beyond that, the levels of a hit that it was trained on are off by {off_db:.1f} dB in the
mean, over all bands and moments within {-HEARD_DB:.0f} dB of its loudest.

| axis | name |
|---|---|
{axes}

The axes one by one, from 0 to 1 with the others at 0.5: each block is a hit, bands upwards and moments to
the right; the lowest row is its body.

![hits along the axes]({PICTURE})
"""
