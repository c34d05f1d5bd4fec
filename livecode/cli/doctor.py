"""`livecode doctor`: prints one screen on what this machine has to play with, and what is wrong."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

from rich.markup import escape
from rich.text import Text

from livecode import __version__
from livecode.cli.arguments import path, port
from livecode.cli.bundle import write_bundle
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.errors import LivecodeError
from livecode.neural.model_file import list_models
from livecode.signals.port_holder import holder_of
from livecode.signals.udp import DEFAULT_HOST, UdpListener
from livecode.transport import LAYOUTS, Arena
from livecode.transport.layouts import free_bytes, megabytes, more_memory

SAMPLE_RATE, BLOCK = 48_000, 256  # what `livecode play` asks for
DEVICES = ("jack", "portaudio")  # in the order in which `--audio auto` tries them
SURVEYED = (*DEVICES, "headless")
SURVEY_LIMIT_S = 10.0  # a busy machine starts a process slowly; a hanging one never answers
MEASURE_S = 0.1
#: Shares of a core that one voice takes: above the first, few voices can sound; above the second, none.
HEAVY_SHARE, IMPOSSIBLE_SHARE = 0.25, 0.8
SHOWN = ("pyo", "numpy", "numba")
NEEDED = (*SHOWN, "msgspec", "safetensors", "ipykernel", "jupyter_client", "prompt_toolkit")
#: So many devices have a line each.
MOST_DEVICES = 6
WIDTH = 80


class Answer(TypedDict):
    """What `livecode.engine.survey` finds out about one back end."""

    works: bool
    text: str
    realtime: NotRequired[bool]
    devices: NotRequired[list[str]]


@dataclass(frozen=True)
class Diagnosis:
    """One line of the screen; `remedy` says what to do unless all is well.

    Without `what`, the line goes on from the one above it.
    """

    what: str
    text: str
    state: Literal["well", "amiss", "broken"] = "well"
    remedy: str = ""


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode doctor`."""
    parser.add_argument("--osc-port", type=port, default=8888, metavar="PORT",
        help="UDP port of the rings (8888)")  # fmt: skip
    parser.add_argument("--bundle", type=path, metavar="FILE.zip",
        help="write this and how the last performance ended, for a bug report, without code")  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the screen; return 0 if a performance can be played on this machine, else 2."""
    console = PlainConsole()
    surveys = {backend: begin_survey(backend) for backend in SURVEYED}
    with console.status("listening to the machine"):
        others = [
            processor(latent_voice_share),
            memory(free=free_bytes()),
            rings(options.osc_port),
            models(list_models()),
            *versions(_version),
        ]
        answers = {backend: answer_of(survey) for backend, survey in surveys.items()}
    diagnoses = [*audio(answers), realtime(answers, sys.platform), *others]
    shown = Text.from_markup(screen(diagnoses))
    console.print(shown, soft_wrap=True)
    if options.bundle is not None:
        write_bundle(options.bundle, shown.plain)
        console.print(
            Text(f"{options.bundle} holds this for a bug report; look into it before you send it")
        )
    return 2 if any(each.state == "broken" for each in diagnoses) else 0


def screen(diagnoses: list[Diagnosis]) -> str:
    """Return the diagnoses as at most 24 lines of 80 columns, in rich's markup."""
    marks = {"well": "[green]✓[/]", "amiss": "[yellow]![/]", "broken": "[red]✗[/]"}
    lines = [f"livecode {__version__} on {platform.platform(terse=True)}"[:WIDTH], ""]
    for each in diagnoses:
        mark = marks[each.state] if each.what else " "
        text = escape(_cut(each.text, WIDTH - 15))
        lines.append(f" {mark} {each.what:<11} {text}".rstrip())
        if each.remedy:
            lines.append(f"   [yellow]→ {escape(_cut(each.remedy, WIDTH - 5))}[/]")
    broken = [each.what for each in diagnoses if each.state == "broken"]
    amiss = any(each.state == "amiss" for each in diagnoses)
    verdict = "Ready to play, but for what is marked !." if amiss else "Ready to play."
    if broken:
        verdict = f"Not playable before this is mended: {', '.join(broken)}."
    return "\n".join([*lines, "", verdict])


def audio(answers: Mapping[str, Answer]) -> list[Diagnosis]:
    """Return which back ends work, and which one `--audio auto` takes."""
    works = [backend for backend in DEVICES if answers[backend]["works"]]
    if not answers["headless"]["works"]:
        why = answers["headless"]["text"]
        return [Diagnosis("audio", f"pyo does not start: {why}", "broken", "make setup")]
    if works:
        chosen = Diagnosis("audio", f"--audio auto takes {works[0]}")
    else:
        chosen = Diagnosis(
            "audio",
            "no way out to a loudspeaker: --audio auto plays headless, unheard",
            "amiss",
            "connect a sound card, or start a JACK server (jackd or PipeWire)",
        )
    findings = [chosen]
    for backend in DEVICES:
        answer = answers[backend]
        text = answer["text"].split(";")[0]
        findings.append(Diagnosis("", f"{backend:<9} {text}"))
        devices = answer.get("devices", ())
        findings += [Diagnosis("", f"          {device}") for device in devices[:MOST_DEVICES]]
        if len(devices) > MOST_DEVICES:
            more = f"          and {len(devices) - MOST_DEVICES} more: audio() lists them"
            findings.append(Diagnosis("", more))
    return findings


