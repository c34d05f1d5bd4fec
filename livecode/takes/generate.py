"""Generates takes of a SampleRNN on all cores, and resumes a run that was killed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import soundfile

from livecode.errors import LivecodeError
from livecode.files import sha256
from livecode.neural.load import load_model
from livecode.neural.model_file import find_model
from livecode.neural.samplernn.config import KIND
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.model import SampleRNN
from livecode.system import scheduling
from livecode.takes import expression
from livecode.takes.batch import TakesModel
from livecode.takes.folder_lock import locked
from livecode.takes.index import INDEX, Index, Settings, all_take_files, read_index, write_index
from livecode.takes.level_takes import LevelTakes
from livecode.takes.making import Run, TakesWatcher, UnwatchedTakes
from livecode.takes.splice import counted
from livecode.takes.wide_takes import WideTakes


@dataclass(frozen=True)
class GenerateOptions:
    """The arguments of `livecode generate`."""

    model: str  # a name or a path
    out: Path
    seconds: float  # length of each take
    takes: int  # number of takes in the folder, including those already made
    temperature: str = "1.0"
    seed: int = 0
    prime: Path | None = None  # audio that the takes continue
    format: str = "wav"


def generate(
    options: GenerateOptions, watch: TakesWatcher | None = None, cores: int | None = None
) -> bool:
    """Make the takes that the folder lacks. Return False if Ctrl-C stopped the run.

    `cores` None stands for all cores of this machine. Raises `LivecodeError` if the folder's takes
    were made with other settings, or if the options make no sense.
    """
    watch = watch or UnwatchedTakes()
    options = replace(options, temperature=expression.tidied(options.temperature))
    temperatures = expression.knots(options.temperature, options.seconds)
    model = takes_model(options.model)
    count = round(options.seconds * model.sample_rate)
    if count < 1:
        raise LivecodeError(f"{options.seconds:g} s is less than one sample: make longer takes")
    options.out.mkdir(parents=True, exist_ok=True)
    with locked(options.out):
        _remove_unfinished(options.out)
        index = _index(options, model)
        wanted = range(1, options.takes + 1)
        missing = _missing(options.out, index, wanted, count)
        write_index(options.out, index)
        there = options.takes - len(missing)
        if there:
            watch.say(f"{there} of {counted(options.takes)} made already.")
        run = Run(options.out, options.prime, model, index, count, temperatures, watch)
        whole = run.make(missing, cores or scheduling.cores()) if missing else True
    if not whole:
        left = options.takes - len(run.finished & set(wanted))
        watch.say(f"Stopped; the same command makes what is left, {counted(left)}.")
    return whole


def takes_model(name_or_path: str) -> TakesModel:
    """Return what makes takes of that model. Raises `LivecodeError` if it is not a SampleRNN."""
    match load_model(name_or_path, KIND):
        case FullbandSampleRNN():
            return WideTakes(find_model(name_or_path, KIND))
        case SampleRNN() as model:
            return LevelTakes(model)
        case _:
            raise LivecodeError(
                f"{name_or_path!r} is not a SampleRNN: `livecode models` lists them"
            )


def _remove_unfinished(folder: Path) -> None:
    """Remove the files that a killed run has left half written."""
    for pattern in ("take-*.part", f"{INDEX}.*.part"):
        for unfinished in folder.glob(pattern):
            unfinished.unlink(missing_ok=True)


def _index(options: GenerateOptions, model: TakesModel) -> Index:
    """Return the folder's index, or a new one.

    Raises `LivecodeError` if the folder's takes were made with other settings.
    """
    found = read_index(options.out)
    if found is None and all_take_files(options.out):
        raise LivecodeError(
            f"{options.out} holds takes without their index, which a new run would overwrite: "
            "generate into another folder"
        )
    if found is not None and not found.records:
        found = None  # the run was started, but made nothing, so its settings may change
    # Keep the weights of the folder's first run: another machine's choice would give other samples.
    weights = found.settings.weights if found else model.usual_weights()
    settings = Settings(
        model=model.name,
        model_sha256=sha256(find_model(options.model)),
        weights=weights,
        sample_rate=model.sample_rate,
        seconds=options.seconds,
        temperature=options.temperature,
        seed=options.seed,
        prime_sha256="" if options.prime is None else sha256(options.prime),
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
                "generate into another folder, or with the same one as before"
            )
        if old != new and name != "model":
            raise LivecodeError(
                f"{options.out} holds takes made with {name.replace('_', ' ')} {old!r}, "
                f"not {new!r}: generate into another folder, or with the same as before"
            )
    return Index(found.settings, found.records)


def _missing(folder: Path, index: Index, wanted: Sequence[int], count: int) -> list[int]:
    """Return the numbers of takes that are missing or incomplete."""
    files = all_take_files(folder)
    indexed = {record.number for record in index.records}
    return [n for n in wanted if n not in indexed or not _whole(files.get(n), count)]


def _whole(path: Path | None, count: int) -> bool:
    try:
        return path is not None and soundfile.info(path).frames == count
    except (soundfile.LibsndfileError, OSError):
        return False
