"""`livecode check`: what it finds before the evening, and what the shell sees of it."""

import json
import re
import socket
import time
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.cli import command as cli
from livecode.offline.check import Report, check_set
from livecode.offline.names_used import names_used
from livecode.offline.work import ProcessWork, Shares
from livecode.signals.frames import Frame, write_frames
from livecode.signals.osc import encode
from livecode.signals.simulate import turned_packets
from livecode.signals.udp import UdpListener
from tests.sets.test_broken_sets import FAULTS, written

FIRST = Path(__file__).parents[2] / "sets" / "first.py"


def checked(folder: Path, text: str, **how: object) -> Report:
    path = folder / "piece.py"
    path.write_text(text)
    return check_set(path, **how)  # type: ignore[arg-type]


def texts(report: Report, grave: bool | None = None) -> str:
    return "\n".join(
        f"{f.scene}, line {f.line}: {f.text}"
        for f in report.findings
        if grave is None or f.grave == grave
    )


def test_the_first_set_is_in_order() -> None:
    report = check_set(FIRST, measure=fast)
    assert report.ok, texts(report)
    assert [(row.name, row.length) for row in report.scenes] == [
        ("dance", "2*bars"),
        ("wander", "16*bars"),
        ("learn", "16*bars"),
        ("open", "16*bars"),
        ("home", "until cued"),
    ]
    assert report.scenes[1].sounds == ["kick", "top", "bass", "ego"]
    assert "uses ego, which only wander makes: go('learn') fails unless that was" in texts(report)
    assert "preparation, line 13: listens to rings" in texts(report)


@pytest.mark.parametrize("what", [what for what in FAULTS if "without end" not in what])
def test_what_is_wrong_is_found_with_its_line(what: str, tmp_path: Path) -> None:
    report = check_set(written(tmp_path, what))
    assert not report.ok
    line, says = re.match(r"(?:line (\d+))?(?:: )?(.*)", FAULTS[what][1]).groups()  # type: ignore[union-attr]
    found = [f for f in report.findings if f.grave and re.search(says, f.text)]
    assert found, texts(report)
    assert line is None or found[0].line == int(line)
    assert [row.name for row in report.scenes][-1] == "last"


def test_a_damaged_sound_file_is_told_of_and_is_not_grave(tmp_path: Path) -> None:
    sound = np.full(48000, 0.1, np.float32)
    sound[7] = np.inf
    soundfile.write(tmp_path / "rain.wav", sound, 48000, subtype="FLOAT")
    report = checked(
        tmp_path, f"# %% one 2*s\nrain = sample({str(tmp_path / 'rain.wav')!r})\n", measure=fast
    )
    assert report.ok
    assert "rain: " in texts(report)
    assert "1 sample that is no number" in texts(report)


def fast(session: Session) -> Shares:
    return Shares(0.1, 0.1, 0.1)


def test_a_cell_without_end_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livecode.offline.check.CELL_LIMIT_S", 0.3)
    report = check_set(written(tmp_path, "a loop without end"))
    assert "bad, line 4: took longer than 300 ms" in texts(report, grave=True)


def test_names_that_come_too_early_or_are_taken_away_are_found(tmp_path: Path) -> None:
    report = checked(
        tmp_path,
        "# %% a\nr7.level = 1\n# %% b ends=['r8']\nr7 = stream()\n"
        "# %% c\n@dsp\ndef hall(r7, size=0.5): return Freeverb(r7, size=size)\n",
    )
    assert "a, line 2: nothing called r7 sounds yet" in texts(report, grave=True)
    notes = texts(report, grave=False)
    assert "a, line 2: uses r7, which only b makes: go('a') comes too early" in notes
    assert "c, line 7: uses r7, which only b makes: go('c') fails unless that was" in notes
    assert "b, line 3: takes r8 away, which nothing makes" in notes


def test_a_scene_that_fails_alone_only_is_a_note(tmp_path: Path) -> None:
    report = checked(tmp_path, "v = []\n# %% a\nv.append(1)\n# %% b\nv[0]\n")
    assert report.ok
    assert "b, line 5: alone, with no scene before it: IndexError" in texts(report)


def test_a_scene_that_is_too_much_for_the_machine_is_found(tmp_path: Path) -> None:
    report = checked(
        tmp_path, "# %% a\nr7 = stream()\n", measure=lambda session: Shares(0.1, 1.25, 0.2)
    )
    assert "the voices need 125% of the time there is: more than this" in texts(report, grave=True)
    report = checked(
        tmp_path, "# %% a\nr7 = stream()\n", measure=lambda session: Shares(0.1, 0.2, 0.6)
    )
    assert report.ok
    assert "the engine needs 60% of the time there is: little to spare" in texts(report)
    assert report.scenes[0].realtime == 1.7


def test_three_processes_are_slowed_by_one_only_where_there_are_too_few_cores() -> None:
    shares = Shares(0.4, 0.4, 0.4)
    assert shares.of_cores(1) == pytest.approx(1.2)
    assert shares.of_cores(4) < shares.most == 0.4


