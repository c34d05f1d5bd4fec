"""The `livecode` command: its words and options, and one sentence when something is wrong."""

import argparse
import os
import sys
from pathlib import Path

from livecode import __version__
from livecode.cli.arguments import (
    THEMES,
    Parser,
    add_for,
    add_record,
    add_seed,
    add_sound,
    add_stems,
    count,
    duration,
    percentage,
    port,
    sample_rate,
)  # fmt: skip
from livecode.cli.session_commands import add_replay, add_resume, add_sessions
from livecode.cli.set_commands import add_check, add_rehearse
from livecode.errors import LivecodeError

AUDIO = ("auto", "portaudio", "jack", "headless")
BENCHES = ("agent", "endurance", "engine", "latency", "recovery", "render", "samplernn", "space", "start",
           "streams", "training")  # fmt: skip
#: What a shell sees of a program whose output nobody reads any more: 128 + SIGPIPE.
UNREAD = 141


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    try:
        options = _parser().parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except LivecodeError as error:
        print(f"livecode: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Python flushes stdout once more at its end; let that succeed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        print(f"livecode: {error.strerror or error}{where and ':'}{where}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> Parser:
    parser = Parser(prog="livecode", description="Live-coding neural sound in a terminal.")
    parser.add_argument("--version", action="version", version=f"livecode {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_play(commands.add_parser("play", help="open the terminal and play"))
    _add_kernel(commands.add_parser("kernel", help="play from JupyterLab, VS Code and the like"))
    resume = commands.add_parser("resume", help="go back to a performance, alive or cut off")
    _add_osc(resume)
    add_resume(resume, AUDIO)
    add_sessions(commands.add_parser("sessions", help="what has been played, and its code"))
    add_replay(commands.add_parser("replay", help="a performance again, from its journal"))
    _add_render(commands.add_parser("render", help="play a set into a file, faster than real time"))
    add_check(commands.add_parser("check", help="try every scene of a set before the evening"))
    add_rehearse(commands.add_parser("rehearse", help="go through a set at speed, from any scene"))
    _add_train(commands.add_parser("train", help="train a model on your own sound"))
    _add_tune(commands.add_parser("tune", help="short trainings that find what suits your sound"))
    _add_generate(commands.add_parser("generate", help="make many takes of a stream, offline"))
    _add_takes(commands.add_parser("takes", help="listen to takes, keep some, splice them"))
    _add_import(commands.add_parser("import", help="a samplernn-pytorch checkpoint as a model"))
    models = commands.add_parser("models", help="the models that can be named on stage")
    models.set_defaults(run=_models)
    _add_rings(commands.add_parser("rings", help="look at the motion rings, or simulate them"))
    _add_bench(commands.add_parser("bench", help="measure, beside a baseline in the same run"))
    doctor = commands.add_parser("doctor", help="what this machine has, and what is amiss")
    doctor.add_argument("--osc-port", type=port, default=8888, metavar="PORT")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_play(play: Parser) -> None:
    play.add_argument("set", nargs="?", type=Path, help="set file to open", metavar="SET.py")
    play.add_argument("--audio", choices=AUDIO, default="auto", help="way out (auto)")
    add_sound(play)
    _add_osc(play)
    add_record(play)
    play.add_argument("--cues", nargs="?", const="", metavar="TOKEN",
        help="let a second person cue over OSC who knows the token (one is made)")  # fmt: skip
    play.add_argument("--theme", choices=THEMES, help="colours (LIVECODE_THEME, or else dark)")
    add_for(play, "end after so long")
    play.set_defaults(run=_play)


def _add_kernel(kernel: Parser) -> None:
    kernel.add_argument(
        "install",
        nargs="?",
        choices=["install"],
        help="tell Jupyter of the kernel, with these options",
    )
    kernel.add_argument("--user", action="store_true", help="install for this user alone")
    kernel.add_argument("--prefix", type=Path, metavar="DIR", help="install into this environment")
    kernel.add_argument(
        "-f", "--connection-file", type=Path, metavar="FILE", help="where the front end listens"
    )
    kernel.add_argument("--audio", choices=AUDIO, default="auto", help="way out (auto)")
    add_sound(kernel)
    _add_osc(kernel)
    kernel.set_defaults(run=_kernel)


def _add_render(render: Parser) -> None:
    render.add_argument("set", type=Path, metavar="SET.py")
    render.add_argument("-o", "--out", type=Path, required=True, metavar="OUT.wav")
    add_stems(render)
    add_sound(render)
    add_for(render, "length (that of the set's scenes)")
    render.add_argument("--osc", type=Path, metavar="FRAMES.jsonl", help="packets to play to it")
    render.set_defaults(run=_render)


def _add_train(train: Parser) -> None:
    kinds = train.add_subparsers(required=True, metavar="KIND", dest="kind")
    space = kinds.add_parser(
        "space", fill=_fill_train_space, help="a latent space, from a folder or generated tones"
    )
    space.set_defaults(run=_train_space)
    samplernn = kinds.add_parser(
        "samplernn", fill=_fill_train_samplernn, help="a SampleRNN stream, from audio"
    )
    samplernn.set_defaults(run=_train_samplernn)


def _add_tune(tune: Parser) -> None:
    kinds = tune.add_subparsers(required=True, metavar="KIND", dest="kind")
    samplernn = kinds.add_parser(
        "samplernn", fill=_fill_tune_samplernn, help="frame sizes, width, learning rate, sequence"
    )
    samplernn.set_defaults(run=_tune_samplernn)


def _add_generate(generate: Parser) -> None:
    add = generate.add_argument
    add("model", metavar="MODEL", help="a SampleRNN: its name, or its file")
    add("-o", "--out", type=Path, required=True, metavar="DIR", help="folder of the takes")
    add("--seconds", type=duration, required=True, metavar="S", help="length of each take")
    add("--takes", type=count, required=True, metavar="N", help="how many there are to be, in all")
    add("--temperature", default="1.0", metavar="EXPR",
        help='a number or a curve, as "ramp(0.875, 1.15, over=45*s)" (1.0)')  # fmt: skip
    add_seed(generate)
    add("--prime", type=Path, metavar="AUDIO", help="the takes go on from the end of this sound")
    add("--format", choices=("wav", "flac"), default="wav", help="of the files (wav)")
    generate.set_defaults(run=_generate)


def _add_takes(takes: Parser) -> None:
    add = takes.add_argument
    add("folder", type=Path, metavar="DIR", help="what `livecode generate` made")
    add("--audio", choices=AUDIO, default="auto", help="way out (auto)")
    add("--theme", choices=THEMES, help="colours (LIVECODE_THEME, or else dark)")
    add("--list", action="store_true", help="print the takes instead")
    add("--band", nargs=2, type=percentage, metavar=("LOW", "TOP"),
        help="hide the LOW and the TOP per cent by likelihood (40 5 is a good band)")  # fmt: skip
    add("--splice", type=Path, metavar="OUT.wav", help="join the kept takes into a file instead")
    add("--fade", type=duration, default=1.0, metavar="S", help="of a splice's crossfades (1)")
    takes.set_defaults(run=_takes)


def _add_import(importing: Parser) -> None:
    add = importing.add_argument
    add(
        "checkpoint",
        type=Path,
        metavar="FILE",
        help="what samplernn-pytorch saved, or a TorchScript model in the nn~ convention (.ts)",
    )
    add("--name", required=True, help="the new model's name")
    add("--sample-rate", type=sample_rate, default=16000, metavar="HZ", help="(16000)")
    add("--frame-sizes", type=count, nargs="+", metavar="F", help="checked against the file's")
    add("--mu-law", action="store_true", help="its levels are mu-law, not linear")
    add("--float16", action="store_true", help="half the size, a little less exact")
    add("--trust", action="store_true", help="a .ts file may run its code here; else you are asked")
    importing.set_defaults(run=_import)


def _add_rings(rings: Parser) -> None:
    _add_osc(rings)
    rings.add_argument(
        "--simulate", action="store_true", help="send packets of two rings to this machine's port"
    )
    rings.add_argument(
        "--version", type=int, choices=(1, 2), default=2, help="simulated R-IoT firmware (2)"
    )
    add_seed(rings)
    add_for(rings, "end after so long")
    rings.set_defaults(run=_rings)


def _add_bench(bench: Parser) -> None:
    bench.add_argument("name", choices=BENCHES, metavar="NAME", help=", ".join(BENCHES))
    bench.add_argument("--json", action="store_true", help="one JSON list instead of a table")
    add_for(bench, "length of a figure, where it has one")
    bench.set_defaults(run=_bench)


def _add_osc(parser: Parser) -> None:
    parser.add_argument(
        "--osc-port", type=port, default=8888, metavar="PORT", help="UDP port of the rings (8888)"
    )
    parser.add_argument(
        "--osc-bind", default="127.0.0.1", metavar="ADDRESS",
        help="address to listen on (127.0.0.1); 0.0.0.0 opens it to the network",
    )  # fmt: skip


# What each command runs; imported when it is, since most bring much with them.


def _play(options: argparse.Namespace) -> int:
    from livecode.cli.play import play

    return play(options)


def _render(options: argparse.Namespace) -> int:
    from livecode.offline.render import render

    return render(options.set, options.out, options.seconds, options.seed, options.osc,
                  options.sr, options.block, options.stems, options.bits)  # fmt: skip


def _kernel(options: argparse.Namespace) -> int:
    from livecode.processes.kernelspec import install, kernel

    if not options.install:
        return kernel(options)
    names = ("audio", "sr", "block", "seed", "osc_port", "osc_bind")
    played = [(f"--{name.replace('_', '-')}", str(getattr(options, name))) for name in names]
    where = install(options.user, options.prefix, [word for pair in played for word in pair])
    print(f"Jupyter knows the kernel livecode now; it is described in {where}")
    return 0


def _needs_torch(error: ModuleNotFoundError) -> LivecodeError:
    if error.name != "torch":
        raise error
    return LivecodeError(
        "training and importing need torch, which is not installed here: "
        'run `make setup`, or pip install "livecode[train]"'
    )


def _fill_train_space(parser: argparse.ArgumentParser) -> None:
    try:
        from livecode.neural.spaces.training.train import add_arguments
    except ModuleNotFoundError as error:
        raise _needs_torch(error) from None
    add_arguments(parser)


def _train_space(options: argparse.Namespace) -> int:
    from livecode.neural.spaces.training.train import run

    return run(options)


def _fill_train_samplernn(parser: argparse.ArgumentParser) -> None:
    try:
        from livecode.cli.train_samplernn import add_arguments
    except ModuleNotFoundError as error:
        raise _needs_torch(error) from None
    add_arguments(parser)


def _train_samplernn(options: argparse.Namespace) -> int:
    from livecode.cli.train_samplernn import run

    return run(options)


def _fill_tune_samplernn(parser: argparse.ArgumentParser) -> None:
    try:
        from livecode.neural.samplernn.training.tune import add_arguments
    except ModuleNotFoundError as error:
        raise _needs_torch(error) from None
    add_arguments(parser)


def _tune_samplernn(options: argparse.Namespace) -> int:
    from livecode.neural.samplernn.training.tune import run

    return run(options)


def _generate(options: argparse.Namespace) -> int:
    from livecode.takes.generate import GenerateOptions, generate

    return generate(
        GenerateOptions(options.model, options.out, options.seconds, options.takes,
                        options.temperature, options.seed, options.prime, options.format)
    )  # fmt: skip


def _takes(options: argparse.Namespace) -> int:
    from livecode.cli.takes_command import TakesOptions, takes

    band = None if options.band is None else tuple(options.band)
    return takes(
        TakesOptions(options.folder, options.audio, options.theme, options.list, band,
                     options.splice, options.fade)
    )  # fmt: skip


def _import(options: argparse.Namespace) -> int:
    if options.checkpoint.suffix == ".ts":
        return _import_foreign(options.checkpoint, options.name, options.trust)
    try:
        from livecode.neural.samplernn.importing.convert import ImportOptions, import_samplernn
    except ModuleNotFoundError as error:
        raise _needs_torch(error) from None

    return import_samplernn(
        ImportOptions(options.checkpoint, options.name, options.sample_rate, options.frame_sizes,
                      options.mu_law, options.float16)
    )  # fmt: skip


def _import_foreign(path: Path, name: str, trust: bool) -> int:
    from livecode.neural.torchscript.trust import fingerprint, import_foreign, is_trusted

    if not trust and not is_trusted(path) and sys.stdin.isatty():
        print(f"{path} is a program as well as a model: it will run as you, whenever it is played.")
        print(f"SHA-256 {fingerprint(path)}")
        trust = input("Do you trust who made it? [y/N] ").strip().lower() in ("y", "yes")
    about = import_foreign(path, name, trust)
    print(
        f"{name}: {about.latent} dimensions, {about.ratio} samples each at {about.sample_rate} Hz; "
        f'play it with agent(space("{name}"))'
    )
    return 0


def _models(options: argparse.Namespace) -> int:
    from rich.console import Console

    from livecode.cli.models_command import print_models

    return print_models(Console())


def _rings(options: argparse.Namespace) -> int:
    from livecode.cli.rings_view import RingsOptions, rings

    return rings(
        RingsOptions(options.simulate, options.version, options.osc_port, options.osc_bind,
                     options.seed, options.seconds)
    )  # fmt: skip


def _bench(options: argparse.Namespace) -> int:
    from livecode.bench.command import bench

    return bench(options.name, options.json, options.seconds)


def _doctor(options: argparse.Namespace) -> int:
    from livecode.cli.doctor import doctor

    return doctor(options.osc_port)


if __name__ == "__main__":
    raise SystemExit(main())
