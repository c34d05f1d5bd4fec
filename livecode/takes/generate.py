"""`livecode generate`: many takes of a SampleRNN on all cores, resumed where a killed run ended."""

import hashlib
import os
import queue
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from livecode.errors import LivecodeError
from livecode.neural.audio_files import read_audio
from livecode.neural.files import find_model
from livecode.neural.load import load_samplernn
from livecode.neural.samplernn import SampleRNN
from livecode.takes import expression
from livecode.takes.batch import Batches, Drawn, primed, split
from livecode.takes.figures import centroid_hz, silence_share
from livecode.takes.folder_lock import locked
from livecode.takes.index import (
    Index,
    Record,
    Settings,
    all_take_files,
    file_name,
    read_index,
    take_seed,
    write_index,
)  # fmt: skip
from livecode.voices.samplernn import Sampler, StreamState

PRIME_S = 10.0  # of the end of a prime that the takes have heard
LARGEST_8_BIT = 256  # levels, beyond which 16 bits a sample would lose some

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class GenerateOptions:
    """What `livecode generate` was told."""

    model: str  # a name or a path
    out: Path
    seconds: float  # of each take
    takes: int  # in the folder, in all
    temperature: str = "1.0"
    seed: int = 0
    prime: Path | None = None  # audio that the takes go on from
    format: str = "wav"


def generate(options: GenerateOptions, cores: int | None = None) -> int:
    """Makes the takes that the folder lacks; returns the exit status."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    options = replace(options, temperature=expression.tidied(options.temperature))
    temperatures = expression.knots(options.temperature, options.seconds)
    model = load_samplernn(options.model)
    count = round(options.seconds * model.sample_rate)
    if count < 1:
        raise LivecodeError(f"{options.seconds:g} s is less than one sample: make longer takes.")
    options.out.mkdir(parents=True, exist_ok=True)
    with locked(options.out):
        index = _index(options, model)
        wanted = range(1, options.takes + 1)
        missing = _missing(options.out, index, wanted, count)
        write_index(options.out, index)
        there = options.takes - len(missing)
        if there:
            console.print(f"{there} of {options.takes} takes are there already.")
        run = _Run(options, model, index, count, temperatures, console)
        whole = run.make(missing, cores or _cores()) if missing else True
    if not whole:
        left = options.takes - len(run.finished & set(wanted))
        console.print(f"Stopped; the same command makes the {left} takes that are left.")
        return 130
    print(f"{options.takes} takes are in {options.out}; listen to them: "
          f"livecode takes {options.out}")  # fmt: skip
    return 0


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _index(options: GenerateOptions, model: SampleRNN) -> Index:
    """The folder's index, or a new one; raises LivecodeError if its takes are of another make."""
    found = read_index(options.out)
    if found is None and all_take_files(options.out):
        raise LivecodeError(
            f"{options.out} holds takes without their index, which a new run would write over: "
            "generate into another folder."
        )
    # What it was begun with: another machine's own choice of weights would draw otherwise.
    weights = found.settings.weights if found else Sampler(model.config, model.tensors).weights
    settings = Settings(
        model=model.name,
        model_sha256=_sha256(find_model(options.model)),
        weights=weights,
        sample_rate=model.sample_rate,
        seconds=options.seconds,
        temperature=options.temperature,
        seed=options.seed,
        prime_sha256="" if options.prime is None else _sha256(options.prime),
        format=options.format,
    )
    if found is None:
        return Index(settings)
    for name in (field.name for field in fields(Settings)):
        old, new = getattr(found.settings, name), getattr(settings, name)
        if old != new and name.endswith("sha256"):
            what = name.removesuffix("_sha256")
            raise LivecodeError(
                f"{options.out} holds takes made with another {what}: "
                "generate into another folder, or with the same one as before."
            )
        if old != new and name != "model":
            raise LivecodeError(
                f"{options.out} holds takes made with {name.replace('_', ' ')} {old!r}, "
                f"not {new!r}: generate into another folder, or with the same as before."
            )
    return Index(found.settings, found.records)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _missing(folder: Path, index: Index, wanted: Sequence[int], count: int) -> list[int]:
    """The numbers of takes that are not there, finished and whole."""
    files = all_take_files(folder)
    indexed = {record.number for record in index.records}
    return [n for n in wanted if n not in indexed or not _whole(files.get(n), count)]


def _whole(path: Path | None, count: int) -> bool:
    try:
        return path is not None and soundfile.info(path).frames == count
    except (soundfile.LibsndfileError, OSError):
        return False


