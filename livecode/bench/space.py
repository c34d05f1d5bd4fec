"""`bench space`: what a latent space costs beside plain torch and numpy, and how it sounds."""

import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from livecode.bench.rows import BenchRow, Identity
from livecode.bench.space_sound import sound_rows
from livecode.errors import LivecodeError
from livecode.neural.audio.spectrum import Floats, unscaled
from livecode.neural.model_file import ModelMeta, Tensors, list_models, read_model
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.space import KIND, LatentSpace
from livecode.transport.timing import HOP
from livecode.voices.cost import SAMPLE_RATE, seconds_each, voice_share, wandering

TARGET_SHARE = 5.0  # per cent of a core for one voice

Decode = Callable[[Floats], Floats]


def run(seconds: float = 1.0) -> list[BenchRow]:
    """Measure every space that is found by name, each cost for about `seconds`."""
    rows = []
    for name, path in list_models().items():
        meta, tensors = read_model(path)
        if meta.kind != KIND or {"struck", "ambient"} & meta.config.keys():
            continue  # spaces of hits and of ambiences have no spectra that are held
        rows += cost_rows(name, meta, tensors, seconds)
        rows += sound_rows(load_space(name), meta, {"space": name})
    if not rows:
        raise LivecodeError("there is no space to measure: train one with `livecode train space`")
    return rows


def cost_rows(name: str, meta: ModelMeta, tensors: Tensors, seconds: float) -> list[BenchRow]:
    """Return the costs of decoding a frame and of playing a voice, each measured for `seconds`."""
    space = load_space(name)
    about: Identity = {"space": name, "latent": space.latent}
    plain = None
    if find_spec("torch") is not None:
        plain = plain_decoder(meta.config, meta.sample_rate, tensors)
    rows = [_decoding(space, plain, seconds, about), _voice(space, plain, seconds, about)]
    if space.texture is not None:
        share = 100 * voice_share(space, seconds, texture=1.0)
        what = f"one voice with its texture at {SAMPLE_RATE} Hz"
        rows.append(BenchRow.measured(what, share, "% of a core", about, target=TARGET_SHARE))
    return [*rows, python_beside(space, seconds, about)]


def python_beside(space: LatentSpace, seconds: float, about: Identity) -> BenchRow:
    """Return how fast another thread runs Python while a voice plays, and without it.

    The voice's kernels hold no interpreter lock. If they did, the other thread would almost stop.
    """
    from livecode.voices.latent import LatentVoice  # compiles on its very first run

    voice, positions = LatentVoice(space, SAMPLE_RATE, HOP, seed=1), wandering(space.latent)
    voice.play(positions[0])
    counted, done = [0], threading.Event()

    def count() -> None:
        while not done.is_set():
            counted[0] += 1

    def pace(work: Callable[[], object]) -> float:
        before, end = counted[0], time.monotonic() + seconds
        began = time.monotonic()
        while time.monotonic() < end:
            work()
        return (counted[0] - before) / (time.monotonic() - began)

    counter = threading.Thread(target=count)
    counter.start()
    alone = pace(lambda: time.sleep(0.01))
    beside = pace(lambda: [voice.play(position) for position in positions])
    done.set()
    counter.join()
    return BenchRow.measured(
        "Python beside a voice", beside, "counts/s", about,
        baseline=alone, target=0.2 * alone, better="higher",
    )  # fmt: skip


def plain_decoder(config: dict[str, Any], sample_rate: int, tensors: dict[str, Floats]) -> Decode:
    """Return the decoder as it is trained, in torch on one thread: (latent,) to (bins,)."""
    import torch

    from livecode.neural.spaces.training.vae import SpaceConfig, SpectralVAE

    torch.set_num_threads(1)
    known = {key: config[key] for key in SpaceConfig.__dataclass_fields__ if key in config}
    model = SpectralVAE(SpaceConfig(**known), sample_rate)
    weights = {
        key: torch.from_numpy(value)
        for key, value in tensors.items()
        if key.startswith(("encoder.", "decoder."))
    }
    model.load_state_dict(weights)

    def decode(z: Floats) -> Floats:
        with torch.inference_mode():
            return unscaled(model.decoder(torch.from_numpy(z)[None])[0].numpy())

    return decode


def plain_bank(bins: int, bin_hz: float, sample_rate: int) -> Callable[[Floats], Floats]:
    """Return a bank of one sine per bin in numpy: magnitudes (bins,) to the next HOP samples."""
    audible = min(bins, int(sample_rate / 2 / bin_hz) - 1)
    turn = 2 * np.pi * bin_hz / sample_rate * np.arange(1, audible + 1, dtype=np.float32)
    phase = np.random.default_rng(1).uniform(0, 2 * np.pi, audible).astype(np.float32)
    way = turn[:, None] * np.arange(HOP, dtype=np.float32)
    glide = np.linspace(0, 1, HOP, endpoint=False, dtype=np.float32)
    before = np.zeros(audible, np.float32)

    def play(magnitudes: Floats) -> Floats:
        nonlocal before, phase
        now = magnitudes[:audible]
        sines = np.sin(phase[:, None] + way)
        levels = before[:, None] + (now - before)[:, None] * glide
        phase = np.mod(phase + turn * HOP, 2 * np.pi)
        before = now.copy()
        out: Floats = (sines * levels).sum(0)
        return out

    return play


def _decoding(
    space: LatentSpace, plain: Decode | None, seconds: float, about: Identity
) -> BenchRow:
    points = space.place(wandering(space.latent))
    out = np.empty(space.bins, np.float32)
    own_s = seconds_each(lambda i: space.decode_into(points[i % len(points)], out), seconds)
    plain_us = None
    if plain is not None:
        plain_us = 1e6 * seconds_each(lambda i: plain(points[i % len(points)]), seconds)
    return BenchRow.measured("decode one frame", 1e6 * own_s, "µs", about, baseline=plain_us)


def _voice(space: LatentSpace, plain: Decode | None, seconds: float, about: Identity) -> BenchRow:
    share = 100 * voice_share(space, seconds)
    plain_share = None
    if plain is not None:
        points = space.place(wandering(space.latent))
        bank = plain_bank(space.bins, space.sample_rate / space.n_fft, SAMPLE_RATE)
        cost_s = seconds_each(lambda i: bank(plain(points[i % len(points)])), seconds)
        plain_share = 100 * cost_s * SAMPLE_RATE / HOP
    what = f"one voice at {SAMPLE_RATE} Hz"
    return BenchRow.measured(
        what, share, "% of a core", about, baseline=plain_share, target=TARGET_SHARE
    )