def test_each_process_is_measured_by_itself_and_only_when_asked() -> None:
    now = [0.0]

    def compute(seconds: float) -> float:
        now[0] += seconds
        return seconds

    work = ProcessWork(lambda: now[0])
    assert work.of("mind", compute, 1.0) == 1.0
    assert not any(work.taken_s.values())
    work.wanted = True
    for process, seconds in (("voices", 0.25), ("engine", 0.5), ("voices", 0.25)):
        work.of(process, compute, seconds)
    assert work.taken_s == {"mind": 0.0, "voices": 0.5, "engine": 0.5}
    with Session() as session:
        session.eval("ego = agent(space('additive'), dims=2)")
        shares = session.shares(0.1)
    assert min(shares.mind, shares.voices, shares.engine) > 0


LISTENS = '# %% a\nr7 = stream()\nr7.level = lambda rings: abs(rings.twist)\nr7.pan = osc["/x"]\n'


def test_sensors_that_nobody_sends_are_notes_and_recorded_ones_are_not(tmp_path: Path) -> None:
    report = checked(tmp_path, LISTENS)
    assert report.ok
    assert report.scenes[0].listens == ["osc", "rings"]
    assert "a, line 3: listens to rings" in texts(report)
    assert "a, line 4: listens to the OSC address /x" in texts(report)
    packets = [*turned_packets(0.1, 0.1), encode("/x", 0.5)]
    write_frames(tmp_path / "frames.jsonl", [Frame(0.0, packet) for packet in packets])
    report = checked(tmp_path, LISTENS, osc=tmp_path / "frames.jsonl")
    assert "listens to" not in texts(report)


class Inputs:
    """MIDI ports with an input, for a machine that has none."""

    inputs = ("keyboard",)

    def __init__(self, now: object) -> None:
        pass

    def close(self) -> None:
        pass


def test_midi_is_missed_unless_an_input_is_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "# %% a\nr7 = stream()\nr7.level = lambda midi: midi.cc[1]\n"
    assert "a, line 3: listens to midi, and no MIDI input" in texts(checked(tmp_path, text))
    monkeypatch.setattr("livecode.offline.check.MidiPorts", Inputs)
    assert "midi" not in texts(checked(tmp_path, text, osc_port=0))


def test_sensors_that_are_sending_meanwhile_are_heard(tmp_path: Path) -> None:
    with UdpListener(port=0) as free:
        port = free.port
    over: list[bool] = []

    def sending() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while not over:
                for packet in turned_packets(0.1, 0.1):
                    out.sendto(packet, ("127.0.0.1", port))
                time.sleep(0.02)

    hands = Thread(target=sending)
    hands.start()
    try:
        report = checked(tmp_path, LISTENS, osc_port=port)
    finally:
        over.append(True)
        hands.join()
    assert "listens to rings" not in texts(report)
    assert "listens to the OSC address /x" in texts(report)


def test_the_command_prints_a_table_and_its_status_says_whether_all_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "piece.py"
    path.write_text("# %% a for=8*s\nr7 = stream()\n# %% b\nr7.level = x\n")
    command = ["check", str(path), "--osc-port", "0"]
    assert cli.main(command) == 2
    said = capsys.readouterr().out
    assert re.search(r"1 +a +1 +8\*s +\d+\.\d +(mind|voices|engine) +r7", said)
    assert "✗ piece.py, line 4: b: NameError" in said
    assert "1 in need of repair" in said
    assert cli.main([*command, "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["scenes"][0]["sounds"]) == (False, ["r7"])
    path.write_text("# %% a\nr7 = stream()\n")
    assert cli.main(command) == 0
    assert "nothing is amiss" in capsys.readouterr().out
    path.write_text("# %% a\nr7 = = stream()\n")
    assert cli.main([*command, "--json"]) == 2
    assert "line 2: invalid syntax" in json.loads(capsys.readouterr().out)["error"]
    assert cli.main(command) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_names_are_read_as_python_reads_them() -> None:
    found = names_used(
        "import a.b as c, d.e\nx = y = z\nfor i in j: i\n[k for k in l if k]\n"
        "def f(m, n=o):\n    p = q + later\n    return p\n"
        "later = 1\nr.s = lambda t, u=v: t + u\nw += 1\n"
        "@dsp\ndef g(aa, bb=1): return Sine(aa)\n"
        'class H: ii = jj\ntry: pass\nexcept kk as ll: ll\nosc.get("/a")\n'
    )
    assert found.defines == {"c", "d", "x", "y", "i", "f", "later", "w", "g", "H", "ll"}
    assert set(found.needs) == {"z", "j", "l", "o", "q", "r", "t", "v", "w", "dsp", "aa", "jj",
                                "kk", "osc"}  # fmt: skip
    assert found.needs["q"] == 6
    assert found.addresses == {"/a": 16}


def test_each_thing_is_said_once(tmp_path: Path) -> None:
    broken = checked(tmp_path, "def f(:\n\n# %% one\nx = 1\n", measure=fast)
    assert [finding.line for finding in broken.findings if finding.grave] == [1]
    prepared = 'ego = agent(space("additive"))\ndef bad(t):\n    return 1 / 0\n\n'
    scenes = "# %% one\nego.level = bad\n\n# %% two\nego.level = bad\n"
    report = checked(tmp_path, prepared + scenes, measure=fast)
    said = [finding.text for finding in report.findings if "ZeroDivisionError" in finding.text]
    assert len(said) == len({(f.line, f.text) for f in report.findings if f.text in said}), said
    assert len(said) == 1, texts(report)
