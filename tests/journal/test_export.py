"""A journal as a set file: what was finally heard, in cells that open and play."""

from pathlib import Path

import pytest

from livecode import Session
from livecode.journal.export import exported
from livecode.kernel import beginning
from livecode.sets.set_file import parse_set, read_set


def journal_of(path: Path, *blocks: str, set_text: str | None = None) -> str:
    """What is exported after these blocks."""
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, path / "journal", live=False)
        if set_text is not None:
            session.open_set(parse_set(set_text, path / "set.py"))
        for block in blocks:
            session.eval(block)
            session.advance(0.3)
        session.performance.recorder.closed()
    return exported(path / "journal")


def test_what_was_replaced_undone_or_freed_is_not_in_it(tmp_path: Path):
    text = journal_of(
        tmp_path,
        "glass = space('additive')\nego = agent(glass, dims=2)",
        "ego.dims = 3",
        "ego = agent(glass, dims=1)\nego.level = 0.5",
        "low = agent(glass)",
        "undo()",
        "tempo(100)",
        "ego.level = 0.7",
        "gone = agent(glass)",
        "free(gone)",
        "1 / 0",
        "tempo(90)",
        "hush()",
    )
    assert "ego = agent(glass, dims=1)" in text
    assert "ego.level = 0.7" in text
    assert "tempo(90)" in text
    for absent in ("dims = 3", "dims=2", "0.5", "low", "gone", "100", "hush", "undo", "1 / 0"):
        assert absent not in text, text


def test_names_come_before_what_takes_them(tmp_path: Path):
    text = journal_of(
        tmp_path,
        "glass = space('additive')\nego = agent(glass)\n\n@dsp\ndef hall(ego):\n    return Freeverb(ego)",
        "ego = agent(glass, dims=2)",
    )
    assert text.index("glass =") < text.index("ego =") < text.index("def hall")
    assert "@dsp\ndef hall" in text


def test_it_opens_and_plays(tmp_path: Path):
    text = journal_of(tmp_path, "glass = space('additive')", "ego = agent(glass)", "ego.dims = 3")
    path = tmp_path / "exported.py"
    path.write_text(text)
    with Session(seed=7) as session:
        result = session.open_set(read_set(path))
        assert result.ok, result.error
        assert session.advance(1.0).any()
        assert session.get("ego").dims == 3


def test_scenes_are_cells_as_long_as_they_were(tmp_path: Path):
    text = journal_of(
        tmp_path,
        "ego.dims = 3",
        "go('two')",
        "low = agent(glass, dims=1)",
        set_text="glass = space('additive')\n\n# %% one\n\nego = agent(glass)\n\n# %% two\n\nego.dims = 2\n",
    )
    piece = parse_set(text, tmp_path / "exported.py")
    assert piece.faults == ()
    assert "space('additive')" in piece.preparation.code
    assert piece.scenes[0].name == "one"
    first, last = piece.scenes[0], piece.scenes[-1]
    assert "ego.dims = 3" in first.code
    assert "low = " in last.code


@pytest.mark.parametrize(
    "block", ["x = 1; y = 2", "for i in range(2):\n    z = i\n", "a, b = 1, 2"]
)
def test_any_python_comes_out_as_it_went_in(tmp_path: Path, block: str):
    text = journal_of(tmp_path, block)
    names: dict = {}
    exec(text, names)
    assert {"x", "z", "a"} & names.keys()
