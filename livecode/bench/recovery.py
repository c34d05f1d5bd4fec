"""`bench recovery`: how soon sound is back after each process is killed, beside a start from nothing."""

import os
import signal
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from livecode.bench.rows import BenchRow
from livecode.processes.live import AUDIBLE, Live
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.processes.supervisor import SPARE_AFTER_S

#: The most seconds of silence after a kill. The mind's death is not heard at all.
TARGETS_S = {"engine": 1.5, "voices": 2.0}


def run(times: int = 3, audio: str = "headless") -> list[BenchRow]:
    """Kill each process `times` times. Return medians."""
    with Live(Options(audio=audio, osc_port=0)) as live:
        began = time.monotonic()
        assert live.evaluate("ego = agent(space('additive'), dims=2, every=30*ms)")[0]
        live.await_sound()
        start_s = time.monotonic() - began
        rows = []
        for name, target in TARGETS_S.items():
            taken = [_killed(live, name) for _ in range(times)]
            rows.append(
                BenchRow.measured(
                    "sound back after kill -9", statistics.median(taken), "s", {"process": name},
                    baseline=start_s, target=target,
                )
            )  # fmt: skip
        deaths = [_without_mind(live) for _ in range(times)]
        rows.append(
            BenchRow.measured(
                "mind back after kill -9", statistics.median(d[1] for d in deaths), "s",
                {"process": "mind"}, baseline=start_s, target=1.0,
            )
        )  # fmt: skip
        resumed = [_resumed(audio) for _ in range(times)]
        rows.append(
            BenchRow.measured(
                "sound back by resume, after kill -9", statistics.median(resumed), "s",
                {"process": "all"}, baseline=start_s, target=3.0,
            )
        )  # fmt: skip
        quietest = min(death[0] for death in deaths)
        rows.append(
            BenchRow.measured(
                "lowest peak while the mind is dead", quietest, "", {"process": "mind"},
                target=AUDIBLE, better="higher",
            )
        )  # fmt: skip
    return rows


def _killed(live: Live, name: str) -> float:
    """Return the seconds from kill -9 to sound."""
    beat = live.header.engine_beat_ns
    pid = getattr(live.header, f"{name}_pid")
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    if name == "engine":
        back: Callable[[], bool] = lambda: (  # noqa: E731
            live.header.engine_pid != pid
            and live.header.engine_beat_ns > beat
            and live.peak > AUDIBLE
        )
    else:
        live.await_(lambda: live.peak < AUDIBLE / 10, "silence")
        back = lambda: live.peak > AUDIBLE  # noqa: E731
    live.await_(back, "sound")
    taken = time.monotonic() - began
    time.sleep(1.0)  # so that the next process is killed in steady playing
    return taken


def _resumed(audio: str) -> float:
    """Return the seconds from a new terminal's start to sound, after everything was killed."""
    options = Options(audio=audio, osc_port=0)
    with Live(options) as live:
        assert live.evaluate("ego = agent(space('additive'), dims=2, every=30*ms)")[0]
        live.await_sound()
        archived = live.paths.archived
        time.sleep(1.0)
        live.attachment.kill()
    began = time.monotonic()
    with Live(replace(options, begin_again=True), paths=Paths(archived)) as again:
        again.await_sound()
        return time.monotonic() - began


def _without_mind(live: Live) -> tuple[float, float]:
    """Return (lowest peak while there is no mind, seconds until another mind ticks)."""
    time.sleep(SPARE_AFTER_S + 2.0)  # a mind that has just started has no spare yet
    beat, quietest = live.header.mind_beat_ns, 1.0
    os.kill(live.header.mind_pid, signal.SIGKILL)
    killed = time.monotonic_ns()

    def back() -> bool:
        nonlocal quietest
        quietest = min(quietest, live.peak)
        return bool(live.header.mind_beat_ns > max(beat, killed))

    taken = live.await_(back, "the mind")
    return quietest, taken
