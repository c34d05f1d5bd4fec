"""Files beside the set that the page may run, and those that it may not."""

from pathlib import Path

import pytest

from livecode.stage.own import MOST_BYTES, OwnFiles
from tests.stage.conftest import TOKEN, Served
from tests.stage.test_server import ask


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "sets"
    own.mkdir()
    (own / "rain.js").write_text("export default () => () => {};")
    (own / "set.py").write_text("secret = 1")
    (tmp_path / "outside.js").write_text("outside")
    return own


def test_files_of_the_set_s_own_folder_are_read_and_no_others(folder: Path) -> None:
    own = OwnFiles(str(folder))
    assert own.read("rain.js") == b"export default () => () => {};"
    for name in (
        "set.py",
        "../outside.js",
        "none.js",
        ".js",
        "rain.js/",
        "/etc/passwd",
        "rain.js\n",
    ):
        assert own.read(name) is None, name
    (folder / "large.js").write_bytes(bytes(MOST_BYTES + 1))
    assert own.read("large.js") is None
    assert OwnFiles("").read("rain.js") is None


def test_a_version_is_new_when_a_file_has_changed_and_0_where_there_is_none(folder: Path) -> None:
    own = OwnFiles(str(folder))
    first = own.versions(("spectrum", "rain.js", "none.js"))
    assert set(first) == {"rain.js", "none.js"}
    assert first["none.js"] == 0
    (folder / "rain.js").write_text("export default () => () => { 1; };")
    assert own.versions(("rain.js",)) != {"rain.js": first["rain.js"]}
    assert OwnFiles("").versions(("rain.js",)) == {}


def test_they_are_served_under_the_secret_and_functions_of_text_are_hydra_s_alone(
    folder: Path,
) -> None:
    served = Served(folder=str(folder)).start()
    try:
        status, headers, body = ask(served, f"/{TOKEN}/own/rain.js?123")
        assert (status, body) == (200, b"export default () => () => {};")
        assert headers["Content-Type"].startswith("text/javascript")
        for path in ("/own/rain.js", f"/{TOKEN}/own/set.py", f"/{TOKEN}/own/..%2Foutside.js"):
            assert ask(served, path)[0] == 404, path
        assert "unsafe-eval" not in ask(served, f"/{TOKEN}/")[1]["Content-Security-Policy"]
        (folder / "hydra-synth.js").write_text("")
        assert "'unsafe-eval'" in ask(served, f"/{TOKEN}/")[1]["Content-Security-Policy"]
    finally:
        served.stop()
