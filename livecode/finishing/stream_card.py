"""The card of a full-band stream: what is heard at five temperatures, and a spectrogram."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

from livecode.files import replace_file
from livecode.finishing.sound_figures import Floats, Heard, at_target, heard
from livecode.finishing.sound_source import SOURCE, Source
from livecode.finishing.stream_take import TEMPERATURES, take
from livecode.neural.model_file import ModelMeta, read_model
from livecode.neural.png import png
from livecode.neural.samplernn.fullband.config import OF_THE_PREDICTOR, FullbandConfig
from livecode.neural.samplernn.fullband.heat import FACTS
from livecode.neural.samplernn.training.card import COLUMNS, PICTURE, spectrogram
from livecode.voices.loaded import Loaded

PICTURE_S = 8.0
TAKES, TAKE_S = 2, 20.0


def write_card(path: Path, held_out: Floats, seconds: float = TAKE_S) -> None:
    """Draw takes, and write README.md and the picture beside the model file.

    held_out (n,): sound that the model was never trained on, at its rate, whose figures are beside the
    model's file.
    """
    meta = read_model(path)[0]
    loaded, rate = Loaded(path), meta.sample_rate
    figures = {}
    for temperature in TEMPERATURES:
        takes = [take(loaded, temperature, seconds, seed) for seed in range(TAKES)]
        figures[temperature] = heard(takes, rate)
        if temperature == 1.0:
            shown = takes[0][: round(PICTURE_S * rate)]
    source = Source.read(path.with_name(SOURCE)).by_rate[rate].whole
    real = at_target(held_out, rate)[: len(shown)]
    rule = np.full((8, COLUMNS, 3), 255, np.uint8)
    both = [spectrogram(each.astype(np.float32)) for each in (real, shown)]
    replace_file(path.with_name(PICTURE), png(np.concatenate([both[0], rule, both[1]])))
    replace_file(path.with_name("README.md"), _card(path.stem, meta, source, figures).encode())


def _card(name: str, meta: ModelMeta, source: Heard, figures: dict[float, Heard]) -> str:
    facts, config = meta.facts, meta.config
    bits = ", ".join(f"{each:.2f}" for each in facts["held_out_bits_a_cell"])

    def row(label: str, each: Heard) -> str:
        distance = each.spectra.distance(source.spectra)
        return (
            f"| {label} | {100 * each.silent:.0f} % | {each.level_db:.0f} | {each.onsets:.1f} "
            f"| {each.clarity:.2f} | {distance:.0f} |"
        )

    told, labels = "", ""
    if "labels" in config:
        told = f", {facts['outline_told_bits']:.1f} with its labels"
        labels = f"**Labels.** {', '.join(config['labels'])}."
        if "sources" in config:
            labels += f" Albums: {', '.join(config['sources'])}."
        labels += "\n\n"
    rows = [row("held-out sound", source)]
    rows += [row(f"takes at {temperature:g}", each) for temperature, each in figures.items()]
    return f"""# {name}

A full-band SampleRNN stream at {meta.sample_rate} Hz: {config["subbands"]} subbands, a linear \
predictor of order {config["order"]} in each, {config["levels"]} cells, two tiers of dim {config["dim"]}, \
and an outline of {config["bands"]} bands that a tier of dim {config["outline_dim"]} draws \
{meta.sample_rate / config["outline_hop"]:.0f} times a second.

```python
{name} = stream("{name}", temperature=ramp(0.8, 1.15, over=45*s))
```

{labels}**Data.** {meta.data}

**Licence.** {meta.licence}

{_made(name, meta)}

**Figures.** Held out: {facts["held_out_from"]}. {bits} bits a cell in the four subbands, \
and {facts["outline_bits"]:.1f} bits a frame of the outline{told}. The file holds {facts["moments"]} \
moments; at temperature 1 it sounds at {_minus(facts["lufs"])} LUFS.

What is heard in {TAKES} takes of {TAKE_S:.0f} s, at −20 LUFS: share of silence, median level in \
dBFS, onsets a second, how far pitches \
keep to semitones (0 to 1), and the distance of the spectra of 64 bands to the held-out sound in dB² a band:

| | silent | level | onsets | semitones | distance |
|---|---|---|---|---|---|
{chr(10).join(rows)}

{PICTURE_S:.0f} seconds of held-out sound (above) and of a take at temperature 1 (below), 0 to \
{meta.sample_rate // 2} Hz, linear:

![spectrograms]({PICTURE})
"""


def _made(name: str, meta: ModelMeta) -> str:
    """How a model was trained, and the command that says how it is drawn since then."""
    facts, config = meta.facts, meta.config
    usual = asdict(FullbandConfig())
    drawn = [f"{each}={facts[each]:g}" for each in FACTS if each in facts]
    drawn += [
        f"{each}={config[each]:g}"
        for each in OF_THE_PREDICTOR
        if config.get(each, usual[each]) != usual[each]
    ]
    kept = (
        f"tiers of an earlier training of `{name}` were kept; "
        if "--tiers-of" in meta.command
        else ""
    )
    return f"""**Made by** {meta.creator}, in {facts["updates"]} updates \
({facts["minutes"]:.0f} minutes of one core). Trained by the first of these commands, and drawn as the \
second says ({kept}moments, level and tonal balance: docs/samplernn.md):

```
{meta.command}
python -m tools.stream_heat {name}.safetensors {" ".join(drawn)}
```"""


def _minus(figure: float) -> str:
    return f"{figure:.1f}".replace("-", "−")
