"""The file for a bug report: it tells what happened, and nothing of what was typed."""

import zipfile
from pathlib import Path

import pytest

from livecode.cli.bundle import write_bundle
from livecode.journal import archive
from livecode.journal.journal_file import Journal
from livecode.journal.records import (
    BlockBegun,
    BlockEnded,
    Closed,
    KeyPress,
    Opening,
    Packet,
    SetRead,
)

SECRET, CODE = "hunter2-token", "glass_of_water = agent"
LOG = f"""\
2026-03-01 20:15:07.123 supervisor WARNING livecode.processes.supervisor: the engine ended with status -11
2026-03-01 20:15:07.200 mind ERROR livecode.{SECRET}: the token {SECRET} does not fit
2026-03-01 20:15:07.300 mind ERROR livecode.kernel.ticks: {CODE} failed
Traceback (most recent call last):
  File "HOME/checkout/livecode/kernel/ticks.py", line 12, in tick
    {CODE}("{SECRET}")
  File "HOME/sets/{SECRET}.py", line 3, in {SECRET}
ValueError: {CODE} of {SECRET}
{SECRET}: HOME
"""


def test_neither_code_nor_secrets_nor_the_home_folder_are_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "somebody"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    performance = archive.new()
    journal = Journal(performance.journal)
    for record in (
        Opening("1", 7, 48000, 256, cues=SECRET),
        SetRead(0, str(home / "night.py"), CODE),
        BlockBegun(1, 256, f"{CODE}({SECRET!r})", name=SECRET),
        BlockEnded(1, 512, True, (SECRET,)),
        Packet(768, 700, SECRET.encode()),
        KeyPress(768, 700, SECRET),
        Closed(1024),
    ):
        journal.write(record)
    journal.close()
    performance.log.write_text(LOG.replace("HOME", str(home)))
    write_bundle(tmp_path / "report.zip", f"models {home}/glass")

    with zipfile.ZipFile(tmp_path / "report.zip") as file:
        texts = {name: file.read(name).decode() for name in file.namelist()}
    everything = "\n".join([*texts, *texts.values()])
    for secret in (SECRET, CODE, "somebody", "night.py"):
        assert secret not in everything
    assert texts["doctor.txt"] == "models ~/glass"
    assert "numpy " in texts["versions.txt"]
    assert "the engine ended with status -11" in texts["log.txt"]
    assert "  livecode/kernel/ticks.py:12\n  ValueError\n" in texts["log.txt"]
    kinds = [line.split()[0] for line in texts["journal.txt"].splitlines()]
    assert kinds == [
        "Opening",
        "SetRead",
        "BlockBegun",
        "BlockEnded",
        "Packet",
        "KeyPress",
        "Closed",
    ]
    assert '"frame": 512, "ok": true' in texts["journal.txt"]


def test_without_a_performance_it_holds_what_the_doctor_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(archive, "folders", lambda: [])
    write_bundle(tmp_path / "report.zip", "all is well")
    with zipfile.ZipFile(tmp_path / "report.zip") as file:
        assert file.read("doctor.txt") == b"all is well"
