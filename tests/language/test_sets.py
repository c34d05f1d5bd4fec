"""Set files: cells, lengths, line numbers, and files that are no sets."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode import Session
from livecode.errors import LivecodeError
from livecode.language.sets import SetFile, parse_set, read_set
from livecode.language.units import Span, bars, ms, s

PIECE = """\
# A piece
import math

# %% dawn for=2*s
ego = agent(space("additive"))

# %% noon
ego.level = math.pi / 10

# %%
ego.level = 1
"""


def parsed(text: str) -> SetFile:
    return parse_set(text, Path("piece.py"))


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_what_stands_before_the_first_cell_prepares_and_each_cell_is_a_scene():
    piece = parsed(PIECE)
    assert piece.preparation.code == "# A piece\nimport math\n"
    assert [scene.name for scene in piece.scenes] == ["dawn", "noon", "cell 10"]
    assert [scene.lasts for scene in piece.scenes] == [2 * s, None, None]
    assert piece.scenes[1].code == "ego.level = math.pi / 10\n"


def test_a_file_without_cells_is_all_preparation():
    piece = parsed("x = 1\ny = 2\n")
    assert piece.scenes == ()
    assert piece.preparation.code.strip() == "x = 1\ny = 2"


def test_an_empty_file_is_an_empty_set():
    assert parsed("").scenes == ()


@pytest.mark.parametrize(
    ("header", "name", "lasts"),
    [
        ("# %% coda", "coda", None),
        ("#%% coda", "coda", None),
        ("# %%coda", "coda", None),
        ("#   %%    coda   ", "coda", None),
        ("# %%", "cell 1", None),
        ("# %% for=8*s", "cell 1", 8 * s),
        ("# %% coda for=8*s", "coda", 8 * s),
        ("# %% for=16*bars the end", "cell 1", "not a length"),
        ("# %% a song for anna", "a song for anna", None),
        ("# %% wind and rain  for = 1.5 * bars", "wind and rain", 1.5 * bars),
        ("# %% coda for=2*bars + 250*ms", "coda", 2 * bars + 250 * ms),
        ("# %% coda for=90", "coda", 90 * s),
        ("# %% coda for=3*s/2", "coda", 1.5 * s),
        ('# %% coda for=8*s then="dawn"', "coda", 8 * s),
        ("# %% größe for=1*s", "größe", 1 * s),
        ("# %% [markdown]", "[markdown]", None),
        ("# %% x for=0*s", "x", "lasts longer than 0"),
        ("# %% x for=-3*s", "x", "lasts longer than"),
        ("# %% x for=soon", "x", "not a length such as 90"),
        ("# %% x for=9**9**9**9*s", "x", "not a length"),
        ("# %% x for=1e999*s", "x", "not a length"),
        ("# %% x for=print()", "x", "not a length"),
        ("# %% x for=().__class__", "x", "not a length"),
        ("# %% x for=" + "1+" * 5000 + "1*s", "x", "not a length"),
    ],
)
def test_a_header_has_a_name_and_perhaps_a_length(header: str, name: str, lasts: Span | str | None):
    if isinstance(lasts, str):
        with pytest.raises(LivecodeError, match=f"piece.py, line 1: .*{lasts}") as refused:
            parsed(header)
        assert "\n" not in str(refused.value)
        return
    (scene,) = parsed(header + "\nx = 1").scenes
    assert (scene.name, scene.lasts) == (name, lasts)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_errors_of_a_scene_name_the_line_in_the_file(session: Session, tmp_path: Path, ending: str):
    text = PIECE.replace("math.pi / 10", "math.pie").replace("\n", ending)
    session.open_set(read_set(written(tmp_path / "piece.py", text.encode())))
    session.eval("go('noon')")
    assert session.log[-1].text.startswith("line 8: AttributeError: module 'math' has no")


def test_a_scene_plays_for_its_length_and_the_next_one_follows(session: Session, tmp_path: Path):
    session.open_set(read_set(written(tmp_path / "piece.py", PIECE.encode())))
    session.advance(1.9)
    assert session.get("ego").level == 1
    session.advance(0.2)
    assert session.get("ego").level == pytest.approx(0.314, abs=0.001)
    session.advance(5)
    assert session.get("ego").level == pytest.approx(0.314, abs=0.001), "held until cued"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = (\n", 1),
        ("x = 1\n# %% a\ny = 1\nfor\n# %% b\nz = (", 4),
        ("# %% a\n'''\n# %% b\n'''\n", 2),
        ("# %% a\n\tx = 1\n", 2),
    ],
)
def test_what_is_no_python_is_refused_with_its_line_before_anything_plays(text: str, line: int):
    with pytest.raises(LivecodeError, match=f"piece.py, line {line}: "):
        parsed(text)


def test_a_form_feed_or_a_line_separator_inside_a_line_ends_none():
    piece = parsed("x = 'a\u2028b\x0cc\x85d'\n\x0c\n# %% a\ny = 1\n")
    assert piece.scenes[0].first_line == 4
    assert "a\u2028b\x0cc\x85d" in piece.preparation.code


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x = 1\ny = '\xff'\n", "line 2: not UTF-8 text; save it as UTF-8"),
        (b"x = 1\0\n", "null bytes"),
        (b"#" * (1 << 20) + b"#", "too large to be a set"),
        (b"x = " + b"(" * 5000 + b")" * 5000, "too many nested|nested too deeply"),
        ("x = 1".encode("utf-16"), "not UTF-8"),
    ],
)
def test_another_kind_of_file_is_refused_with_a_sentence(tmp_path: Path, data: bytes, says: str):
    path = written(tmp_path / "piece.py", data)
    with pytest.raises(LivecodeError, match=says) as refused:
        read_set(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_mark_before_the_first_letter_is_passed_over(tmp_path: Path):
    path = written(tmp_path / "piece.py", b"\xef\xbb\xbf# %% a\nx = 1\n")
    assert read_set(path).scenes[0].name == "a"


@pytest.mark.parametrize("name", ["nowhere.py", "."])
def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, name: str):
    with pytest.raises(LivecodeError, match="cannot read the set"):
        read_set(tmp_path / name)


def test_a_device_without_end_is_no_set():
    with pytest.raises(LivecodeError, match="too large"):
        read_set("/dev/zero")


@given(st.text(max_size=200))
def test_any_text_is_a_set_or_a_sentence(text: str):
    for document in (text, f"# %% {text}", f"# %% a for={text}\nx = 1"):
        with suppress(LivecodeError):
            piece = parsed(document)
            assert all(scene.lasts is None or scene.lasts.at(120) > 0 for scene in piece.scenes)
