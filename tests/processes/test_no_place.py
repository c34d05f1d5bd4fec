"""No place to write: a performance plays anyway, and says what is not kept."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livecode.system.here import HERE, PORTABLE, SWITCH
from tests.portable import named_memory

ROOT = Path(__file__).parents[2]
PLAY = "play --audio headless --osc-port 0 --for 100 sets/first.py"


def can(*command: str) -> bool:
    """Whether this system lets a command run, such as one that mounts."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def in_its_own_mounts(script: str, home: Path) -> "subprocess.Popen[str]":
    """Start a shell script in a namespace of its own, in which it may mount."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(home.parent),
        SWITCH: "1" if PORTABLE else "",
    }
    return subprocess.Popen(
        ["unshare", "--mount", "sh", "-ec", script],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=ROOT, env=environment,
    )  # fmt: skip


mounts = pytest.mark.skipif(
    not can("unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"),
    reason="this system lets nobody mount here",
)
LIVECODE = f"{sys.executable} -m livecode.cli"


#: Makes a folder read-only, on a system that has mounts.
READ_ONLY = "mount --bind {0} {0}; mount -o remount,ro,bind {0}"
EVERYWHERE = (ROOT, "/tmp", "/var/tmp", *(["/dev/shm"] if HERE.named_memory else []))
PLACES = {
    "a full disk": "mount -t tmpfs -o size=8k none {home}; head -c 9000 /dev/zero > {home}/full || :",
    "a read-only home": READ_ONLY.format("{home}"),
    "a file in the place of each folder": "touch {home}/.local {home}/.cache",
    # what is left in memory goes with the namespace
    "a read-only installation, home and /tmp": "mount -t tmpfs none /dev/shm\n"
    + "\n".join(READ_ONLY.format(each) for each in ("{home}", ROOT, "/tmp", "/var/tmp")),
}


@mounts
@pytest.mark.parametrize(
    "what",
    [
        "a full disk",
        *(pytest.param(each, marks=pytest.mark.slow) for each in list(PLACES)[1:-1]),
        pytest.param(list(PLACES)[-1], marks=(pytest.mark.slow, named_memory)),
    ],
)
def test_it_plays_and_says_what_is_not_kept(what: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    said = []
    with in_its_own_mounts(
        f"{PLACES[what].format(home=home)}\nexec {LIVECODE} {PLAY}", home
    ) as done:
        assert done.stdout is not None
        for line in done.stdout:
            said.append(line)
            if "first sound" in line:
                done.send_signal(signal.SIGTERM)
    told = "".join(said)
    assert "first sound" in told, told
    assert "cannot be written" in told
    assert "is kept in" in told
    assert "Traceback" not in told


@pytest.mark.slow
@mounts
def test_nothing_at_import_needs_a_place_to_write(tmp_path: Path) -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / "livecode").rglob("*.py"))
        if not {"__init__.py", "__main__.py", "bench", "training", "importing"} & set(path.parts)
    ]
    program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    everywhere = "\n".join(READ_ONLY.format(each) for each in (*EVERYWHERE, tmp_path))
    script = f"{everywhere}\n! touch {tmp_path}/file\n{sys.executable} -c '{program}' {' '.join(modules)}"
    with in_its_own_mounts(script, tmp_path) as done:
        said, _ = done.communicate(timeout=110)
    assert done.returncode == 0, said[-2000:]


@mounts
def test_where_nothing_at_all_can_be_written_it_says_so_in_one_sentence(tmp_path: Path) -> None:
    everywhere = "\n".join(READ_ONLY.format(each) for each in (*EVERYWHERE, tmp_path))
    with in_its_own_mounts(f"{everywhere}\nexec {LIVECODE} {PLAY}", tmp_path) as done:
        said, _ = done.communicate(timeout=110)
    assert done.returncode == 2
    assert "there is no place for a performance" in said
    assert "Traceback" not in said


def test_one_module_compiles() -> None:
    """numba's own cache raises where it cannot be written or is damaged."""
    compiling = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "livecode").rglob("*.py")
        if "njit(" in path.read_text() and "bench" not in path.parts
    }
    assert compiling == {"livecode/neural/kernels.py"}


def test_a_damaged_cache_of_compiled_functions_is_compiled_anew(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\nfrom twice import twice\nassert twice(2) == 4"
    )
    (tmp_path / "twice.py").write_text(
        "from livecode.neural.kernels import kernel\n@kernel()\ndef twice(x):\n    return 2 * x\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    kept = list((tmp_path / "compiled").rglob("*.nb*"))
    assert kept
    for each in kept:
        each.write_bytes(bytes(each.stat().st_size))  # as a power cut leaves files
    for _ in range(2):
        subprocess.run(command, check=True, cwd=ROOT, env=environment)
    shutil.rmtree(tmp_path / "compiled")
    (tmp_path / "compiled").write_text("no folder")
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
