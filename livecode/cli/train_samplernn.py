"""`livecode train samplernn`: trains a SampleRNN, and shows how far it is."""

import argparse

from livecode.cli.arguments import path
from livecode.cli.printing import say
from livecode.cli.replacing import add_replacing, asking
from livecode.cli.training_bar import showing
from livecode.neural.model_file import user_models
from livecode.neural.samplernn.config import QUANTISERS, SAMPLE_TIERS, SampleRNNConfig
from livecode.neural.samplernn.training.folder import Point
from livecode.neural.samplernn.training.settings import MAKE, USUAL, TrainSampleRNNSettings

WHOLE_NUMBERS = {
    "batch": "streams that learn side by side",
    "sequence": "samples that gradients run back through",
    "sequences": "sequences in a clip",
    "seed": "seed of all random numbers",
    "takes_every": "epochs between takes to listen to",
}
NUMBERS = {
    "peak_rate": "learning rate after its warm-up",
    "held_out": "share of the sound that is never trained on",
    "checkpoint_minutes": "time between checkpoints",
    "takes_minutes": "least time between takes",
    "takes_seconds": "length of a take",
    "disturb": "levels by which its input is off, so that it learns to find back; 0: none",
    "disturb_level": "share of streams made softer or louder, so that it learns to keep its level",
}
OTHERS = ("name", "sample_rate", "steps", "minutes", "precision", "patience", "augment", "resume",
          "replace", "other_audio", "out", "data", "licence", "tensorboard")  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `livecode train samplernn`."""
    plain = TrainSampleRNNSettings("", ())
    add = parser.add_argument
    add("sources", nargs="+", type=path, metavar="AUDIO", help="audio files, or folders of them")
    add("--name", required=True, help="the new model's name")
    add("--steps", type=int, metavar="N", help="training steps")
    add(
        "--minutes",
        type=float,
        metavar="M",
        help="or length of the training, without the time that other programs take",
    )
    add("--sample-rate", type=int, default=plain.sample_rate, metavar="HZ",
        help=f"8000 to 48000 ({plain.sample_rate})")  # fmt: skip
    add_make(parser)
    for names, kind in ((WHOLE_NUMBERS, int), (NUMBERS, float)):
        for name, what in names.items():
            usual = getattr(plain, name)
            add(f"--{name.replace('_', '-')}", type=kind, default=usual, help=f"{what} ({usual:g})")
    add("--precision", choices=("auto", "float32", "bfloat16"), default=plain.precision,
        help="of matrix products in training (auto: bfloat16 where the CPU has it)")  # fmt: skip
    add("--patience", type=int, metavar="N",
        help="end after N checkpoints without a better held-out figure")  # fmt: skip
    add("--augment", action="store_true", help="draw gain and polarity again for every clip")
    add("--resume", action="store_true", help="go on from the last checkpoint")
    add_replacing(parser)
    add("--tensorboard", action="store_true", help="write the curve for TensorBoard as well")
    add("--data", default="", help="for the card: what the sound is, and where it is from")
    add("--licence", default="", help="for the card: the licence of the sound and the model")
    add("--out", type=path, default=user_models(), help="folder of models")
    parser.set_defaults(run=run)


def add_make(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that decide what the model is made of."""
    add = parser.add_argument
    add("--dim", type=int, default=USUAL.dim, help=f"width of the tiers ({USUAL.dim})")
    add("--frame-sizes", type=int, nargs="+", default=USUAL.frame_sizes, metavar="F",
        help="samples in a frame of the lowest tier, then frames in one of the next (16 4)")  # fmt: skip
    add("--layers", type=int, default=USUAL.layers, help="RNN layers in a tier (1)")
    add("--cell", choices=("gru", "lstm"), default=USUAL.cell, help="(gru)")
    add("--levels", type=int, default=USUAL.levels, help="quantisation levels, 256 to 65536 (256)")
    add("--quantiser", choices=QUANTISERS, default=USUAL.quantiser, help="(linear)")
    add("--embedding", type=int, default=USUAL.embedding, help="width of a level's embedding (64)")
    add("--sample-tier", choices=SAMPLE_TIERS, default=USUAL.sample_tier, help="(two-layer)")
    add("--skip", action="store_true", help="sum the outputs of a tier's layers")


def settings_of(options: argparse.Namespace) -> TrainSampleRNNSettings:
    """Return the settings that the parsed options say."""
    make = {name: getattr(options, name) for name in MAKE} | {"skip": options.skip}
    make["frame_sizes"] = tuple(make["frame_sizes"])
    names = (*OTHERS, *WHOLE_NUMBERS, *NUMBERS)
    return TrainSampleRNNSettings(
        sources=tuple(options.sources),
        config=SampleRNNConfig(**make),
        **{name: getattr(options, name) for name in names},
    )


def run(options: argparse.Namespace) -> int:
    """Train, and print where the model is."""
    # imported here: the help of this command needs no torch
    from livecode.neural.samplernn.training.run import train_samplernn

    path = asking(
        settings_of(options), lambda settings: train_samplernn(settings, showing=showing(_figures))
    )
    say(f"The model is in {path}")
    if options.out == user_models():  # where it is found by its name
        say(f'It plays as r7 = stream("{options.name}")')
    return 0


def _figures(point: Point, held_out: str) -> str:
    return (
        f"step {point['step']:.0f}, epoch {point['epoch']:.2f}, {point['train']:.3f} bits a "
        f"sample{held_out}, {point['rate']:.0f} samples/s"
    )
