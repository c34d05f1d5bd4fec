"""The card beside a SampleRNN, with the spectrogram of a take, and the page of its training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.files import replace_file, replacing
from livecode.neural.model_file import ModelMeta, read_model
from livecode.neural.png import png
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.model import SampleRNN
from livecode.neural.samplernn.training.folder import Point

PICTURE = "spectrogram.png"
N_FFT = 1024
COLUMNS, ROWS = 640, 256  # pixels of a take's spectrogram
RANGE_DB = (-95.0, -25.0)

Floats = NDArray[np.float32]


def write_card(path: Path, real: Floats) -> None:
    """Writes README.md and the picture beside the model file; `real` (n,) is held-out sound."""
    meta, tensors = read_model(path)
    config = SampleRNNConfig.from_json(meta.config)
    model = SampleRNN(path.stem, meta.sample_rate, config, tensors)
    take = model.generate(len(real) / meta.sample_rate, temperature=0.95, seed=1)
    rule = np.full((8, COLUMNS, 3), 255, np.uint8)
    pixels = np.concatenate([spectrogram(real), rule, spectrogram(take)])
    replace_file(path.with_name(PICTURE), png(pixels))
    text = _card(path.stem, config, meta, len(real) / meta.sample_rate)
    replace_file(path.with_name("README.md"), text.encode())


def levels_db(audio: Floats) -> Floats:
    """Levels (bins, frames) in dB of audio (n,): Hann window of N_FFT, a quarter of it apart."""
    padded = np.pad(audio, (0, max(0, N_FFT - len(audio))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[:: N_FFT // 4]
    magnitudes = np.abs(np.fft.rfft(frames * np.hanning(N_FFT))) / (N_FFT / 4)
    return np.asarray(20 * np.log10(magnitudes.T + 1e-6), np.float32)


def spectrogram(audio: Floats) -> NDArray[np.uint8]:
    """Colours (ROWS, COLUMNS, 3) of audio (n,), low frequencies at the bottom, linear in Hz."""
    levels = levels_db(audio)[::-1]
    rows = np.linspace(0, len(levels) - 1, ROWS).astype(int)
    columns = np.linspace(0, levels.shape[1] - 1, COLUMNS).astype(int)
    low, high = RANGE_DB
    heat = np.clip((levels[rows][:, columns] - low) / (high - low), 0, 1)[..., None]
    colours = np.clip((heat * 3 - np.array([0.0, 0.8, 1.6])) * [1, 0.9, 1.2], 0, 1)
    return np.asarray(colours * 255, np.uint8)


def _card(name: str, config: SampleRNNConfig, meta: ModelMeta, seconds: float) -> str:
    facts = meta.facts
    cell = f"{config.cell.upper()} × {config.layers}"
    frames = " ".join(map(str, config.frame_sizes))
    return f"""# {name}

A SampleRNN stream at {meta.sample_rate} Hz: {len(config.spans) + 1} tiers, frame sizes {frames} \
(look-back {config.lookback} samples), {cell}, dim {config.dim}, {config.levels} levels \
({config.quantiser}).

```python
{name} = stream("{name}", temperature=ramp(0.875, 1.15, over=45*s))
```

**Data.** {meta.data}

**Licence.** {meta.licence}

**Made by** {meta.creator}, in {facts["steps"]} steps ({facts["epochs"]:.1f} epochs, \
{facts["minutes"]:.0f} minutes), and made again by

```
{meta.command}
```

**Figures.** Held out: {facts["held_out_from"]}.

| | bits a sample |
|---|---|
| held out, this model | {facts["held_out_bits"]:.3f} |
| training, at that step | {facts["train_bits"]:.3f} |
| held out, frequencies of single levels alone | {facts["unigram_bits"]:.3f} |

{seconds:.0f} seconds of held-out sound (above) and of a take at temperature 0.95 (below), 0 to \
{meta.sample_rate // 2} Hz, linear:

![spectrograms]({PICTURE})
"""


def write_page(path: Path, name: str, points: Sequence[Point], takes: Floats, rate_hz: int,
               temperatures: Sequence[float]) -> bool:  # fmt: skip
    """Draws the curve and the takes' spectrograms on a page; False where matplotlib is missing."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        return False
    figure = Figure(figsize=(11, 3 + 1.6 * len(takes)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1 + len(takes), 1, height_ratios=[2.4] + [1.3] * len(takes))
    axes = np.atleast_1d(axes)
    samples = [point.get("samples", point["step"]) / 1e6 for point in points]
    axes[0].plot(samples, [p["train"] for p in points], lw=0.7, alpha=0.6, label="training")
    held = [(x, p["held_out"]) for x, p in zip(samples, points, strict=True) if "held_out" in p]
    if held:
        axes[0].plot(*zip(*held, strict=True), "o-", ms=3, label="held out")
        low = min(min(y for _, y in held), min(p["train"] for p in points))
        axes[0].set_ylim(low - 0.1, max(y for _, y in held) + 0.4)
    axes[0].set(xlabel="million samples", ylabel="bits a sample", title=name)
    axes[0].legend()
    for axis, take, temperature in zip(axes[1:], takes, temperatures, strict=True):
        extent = (0, len(take) / rate_hz, 0, rate_hz / 2000)
        axis.imshow(levels_db(take), origin="lower", aspect="auto", extent=extent,
                    vmin=RANGE_DB[0], vmax=RANGE_DB[1], cmap="magma")  # fmt: skip
        axis.set(ylabel="kHz", title=f"temperature {temperature:.2f}")
    axes[-1].set_xlabel("seconds")
    with replacing(path) as unfinished:
        figure.savefig(unfinished, dpi=80, format="png")
    return True
