"""`livecode train fullband`: trains a full-band SampleRNN, and shows how far it is."""

import argparse
from dataclasses import replace
from pathlib import Path

from livecode.cli.arguments import path
from livecode.cli.printing import say
from livecode.cli.replacing import add_replacing, asking
from livecode.cli.training_bar import showing
from livecode.finishing.stream_finish import finish, write_takes
from livecode.neural.model_file import user_models
from livecode.neural.samplernn.fullband.labels import NUMBERS as NUMBERS_OF_LABELS
from livecode.neural.samplernn.training.folder import Point
from livecode.neural.samplernn.training.fullband.settings import MADE, USUAL, TrainFullbandSettings

NUMBERS = {
    "outline_minutes": "length of the training of outlines, which comes first",
    "encoded": "minutes of sound that the tiers read; outlines are learned from all of it",
    "peak_rate": "learning rate after its warm-up",
    "held_out": "share of the sound that is never trained on",
    "checkpoint_minutes": "time between checkpoints, each of which is listened to",
    "takes_seconds": "length of a take",
}
MAKE = {
    "dim": "width of the tiers",
    "half_life_s": "seconds in which the predictor forgets half; drums 0.06",
    "told": "share of the outline in what the predictor is solved from",
    "order": "of the predictor: the more, the nearer to each other may pitches be",
    "hold": "how much nearer another entry of the outline's codebook must be to be taken, "
    "as a share: more for what holds chords",
    "narrow": "share of its semitone that a pitch is spread over in what the predictor is told",
    "treble": "the same of the highest pitch, B7",
    "damped": "share of a pitch that the predictor is told as a tone which dies away: 1 for strings "
    "that are struck or plucked, with a narrower --narrow and --treble",
    "sharpened": "rounds in which pitches get back what they are measured as in the bands beside them",
    "ridge": "white noise in what the predictor is solved from, as a share: the surer it is of what "
    "comes, the sooner it runs away",
    "outline_hop": "samples of a frame of the outline: a multiple of 512",
    "outline_window": "samples that its bands are measured in: fewer tell strokes apart, more tell low "
    "pitches apart",
    "outline_dim": "width of the tier that draws outlines",
}
OTHERS = ("tiers_of", "name", "minutes", "updates", "outline_rounds", "batch", "seed", "precision", "resume",
          "replace", "other_audio", "out", "data", "licence")  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `livecode train fullband`."""
    plain = TrainFullbandSettings("", ())
    add = parser.add_argument
    add("sources", nargs="+", type=path, metavar="AUDIO", help="audio files, or folders of them")
    add("--name", required=True, help="the new model's name")
    add(
        "--minutes",
        type=float,
        metavar="M",
        help="length of the training of the tiers, without the time that other programs take",
    )
    add("--updates", type=int, metavar="N", help="or their updates")
    add("--outline-rounds", type=int, metavar="N", help="rounds of the outlines' training at most")
    add("--transposed", type=int, nargs="*", default=(), metavar="SEMITONES",
        help="keys that outlines are learned in besides, as -2 -1 1 2; none for drums")  # fmt: skip
    add("--labels", nargs="*", default=(), choices=tuple(NUMBERS_OF_LABELS), metavar="LABEL",
        help="what outlines are told besides, found in the sound, so that a performer can hold it: "
        + ", ".join(NUMBERS_OF_LABELS))  # fmt: skip
    add("--tiers-of", default="", metavar="MODEL",
        help="keep this model's tiers and codebook, and learn outlines alone, from its own on")  # fmt: skip
    for name, what in NUMBERS.items():
        usual = getattr(plain, name)
        add(f"--{name.replace('_', '-')}", type=float, default=usual, help=f"{what} ({usual:g})")
    for name, what in MAKE.items():
        usual = getattr(USUAL, name)
        add(f"--{name.removesuffix('_s').replace('_', '-')}", dest=name, type=type(usual),
            default=usual, help=f"{what} ({usual:g})")  # fmt: skip
    add("--batch", type=int, default=plain.batch, help=f"streams side by side ({plain.batch})")
    add("--seed", type=int, default=plain.seed, help="seed of all random numbers (0)")
    add("--precision", choices=("auto", "float32", "bfloat16"), default=plain.precision,
        help="of matrix products in training (auto: bfloat16 where the CPU has it)")  # fmt: skip
    add("--resume", action="store_true", help="go on from the last checkpoint")
    add_replacing(parser)
    add("--data", default="", help="for the card: what the sound is, and where it is from")
    add("--licence", default="", help="for the card: the licence of the sound and the model")
    add("--out", type=path, default=user_models(), help="folder of models")
    parser.set_defaults(run=run)


def settings_of(options: argparse.Namespace) -> TrainFullbandSettings:
    """Return the settings that the parsed options say."""
    albums = tuple(source.resolve().stem for source in options.sources)
    return TrainFullbandSettings(
        sources=tuple(options.sources),
        config=replace(
            USUAL,
            **{name: getattr(options, name) for name in MADE},
            labels=tuple(options.labels),
            sources=albums if "source" in options.labels else (),
        ),
        transposed=tuple(options.transposed),
        **{name: getattr(options, name) for name in (*OTHERS, *NUMBERS)},
    )


def run(options: argparse.Namespace) -> int:
    """Train, give the model what a stream needs besides, and print where it is."""
    path = asking(settings_of(options), _train)
    say(f"The model is in {path}")
    if options.out == user_models():  # where it is found by its name
        say(f'It plays as r7 = stream("{options.name}")')
    return 0


def _train(settings: TrainFullbandSettings) -> Path:
    # imported here: the help of this command needs no torch
    from livecode.neural.samplernn.training.fullband.training_run import train_fullband

    def listening(model: Path, folder: Path, updates: int) -> None:
        write_takes(
            model, folder, updates, settings.temperatures, settings.takes_seconds, settings.seed
        )

    path, corpus = train_fullband(settings, showing=showing(_figures), listening=listening)
    finish(path, corpus, say)
    return path


def _figures(point: Point, held_out: str) -> str:
    if "outline" in point:
        return (
            f"outlines, round {point['outline']:.0f}, {point['train']:.2f} bits a frame{held_out}"
        )
    return (
        f"update {point['step']:.0f}, {point['train']:.3f} bits a cell{held_out}, "
        f"{point['rate']:.0f} samples/s"
    )
