"""The wheel: built, installed where there is no checkout, and played where nothing can be written."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from livecode.system.here import PORTABLE, SWITCH

ROOT = Path(__file__).parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.live, pytest.mark.timeout(600)]
#: Makes a folder read-only, in a namespace of its own.
READ_ONLY = "mount --bind {0} {0}; mount -o remount,ro,bind {0}; ! touch {0}/file 2>/dev/null"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build", reason="pip install -e '.[release]'")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True, timeout=300)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel alone; its dependencies are those of the tests. Gives its folder."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    site = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()
    )  # fmt: skip
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps"]
    subprocess.run([*install, "--no-index", str(wheel)], check=True, capture_output=True)
    # a folder that a .pth file adds brings its own .pth files with it no more: the checkout stays out
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def run_there(
    installed: Path, home: Path, script: str, read_only: tuple[Path, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a shell script that finds the installed `livecode`, and nothing of the checkout."""
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": f"{installed / 'bin'}:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home.parent),
        "LANG": "C.UTF-8",
        SWITCH: "1" if PORTABLE else "",
    }
    shell = ["sh", "-ec", "\n".join([*(READ_ONLY.format(each) for each in read_only), script])]
    if read_only:
        shell = ["unshare", "--mount", *shell]
    return subprocess.run(
        shell, env=environment, cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300,
    )  # fmt: skip


def can_mount() -> bool:
    """Whether this system lets a process mount in a namespace of its own."""
    try:
        tried = subprocess.run(
            ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True
        )
    except OSError:
        return False
    return tried.returncode == 0


def test_the_wheel_is_what_an_index_takes(wheel: Path) -> None:
    pytest.importorskip("twine", reason="pip install -e '.[release]'")
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", str(wheel)],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "300", "NO_COLOR": "1"},
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_it_carries_sets_tutorial_and_models_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    carried = {name for name in names if name.startswith("livecode/_")}
    for here, there in (("models", "_models"), ("sets", "_sets"), ("docs/tutorial", "_tutorial")):
        files = [each for each in (ROOT / here).rglob("*") if each.is_file()]
        kept = [each for each in files if "__pycache__" not in each.parts]
        assert {
            f"livecode/{there}/{each.relative_to(ROOT / here).as_posix()}" for each in kept
        } <= carried
    assert not [name for name in names if name.startswith(("tests/", "livecode/bench/"))]


def test_it_plays_from_a_folder_and_an_installation_that_cannot_be_written(
    installed: Path, tmp_path: Path
) -> None:
    stage = tmp_path / "stage"
    stage.mkdir()
    where = run_there(
        installed, tmp_path / "home", "python -c 'import livecode; print(livecode.__file__)'"
    )
    assert where.stdout.startswith(str(installed)), where.stdout
    read_only = (stage, installed) if can_mount() else ()
    played = run_there(
        installed,
        tmp_path / "home",
        f"cd {stage}\nlivecode demo --audio headless --osc-port 0 --for 30",
        read_only,
    )
    assert played.returncode == 0, played.stdout
    assert "what computes sound is compiled for this processor" in played.stdout
    assert "first sound" in played.stdout
    assert "An agent wanders through this one" in played.stdout
    assert "Traceback" not in played.stdout
    assert not list(stage.iterdir())


def test_what_it_carries_is_found_there(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    said = run_there(
        installed, home, "livecode models; livecode new mine.py; livecode new x.py --like aego"
    )
    assert said.returncode == 0, said.stdout
    assert {"additive", "piano"} <= set(said.stdout.split())
    assert (home / "mine.py").exists()
