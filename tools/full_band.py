"""Trains a full-band stream and writes its model file and card: `python -m tools.full_band NAME AUDIO…`.

The same command goes on from the last checkpoint, for so many minutes more.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from livecode.neural.model_file import ModelMeta, write_model
from livecode.neural.samplernn.config import KIND
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.walk import Choose, Walk
from livecode.neural.samplernn.training.fullband.data import Prepared, prepared
from livecode.neural.samplernn.training.fullband.outline import OutlineNet, trained
from livecode.neural.samplernn.training.fullband.outline_tokens import tokens_of_files
from livecode.neural.samplernn.training.fullband.run import FullbandLearning, PieceReader, train
from livecode.neural.samplernn.training.learning import keep_memory, multiplies_bfloat16

RATE_HZ = 32_000
#: Temperatures that outlines are tried at, and how long an outline, in frames.
STRUCTURES, TRIED = (0.9, 1.0, 1.1, 1.2, 1.3, 1.4), 1000
BATCH, SEED, PEAK_RATE = 16, 1, 3e-3


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the sound, train the tiers and the outline's, and write what is best so far."""
    options = _options(arguments)
    torch.set_num_threads(1)
    keep_memory()
    config = FullbandConfig(dim=options.dim, half_life_s=options.half_life)
    held = [path for path in options.audio if path.stem in options.held_out]
    files = [path for path in options.audio if path not in held]
    data = prepared(files, held, config, RATE_HZ, options.work / "cache", options.encoded)
    run = options.work / options.name
    learning = FullbandLearning(config, BATCH, SEED, multiplies_bfloat16(), PEAK_RATE)
    if options.minutes > 0:
        reader = PieceReader(data.train, config, BATCH, SEED)
        train(learning, reader, data.held_out, run, RATE_HZ, options.minutes)
    else:
        learning.load(run / "checkpoint.safetensors")
    outline = run / "outline.safetensors"
    if options.outline_minutes > 0:
        _train_outline(options, config, data, files, outline)
    path: Path = options.out / options.name / f"{options.name}.safetensors"
    _write(options, config, data, learning, outline, path)
    print(f"wrote {path}: now tools.stream_source, tools.stream_moments and tools.stream_card")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools.full_band")
    parser.add_argument("name")
    parser.add_argument("audio", type=Path, nargs="+")
    parser.add_argument("--held-out", nargs="+", required=True, help="names of files, no suffix")
    parser.add_argument("--minutes", type=float, default=30.0, help="of the tiers; 0: none")
    parser.add_argument("--outline-minutes", type=float, default=8.0, help="0: what there is")
    parser.add_argument("--encoded", type=float, default=15.0, help="minutes that the tiers read")
    parser.add_argument("--transposed", type=int, nargs="*", default=[], help="semitones")
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--half-life", type=float, default=0.1, help="of the predictor, in s")
    parser.add_argument("--data", required=True, help="what the sound is, for the card")
    parser.add_argument("--licence", required=True)
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and encoded sound")
    parser.add_argument("--out", type=Path, default=Path("models"))
    return parser.parse_args(arguments)


def _train_outline(
    options: argparse.Namespace,
    config: FullbandConfig,
    data: Prepared,
    files: Sequence[Path],
    path: Path,
) -> None:
    tokens = tokens_of_files(
        files, config, RATE_HZ, data.mean, data.scale, data.codebook, options.transposed
    )

    def keep(net: OutlineNet, bits: float) -> None:
        save_file(net.arrays(), path)
        path.with_suffix(".json").write_text(json.dumps({"outline_bits": bits}))

    held = [piece.tokens for piece in data.held_out]
    trained(config, tokens, held, options.outline_minutes, SEED, keep=keep)


def _write(
    options: argparse.Namespace,
    config: FullbandConfig,
    data: Prepared,
    learning: FullbandLearning,
    outline: Path,
    path: Path,
) -> None:
    with learning.averaged():
        tensors: dict[str, NDArray[np.float32]] = learning.net.arrays()
    tensors |= {
        "outline.mean": data.mean,
        "outline.scale": data.scale,
        "outline.codebook": data.codebook,
    } | load_file(outline)
    held = learning.held_out_bits(data.held_out)
    facts = {
        "updates": learning.done,
        "minutes": round(learning.seconds / 60, 1),
        "held_out_bits_a_cell": held.round(3).tolist(),
        "held_out_from": ", ".join(options.held_out),
        "outline_bits": round(
            json.loads(outline.with_suffix(".json").read_text())["outline_bits"], 2
        ),
        "rms": round(data.loudness_rms, 4),
    } | calibrated(config, tensors, [piece.tokens for piece in data.held_out])
    small = {name: t if t.ndim == 1 else t.astype(np.float16) for name, t in tensors.items()}
    meta = ModelMeta(KIND, config.json(), RATE_HZ, options.data, options.licence, "livecode",
                     _command(options), facts)  # fmt: skip
    write_model(path, small, meta)


def calibrated(
    config: FullbandConfig,
    tensors: dict[str, NDArray[np.float32]],
    known: Sequence[NDArray[np.int32]],
) -> dict[str, float]:
    """The temperature at which outlines move as often as the source's, and the longest that they stay.

    known: tokens (frames, stages) of held-out pieces. A tier that was taught by what is true holds what
    it drew itself for too long.
    """
    wanted = float(np.mean(np.concatenate([np.diff(each[:, 0]) != 0 for each in known])))
    moves = []
    for structure in STRUCTURES:
        tokens = Walk(config, tensors, RATE_HZ, chooser(structure)).outline(TRIED)
        moves.append(float((np.diff(tokens[:, 0]) != 0).mean()))
    best = int(np.argmin(np.abs(np.array(moves) - wanted)))
    print(f"the source's outline moves in {wanted:.2f} of the frames; drawn at", STRUCTURES, moves)
    longest = max(int(held_for(each[:, 0]).max()) for each in known)
    return {"structure": STRUCTURES[best], "longest_hold": longest}


def chooser(temperature: float) -> Choose:
    """Draws at that temperature."""
    rng = np.random.default_rng(SEED)

    def choose(log_probs: NDArray[np.float32], token: bool) -> int:
        shifted = (log_probs - log_probs.max()).astype(np.float64)
        odds = np.exp(shifted / temperature).cumsum()
        return int(min((odds <= rng.random() * odds[-1]).sum(), len(odds) - 1))

    return choose


def held_for(tokens: NDArray[np.int32]) -> NDArray[np.int64]:
    """For how many frames each token stays."""
    changes = np.flatnonzero(np.diff(tokens)) + 1
    return np.diff(np.concatenate([[0], changes, [len(tokens)]]))


def _command(options: argparse.Namespace) -> str:
    keys = "".join(f" {semitones}" for semitones in options.transposed)
    return (
        f"python -m tools.full_band {options.name} {options.name}/*.flac --held-out "
        f"{' '.join(options.held_out)}{' --transposed' + keys if keys else ''} "
        f"--half-life {options.half_life:g} --data … --licence … --work …"
    )


if __name__ == "__main__":
    raise SystemExit(main())
