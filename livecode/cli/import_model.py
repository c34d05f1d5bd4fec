"""`livecode import`: makes a model of a samplernn-pytorch checkpoint or of a TorchScript file."""

import argparse
from pathlib import Path

from livecode.cli.arguments import count, path, sample_rate
from livecode.cli.parser import Parser
from livecode.cli.printing import ask, can_ask, say
from livecode.files import shown
from livecode.neural.torchscript.trust import (
    import_torchscript,
    is_torchscript,
    read_program,
)


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode import`."""
    add = parser.add_argument
    add("checkpoint", type=path, metavar="FILE",
        help="what samplernn-pytorch saved, or a TorchScript model in the nn~ convention (.ts)")  # fmt: skip
    add("--name", required=True, help="the new model's name")
    add("--sample-rate", type=sample_rate, default=16000, metavar="HZ", help="(16000)")
    add("--frame-sizes", type=count, nargs="+", metavar="F", help="checked against the file's")
    add("--mu-law", action="store_true", help="its levels are mu-law, not linear")
    add("--float16", action="store_true", help="half the size, a little less exact")
    add("--trust", action="store_true", help="a .ts file may run its code here; else you are asked")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import the file as a model of that name."""
    if is_torchscript(options.checkpoint):
        return _import_torchscript(options.checkpoint, options.name, options.trust)
    # imported here: only a checkpoint needs torch
    from livecode.neural.samplernn.importing.convert import ImportOptions, import_samplernn

    return import_samplernn(
        ImportOptions(
            options.checkpoint,
            options.name,
            options.sample_rate,
            options.frame_sizes,
            options.mu_law,
            options.float16,
        ),
        say=say,
    )


def _import_torchscript(path: Path, name: str, trust: bool) -> int:
    """Import a TorchScript file, after asking for trust where somebody can answer."""
    program = read_program(path)
    if not trust and not program.is_trusted and can_ask():
        say(
            f"{shown(path)} is a program as well as a model: it runs as you, whenever it is played."
        )
        say(f"SHA-256 {program.digest}")
        trust = ask("Do you trust who made it?")
    found = import_torchscript(program, name, trust)
    say(
        f"{name}: {found.latent} dimensions, {found.ratio} samples each at {found.sample_rate} Hz; "
        f'play it with agent(space("{name}"))'
    )
    return 0