class _Run:
    """Making takes: a thread on each core draws and writes them, the main one keeps the index."""

    def __init__(
        self,
        options: GenerateOptions,
        model: SampleRNN,
        index: Index,
        count: int,
        temperatures: Floats,
        console: Console,
    ) -> None:
        self._options, self._model, self._count = options, model, count
        self._settings = index.settings
        self._records = {record.number: record for record in index.records}
        self._temperatures, self._console = temperatures, console
        self._stop = threading.Event()
        self._waiting: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[int | list[Record] | BaseException | None] = (
            queue.SimpleQueue()
        )
        self.finished = set(self._records)

    def make(self, numbers: Sequence[int], cores: int) -> bool:
        """Makes those takes; False if stopped by Ctrl-C."""
        self.finished -= set(numbers)
        batches = split(numbers, cores)
        for batch in batches:
            self._waiting.put(batch)
        start = self._primed()
        threads = [
            threading.Thread(target=self._work, args=(start,), name=f"takes {k}", daemon=True)
            for k in range(min(cores, len(batches)))
        ]
        for thread in threads:
            thread.start()
        try:
            self._follow(len(numbers), len(threads))
        except KeyboardInterrupt:
            return False
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            self._take_in_what_is_left()
        return True

    def _primed(self) -> StreamState | None:
        if self._options.prime is None:
            return None
        if self._options.prime.is_dir():
            raise LivecodeError(f"{self._options.prime} is a folder: --prime takes an audio file.")
        (file,) = read_audio([self._options.prime], self._model.sample_rate).files
        heard = file.audio[-round(PRIME_S * self._model.sample_rate) :]
        return primed(self._model, self._settings.weights, self._model.quantise(heard))  # type: ignore[arg-type]

    def _follow(self, takes: int, workers: int) -> None:
        """Show how far it is and keep the index, until the workers have ended."""
        rate, total = self._model.sample_rate, takes * self._count
        columns = (
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(),
        )
        console, made = self._console, 0
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task(self._model.name, total=total, figures="")
            while workers:
                match self._told.get():
                    case None:
                        workers -= 1
                    case int(samples):
                        progress.advance(task, samples)
                    case list(records):
                        self._keep(records)
                        made += len(records)
                        if not console.is_terminal:
                            console.print(f"{made} of {takes} takes made")
                    case BaseException() as error:
                        raise error
                speed = (progress.tasks[0].speed or 0.0) / rate
                figures = f"{made} of {takes} takes, {speed:.1f} × real time"
                progress.update(task, figures=figures)

    def _take_in_what_is_left(self) -> None:
        """Takes that were finished while the run was being stopped."""
        with suppress(queue.Empty):
            while True:
                match self._told.get_nowait():
                    case list(records):
                        self._keep(records)

    def _keep(self, records: list[Record]) -> None:
        self._records |= {record.number: record for record in records}
        self.finished |= {record.number for record in records}
        write_index(self._options.out, Index(self._settings, tuple(self._records.values())))

    def _work(self, start: StreamState | None) -> None:
        try:
            batches = Batches(self._model, self._settings.weights, start)  # type: ignore[arg-type]
            while not self._stop.is_set():
                numbers = self._waiting.get_nowait()
                seeds = [take_seed(self._settings.seed, number) for number in numbers]
                drawn = batches.draw(
                    seeds, self._count, self._temperatures, self._stop, self._told.put
                )
                if drawn is not None:
                    self._told.put(self._written(numbers, seeds, drawn))
        except queue.Empty:
            pass
        except BaseException as error:
            self._told.put(error)
        self._told.put(None)

    def _written(self, numbers: list[int], seeds: list[int], drawn: Drawn) -> list[Record]:
        """Writes the takes of a batch."""
        config, rate = self._model.config, self._model.sample_rate
        smallest = np.diff(self._model.dequantise(np.array([config.silence, config.silence + 1])))
        records = []
        for row, (number, seed) in enumerate(zip(numbers, seeds, strict=True)):
            audio = self._model.dequantise(drawn.codes[row])
            write_take(self._options.out, number, audio, self._settings, config.levels)
            records.append(
                Record(
                    number=number,
                    frames=len(audio),
                    seed=seed,
                    temperature=self._settings.temperature,
                    log_likelihood=round(float(drawn.log_likelihood[row]), 6),
                    silence=round(silence_share(audio, rate, float(smallest[0])), 4),
                    centroid_hz=round(centroid_hz(audio, rate), 1),
                )
            )
        return records


def write_take(folder: Path, number: int, audio: Floats, settings: Settings, levels: int) -> None:
    """Writes a take (n,) in one piece: a reader sees all of it or nothing.

    A take that is there already, under whatever name, is not whole: it gives way.
    """
    path = folder / file_name(number, "", settings.format)
    path = all_take_files(folder).get(number, path)
    unfinished = path.with_name(path.name + ".part")
    subtype = "PCM_16" if levels <= LARGEST_8_BIT else "PCM_24"
    kind = settings.format.upper()
    try:
        with unfinished.open("wb") as file:
            soundfile.write(file, audio, settings.sample_rate, format=kind, subtype=subtype)
            file.flush()
            os.fsync(file.fileno())
    except soundfile.LibsndfileError as error:
        raise LivecodeError(f"The take {path} cannot be written ({error}): make room.") from error
    os.replace(unfinished, path)
