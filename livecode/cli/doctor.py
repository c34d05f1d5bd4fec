"""`livecode doctor`: one screen on what this machine has to play with, and what is amiss."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape

from livecode import __version__
from livecode.errors import LivecodeError
from livecode.neural.model_file import list_models
from livecode.signals.udp import DEFAULT_HOST, UdpListener
from livecode.transport import Arena, Layout

SAMPLE_RATE, BLOCK = 48_000, 256  # what `livecode play` asks for
DEVICES = ("jack", "portaudio")  # as `--audio auto` tries them; then it plays headless
SURVEYED = (*DEVICES, "headless")
SURVEY_LIMIT_S = 10.0  # a busy machine starts a process slowly; one that hangs never answers
MEASURE_S = 0.1
#: A voice that takes more of a core than this leaves room for few; beyond the second, for none.
HEAVY_SHARE, IMPOSSIBLE_SHARE = 0.25, 0.8
SHOWN = ("pyo", "numpy", "numba")
NEEDED = (*SHOWN, "msgspec", "safetensors", "ipykernel", "jupyter_client", "prompt_toolkit")
SHARED_MEMORY = Path("/dev/shm")  # on Linux; macOS has no such folder and no such limit
WIDTH = 80

#: What a back end's survey says: works, text, realtime, and devices where it knows of any.
Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """One line of the screen; `remedy` is what to do where something is amiss."""

    what: str
    text: str
    state: Literal["well", "amiss", "broken"] = "well"
    remedy: str = ""


def doctor(osc_port: int) -> int:
    """Print the screen; 0 if a performance can be played here, else 2."""
    console = Console(highlight=False)
    surveys = {backend: _begin_survey(backend) for backend in SURVEYED}
    with console.status("listening to the machine"):
        others = [
            processor(_voice_share),
            memory(_free_shared_memory()),
            rings(osc_port),
            models(list_models()),
            *versions(),
        ]
        answers = {backend: _answer(survey) for backend, survey in surveys.items()}
    findings = [*audio(answers), realtime(answers, sys.platform), *others]
    console.print(screen(findings), soft_wrap=True)
    return 2 if any(finding.state == "broken" for finding in findings) else 0


def screen(findings: list[Finding]) -> str:
    """The findings as at most 24 lines of 80 columns, in rich's markup."""
    marks = {"well": "[green]✓[/]", "amiss": "[yellow]![/]", "broken": "[red]✗[/]"}
    lines = [f"livecode {__version__} on {platform.platform(terse=True)}"[:WIDTH], ""]
    for finding in findings:
        mark = marks[finding.state] if finding.what else " "
        text = escape(_cut(finding.text, WIDTH - 15))
        lines.append(f" {mark} {finding.what:<11} {text}".rstrip())
        if finding.remedy:
            lines.append(f"   [yellow]→ {escape(_cut(finding.remedy, WIDTH - 5))}[/]")
    broken = [finding.what for finding in findings if finding.state == "broken"]
    amiss = any(finding.state == "amiss" for finding in findings)
    verdict = "Ready to play, but for what is marked !." if amiss else "Ready to play."
    if broken:
        verdict = f"Not playable before this is mended: {', '.join(broken)}."
    return "\n".join([*lines, "", verdict])


def audio(answers: Mapping[str, Answer]) -> list[Finding]:
    """Which back ends work, and which one `--audio auto` takes."""
    works = [backend for backend in DEVICES if answers[backend]["works"]]
    if not answers["headless"]["works"]:
        why = answers["headless"]["text"]
        return [Finding("audio", f"pyo does not start: {why}", "broken", "make setup")]
    if works:
        chosen = Finding("audio", f"--audio auto takes {works[0]}")
    else:
        chosen = Finding(
            "audio",
            "no way out to a loudspeaker: --audio auto plays headless, unheard",
            "amiss",
            "connect a sound card, or start a JACK server (jackd or PipeWire)",
        )
    findings = [chosen]
    for backend in DEVICES:
        answer = answers[backend]
        devices = ", ".join(answer.get("devices", ()))
        text = answer["text"].split(";")[0]
        findings.append(Finding("", f"{backend:<9} {text}{devices and ': '}{devices}"))
    return findings