def realtime(answers: Mapping[str, Answer], system: str) -> Diagnosis:
    """Return whether the system schedules sound before other programs.

    `system` is the name of the operating system, as in `sys.platform`.
    """
    if system in ("darwin", "win32"):
        return Diagnosis("real time", "granted by the system to the audio device's own thread")
    if any(answer.get("realtime") for answer in answers.values()):
        return Diagnosis("real time", "granted: engine and voices go before everything else")
    return Diagnosis(
        "real time",
        "not granted: another busy program can make holes in the sound",
        "amiss",
        "@audio - rtprio 95 into /etc/security/limits.d/audio.conf; join group audio",
    )


def processor(share_of: Callable[[], float]) -> Diagnosis:
    """Return which share of a core a latent voice takes; `share_of()` measures it."""
    cores = f"{os.cpu_count()} cores"
    try:
        share = share_of()
    except LivecodeError as error:
        return Diagnosis("processor", f"{cores}; no voice to measure with: {error}")
    except ImportError as error:
        return Diagnosis("processor", f"cannot compute voices: {error}", "broken", "make setup")
    text = f"{cores}; a latent voice takes {share:.1%} of one"
    if share < HEAVY_SHARE:
        return Diagnosis("processor", text)
    return Diagnosis(
        "processor",
        text,
        "amiss" if share < IMPOSSIBLE_SHARE else "broken",
        "let few voices sound at once, and see that power saving is off",
    )


def memory(take: Callable[[int, int], Arena] = Arena.largest, free: int | None = None) -> Diagnosis:
    """Return whether there is enough shared memory, by taking for a moment what `play` takes.

    `free`: the bytes that are free; None where the system sets no limit of its own.
    """
    try:
        arena = take(SAMPLE_RATE, BLOCK)
    except LivecodeError as error:
        return Diagnosis("memory", error.text.split(": ")[0], "broken", more_memory())
    arena.unlink()
    told = "" if free is None else f"{megabytes(free)} of shared memory free, "
    text = f"{told}{megabytes(Arena.size(LAYOUTS[0]))} needed"
    if arena.layout == LAYOUTS[0]:
        return Diagnosis("memory", text)
    return Diagnosis(
        "memory", f"{text}: plays with {arena.layout.buffers} sources", "amiss", more_memory()
    )


def rings(port: int) -> Diagnosis:
    """Return whether packets of rings can arrive on that UDP port."""
    try:
        UdpListener(DEFAULT_HOST, port).close()
    except LivecodeError:
        return Diagnosis(
            "rings",
            f"UDP port {port} is taken by {holder_of(port)}",
            "amiss",
            "end that program, or choose a port with --osc-port",
        )
    return Diagnosis("rings", f"UDP port {port} is free")


def models(found: Mapping[str, Path]) -> Diagnosis:
    """Return which models can be named on stage."""
    if found:
        return Diagnosis("models", ", ".join(found))
    return Diagnosis(
        "models",
        "none: there is nothing to sound",
        "broken",
        "livecode train space --synthetic additive --name additive",
    )


def versions(version_of: Callable[[str], str | None]) -> list[Diagnosis]:
    """Return which packages are installed; `version_of(package)` is None for one that is not."""
    missing = [name for name in NEEDED if version_of(name) is None]
    there = [f"{name} {version_of(name)}" for name in SHOWN]
    findings = [Diagnosis("versions", f"Python {platform.python_version()}, {', '.join(there)}")]
    if missing:
        findings = [Diagnosis("versions", f"missing: {', '.join(missing)}", "broken", "make setup")]
    torch = version_of("torch")
    if torch is None:
        return [*findings, Diagnosis("", "torch is not installed: only for training, make setup")]
    return [*findings, Diagnosis("", f"torch {torch}, for training")]


def _version(package: str) -> str | None:
    """Return the version of an installed package; None if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def latent_voice_share() -> float:
    """Measure which share of a core a voice of the first space takes.

    Raises LivecodeError if there is no space.
    """
    # imported here, since `processor` reports an import that fails
    from livecode.neural.load import load_model
    from livecode.neural.spaces.described import DescribedSpace
    from livecode.neural.spaces.space import LatentSpace
    from livecode.voices.cost import voice_share

    for name in list_models():
        model = load_model(name)
        if isinstance(model, LatentSpace) and not isinstance(model, DescribedSpace):
            return voice_share(model, MEASURE_S)
    raise LivecodeError("there is no space")


def begin_survey(backend: str) -> subprocess.Popen[str]:
    """Start a process that tries a back end, one of SURVEYED; `answer_of` reads its answer."""
    command = [sys.executable, "-m", "livecode.engine.survey"]
    return subprocess.Popen(
        [*command, backend, str(SAMPLE_RATE), str(BLOCK)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def answer_of(survey: subprocess.Popen[str], limit_s: float = SURVEY_LIMIT_S) -> Answer:
    """Return what a survey printed, or why it printed nothing; one that hangs is killed."""
    try:
        said, _ = survey.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        survey.kill()
        survey.communicate()
        return {"works": False, "text": f"gave no answer within {limit_s:g} s"}
    try:
        answer: Answer = json.loads(said.rstrip().rpartition("\n")[2])
        return answer
    except ValueError:
        return {"works": False, "text": f"its survey ended with status {survey.returncode}"}


def _cut(text: str, width: int) -> str:
    """Return the text, with its end cut off if it is wider than `width` columns."""
    return text if len(text) <= width else text[: width - 1] + "…"
