"""The benchmarks by the names under which `livecode bench NAME` runs them."""

import os
from collections.abc import Callable, Sequence

from livecode.bench.rows import BenchRow


def _agent(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.agent import run

    jobs = min(os.cpu_count() or 1, 4)
    return run(jobs=jobs, changed=("explorer",), paths=True, beside=("B", "B, thinned"))


def _engine(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.engine import run

    return run(seconds or 5.0)


def _endurance(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.endurance import run

    return run(seconds or 900.0)


def _judge(seconds: float | None, only: Sequence[str] = ()) -> list[BenchRow]:
    from livecode.bench.judge import run

    return run(seconds or 10.0, only=only)


def _loading(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.loading import run

    return run(seconds or 6.0)


def _recovery(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.recovery import run

    return run()


def _latency(seconds: float | None) -> list[BenchRow]:
    from livecode.bench import echo, latency

    return [*latency.run(), *echo.run()]


def _patterns(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.patterns import run

    return run(seconds or 600.0)


def _render(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.render import run

    return run(seconds or 20.0)


def _samplernn(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.samplernn import run

    return run(seconds or 1.0)


def _sound(seconds: float | None, only: Sequence[str] = ()) -> list[BenchRow]:
    from livecode.bench.sound import run

    return run(seconds or 30.0, only=only, jobs=min(os.cpu_count() or 1, 4))


def _space(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.space import run

    return run(seconds or 1.0)


def _stage(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.stage import run

    return run(seconds or 180.0)


def _start(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.start import run

    return run()


def _streams(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.streams import run

    return run(seconds or 6.0)


def _tilt(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.tilt import run

    return run(seconds or 12.0)


def _training(seconds: float | None) -> list[BenchRow]:
    from livecode.bench.samplernn_training import training_speed

    return training_speed()


#: Name -> what it measures, given the length of `--for`.
BENCHES: dict[str, Callable[[float | None], list[BenchRow]]] = {
    "agent": _agent,
    "endurance": _endurance,
    "engine": _engine,
    "judge": _judge,
    "loading": _loading,
    "recovery": _recovery,
    "latency": _latency,
    "patterns": _patterns,
    "render": _render,
    "samplernn": _samplernn,
    "sound": _sound,
    "space": _space,
    "stage": _stage,
    "start": _start,
    "streams": _streams,
    "tilt": _tilt,
    "training": _training,
}


#: Of these, those that can be told which models to measure.
SELECTIVE: dict[str, Callable[[float | None, Sequence[str]], list[BenchRow]]] = {
    "judge": _judge,
    "sound": _sound,
}
