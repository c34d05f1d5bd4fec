"""The first start: what computes sound is compiled once, by other processes, and the performer is told."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from livecode.transport.messages import HitsSource, LatentSource, Note, StreamSource, receive
from livecode.voices import first_start
from livecode.voices.first_start import PARTS, CompiledPart, FirstStart, ensure, needed
from livecode.voices.samplernn.compiling import Kernel
from tests.samplernn_model import write_samplernn
from tests.voices.test_host import Stage

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Two parts that nobody has compiled; gives the commands that were run to compile each."""
    source = tmp_path / "source.py"
    source.write_text("x = 1")
    run: dict[str, list[str]] = {}

    def compile_apart(command: list[str], **_: object) -> None:
        name = command[-1]
        run.setdefault(name, []).append(" ".join(command[1:]))
        PARTS[name]._stamp.write_text(first_start.fingerprint(PARTS[name].kernel))

    parts = {
        name: CompiledPart(
            name, f"{name}s", Kernel(first_start._MODULE, (source,)), str(tmp_path), print
        )
        for name in ("sinebank", "samplernn")
    }
    monkeypatch.setattr(first_start, "PARTS", parts)
    monkeypatch.setitem(globals(), "PARTS", parts)
    monkeypatch.setattr(subprocess, "run", compile_apart)
    return run


def test_each_part_is_compiled_once_in_a_process_of_its_own_however_many_ask(cold) -> None:
    asking = [threading.Thread(target=ensure, args=("sinebank",)) for _ in range(4)]
    for each in asking:
        each.start()
    for each in asking:
        each.join(10)
    ensure("sinebank")
    assert cold == {"sinebank": ["-m livecode.voices.first_start sinebank"]}
    Path(PARTS["sinebank"].kernel.files[0]).write_text("x = 2")
    assert not PARTS["sinebank"].is_compiled, "other sources"


def test_the_performer_is_told_what_is_ready(cold) -> None:
    stage = Stage(live_clock=lambda: 0.0)
    stage.host._first_start = begun = FirstStart()
    told: list[str] = []
    while not any("all is compiled" in each for each in told):
        stage.host.process()
        sent = receive(stage.arena.messages["voices", "mind"])
        told += [each.text for each in sent if isinstance(each, Note)]
    assert told == [
        "what computes sound is compiled for this processor, once, in a minute or two; "
        "what is ready sounds",
        "compiled 1 of 2: sinebanks",
        "compiled 2 of 2: samplernns",
        "all is compiled, and kept for the next start",
    ]
    assert begun.take_told() == []
    assert FirstStart().take_told() == [], "the second start has nothing to tell"


def test_each_source_waits_for_its_own_parts_alone(tmp_path: Path) -> None:
    model = str(write_samplernn(tmp_path))
    assert needed(LatentSource("additive", 1)) == ("sinebank",)
    assert needed(LatentSource("texture", 1)) == ("ambience_kernel",)
    assert needed(HitsSource()) == ("hit_kernel",)
    assert needed(StreamSource(model, 1)) == ("resampler", "samplernn")
    assert needed(StreamSource("chorale", 1)) == ("resampler", "fullband")
    assert needed(StreamSource("nobody", 1)) == ()
    assert {"sinebank", "hit_kernel", "resampler", "samplernn", "fullband"} <= set(PARTS)


def test_a_part_that_was_missing_is_read_before_the_first_hop_and_once(
    cold, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    for name, part in PARTS.items():
        monkeypatch.setitem(PARTS, name, part._replace(compile=lambda name=name: read.append(name)))
    source = LatentSource("additive", 1)
    begun = FirstStart()
    for _ in range(2):
        begun.make_ready(source)
        assert PARTS["sinebank"].is_compiled
        assert read == ["sinebank"], "the streams' part is not waited for"
    FirstStart().make_ready(source)
    assert read == ["sinebank"], "what was there at the start has been read then"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_part_is_kept_where_numba_keeps_it_and_found_there(tmp_path: Path) -> None:
    program = (
        "from livecode.voices.first_start import PARTS, ensure\n"
        "from livecode.voices import sinebank\n"
        "cold = not PARTS['sinebank'].is_compiled\n"
        "ensure('sinebank')\n"
        "sinebank.warm()\n"
        "print(cold, sinebank.render.stats.cache_hits != {})"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for expected in ("True True", "False True"):
        said = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        assert said.stdout.split() == expected.split(), said.stderr