def realtime(answers: Mapping[str, Answer], system: str) -> Finding:
    """Whether the system lets sound go before all else."""
    if system == "darwin":
        return Finding("real time", "granted by the system to the audio device's own thread")
    if any(answer.get("realtime") for answer in answers.values()):
        return Finding("real time", "granted: engine and voices go before everything else")
    return Finding(
        "real time",
        "not granted: another busy program can make holes in the sound",
        "amiss",
        "@audio - rtprio 95 into /etc/security/limits.d/audio.conf; join group audio",
    )


def processor(share_of: Callable[[], float]) -> Finding:
    """How much of a core a latent voice takes; `share_of()` measures it."""
    cores = f"{os.cpu_count()} cores"
    try:
        share = share_of()
    except LivecodeError as error:
        return Finding("processor", f"{cores}; no voice to measure with: {error}")
    except ImportError as error:
        return Finding("processor", f"cannot compute voices: {error}", "broken", "make setup")
    text = f"{cores}; a latent voice takes {share:.1%} of one"
    if share < HEAVY_SHARE:
        return Finding("processor", text)
    return Finding(
        "processor",
        text,
        "amiss" if share < IMPOSSIBLE_SHARE else "broken",
        "let few voices sound at once, and see that power saving is off",
    )


def memory(free_bytes: int | None) -> Finding:
    """Whether the four processes can share what they need to."""
    needed = Arena.size(Layout())
    if free_bytes is not None and free_bytes < needed:
        return Finding(
            "memory",
            f"{free_bytes / 1e6:.0f} MB of shared memory are free, {needed / 1e6:.0f} are needed",
            "broken",
            "mount -o remount,size=256m /dev/shm  (a container: --shm-size=256m)",
        )
    try:
        Arena.create(SAMPLE_RATE, BLOCK).unlink()
    except OSError as error:
        return Finding(
            "memory",
            f"no shared memory: {error.strerror}",
            "broken",
            "allow this user to write to /dev/shm",
        )
    free = "" if free_bytes is None else f"{free_bytes / 1e6:.0f} MB of shared memory free, "
    return Finding("memory", f"{free}{needed / 1e6:.0f} MB needed")


def rings(port: int) -> Finding:
    """Whether the rings' packets can come in."""
    try:
        UdpListener(DEFAULT_HOST, port).close()
    except LivecodeError:
        return Finding(
            "rings",
            f"UDP port {port} is taken by another program",
            "amiss",
            "end that program (another livecode?), or choose a port with --osc-port",
        )
    return Finding("rings", f"UDP port {port} is free")


def models(found: Mapping[str, Path]) -> Finding:
    """Which models can be named on stage."""
    if found:
        return Finding("models", ", ".join(found))
    return Finding(
        "models",
        "none: there is nothing to sound",
        "broken",
        "livecode train space --synthetic additive --name additive",
    )


def versions() -> list[Finding]:
    """What is installed."""
    missing = [name for name in NEEDED if _version(name) is None]
    there = [f"{name} {_version(name)}" for name in SHOWN]
    findings = [Finding("versions", f"Python {platform.python_version()}, {', '.join(there)}")]
    if missing:
        findings = [Finding("versions", f"missing: {', '.join(missing)}", "broken", "make setup")]
    torch = _version("torch")
    if torch is None:
        return [*findings, Finding("", "torch is not installed: only for training, make setup")]
    return [*findings, Finding("", f"torch {torch}, for training")]


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _voice_share() -> float:
    from livecode.bench.space import voice_share
    from livecode.neural.load import load_model
    from livecode.neural.spaces.space import Space

    for name in list_models():
        model = load_model(name)
        if isinstance(model, Space):
            return voice_share(model, MEASURE_S)
    raise LivecodeError("there is no space")


def _free_shared_memory() -> int | None:
    if not SHARED_MEMORY.is_dir():
        return None
    status = os.statvfs(SHARED_MEMORY)
    return status.f_bavail * status.f_frsize


def _begin_survey(backend: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "livecode.engine.survey"]
    return subprocess.Popen(
        [*command, backend, str(SAMPLE_RATE), str(BLOCK)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _answer(survey: subprocess.Popen[str]) -> Answer:
    try:
        said, _ = survey.communicate(timeout=SURVEY_LIMIT_S)
    except subprocess.TimeoutExpired:
        survey.kill()
        survey.communicate()
        return {"works": False, "text": f"gave no answer within {SURVEY_LIMIT_S:g} s"}
    try:
        return dict(json.loads(said.rstrip().rpartition("\n")[2]))
    except ValueError:
        return {"works": False, "text": f"asking it ended with status {survey.returncode}"}


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
