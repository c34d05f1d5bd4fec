"""Set files: cells, lengths, line numbers, and files that are no sets."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode import Session
from livecode.errors import LivecodeError
from livecode.language.units import Span, bars, ms, s
from livecode.sets.set_file import STOPGAP, SetFile, parse_set, read_set

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
        ("# %% 'round midnight for=8*s", "'round midnight", 8 * s),
        ("# %% wind and rain  for = 1.5 * bars", "wind and rain", 1.5 * bars),
        ("# %% coda for=2*bars + 250*ms", "coda", 2 * bars + 250 * ms),
        ("# %% coda for=90", "coda", 90 * s),
        ("# %% coda for=3*s/2", "coda", 1.5 * s),
        ('# %% coda for=8*s then="coda"', "coda", 8 * s),
        ('# %% coda then="coda" for=8*s', "coda", 8 * s),
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
    piece = parsed(header + "\nx = 1")
    (scene,) = piece.scenes
    assert scene.name == name
    if isinstance(lasts, str):
        (fault,) = piece.faults
        assert re.match(f"line 1: .*{lasts}.* – it plays for 10", str(fault))
        assert len(str(fault)) < 200
        assert scene.lasts == STOPGAP, "the set goes on"
    else:
        assert (scene.lasts, piece.faults) == (lasts, ())


def test_a_header_says_how_a_scene_begins_and_how_the_set_goes_on():
    condition = "lambda rings: rings.left.energy == 2 or max(1, (rings.twist))"
    (scene,) = parsed(
        f"# %% storm  fade=2*s quant=1*bars when={condition} loop=True ends=['r7', \"ego\"]\nx = 1"
    ).scenes
    assert (scene.fade, scene.quant, scene.loop) == (2 * s, 1 * bars, True)
    assert scene.when == (condition, 1)
    assert scene.ends == ("r7", "ego")


def test_comments_under_the_header_may_say_the_rest_and_other_comments_do_not():
    (scene,) = parsed(
        "# %% storm\n# for=90*s  loop=True\n# ends=[r7, ego]\n# It is loud; level = 1.\n# for=1*s\n"
    ).scenes
    assert (scene.lasts, scene.loop, scene.ends) == (90 * s, True, ("r7", "ego"))


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ('then="codda"', "there is no such scene; did you mean coda"),
        ("then=coda", "is not the name of a scene in quotes"),
        ("when=lambda rings", "is not Python"),
        ("fade=99*s", "not a length from 0 to 60"),
        ("quant=-1*bars", "not a length from 0"),
        ("loop=1", "neither True nor False"),
        ("ends=[1]", "not a list of names"),
        ("fro=3*s", "nothing to say of a scene; did you mean for"),
    ],
)
def test_what_a_header_says_amiss_is_told_with_its_line_and_the_scene_is_one_all_the_same(
    option: str, says: str
):
    piece = parsed(f"x = 1\n# %% coda {option}\nx = 2")
    (fault,) = piece.faults
    assert fault.line == 2
    assert says in fault.text
    assert (piece.scenes[0].name, piece.scenes[0].code) == ("coda", "x = 2")


def test_of_two_cells_with_one_name_the_later_has_a_number():
    piece = parsed("# %% a\n# %% a\n# %% a (2)\n# %% a\n")
    assert [scene.name for scene in piece.scenes] == ["a", "a (2)", "a (2) (2)", "a (3)"]
    assert [fault.line for fault in piece.faults] == [2, 3, 4]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_errors_of_a_scene_name_the_line_in_the_file(session: Session, tmp_path: Path, ending: str):
    text = PIECE.replace("math.pi / 10", "math.pie").replace("\n", ending)
    session.open_set(read_set(written(tmp_path / "piece.py", text.encode())))
    session.eval("go('noon')")
    assert session.log[-1].line == 8
    assert session.log[-1].text.startswith("AttributeError: module 'math' has no")


def test_a_scene_plays_for_its_length_and_the_next_one_follows(session: Session, tmp_path: Path):
    session.open_set(read_set(written(tmp_path / "piece.py", PIECE.encode())))
    session.advance(1.9)
    assert session.get("ego").level == 1
    session.advance(0.2)
    assert session.get("ego").level == pytest.approx(0.314, abs=0.001)
    session.advance(5)
    assert session.get("ego").level == pytest.approx(0.314, abs=0.001), "held until cued"


@pytest.mark.parametrize(
    ("text", "line", "broken"),
    [
        ("x = 1\n# %% a\ny = 1\nfor\n# %% b\nz = 1", 4, ["a"]),
        ("# %% a\n'\n# %% b\nx = '\n# %% c\n", 2, ["a", "b"]),
        ("# %% a\n\tx = 1\n# %% b\n", 2, ["a"]),
        ("x = 1\0\n# %% a\n", 1, ["preparation"]),
    ],
)
def test_a_cell_that_is_no_python_is_told_with_its_line_and_the_others_are_as_they_are(
    text: str, line: int, broken: list[str]
):
    piece = parsed(text)
    assert piece.faults[0].line == line
    assert [s.name for s in (piece.preparation, *piece.scenes) if s.broken] == broken


@pytest.mark.parametrize("text", ["x = (\n", "x = 1\n# %% a\nfor\n# %% b\n'"])
def test_a_set_in_which_nothing_can_be_played_is_refused_with_its_line(tmp_path: Path, text: str):
    with pytest.raises(LivecodeError, match=r"piece.py, line [13]: "):
        read_set(written(tmp_path / "piece.py", text.encode()))


def test_bytes_that_are_no_text_are_told_with_line_and_place_and_the_rest_is_read(tmp_path: Path):
    piece = read_set(written(tmp_path / "piece.py", b"x = 1\n# gr\xfc\xdfe\n# %% a\ny = 2\n"))
    (fault,) = piece.faults
    assert str(fault).startswith("line 2: byte 5, 0xfc, is not UTF-8")
    assert piece.scenes[0].code == "y = 2\n"


def test_a_cell_of_ten_megabytes_is_not_played_and_the_others_are(tmp_path: Path):
    data = b"x = 1\n# %% data\nx = '" + b"#" * 10_000_000 + b"'\n# %% a\ny = 2\n"
    piece = read_set(written(tmp_path / "piece.py", data))
    (fault,) = piece.faults
    assert str(fault) == "line 3: data is 10 MB of code and is not played"
    assert (piece.scenes[0].code, piece.scenes[1].code) == ("", "y = 2\n")


def test_a_form_feed_or_a_line_separator_inside_a_line_ends_none():
    piece = parsed("x = 'a\u2028b\x0cc\x85d'\n\x0c\n# %% a\ny = 1\n")
    assert piece.scenes[0].first_line == 4
    assert "a\u2028b\x0cc\x85d" in piece.preparation.code


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x = 1\0\n", "null bytes"),
        (b"#" * ((1 << 20) + 1), "is 1 MB of code and is not played"),
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
def test_any_text_is_a_set_with_its_faults_told(text: str):
    for document in (text, f"# %% {text}", f"# %% a for={text}\nx = 1"):
        piece = parsed(document)
        assert all(scene.lasts is None or scene.lasts.at(120) > 0 for scene in piece.scenes)
        assert all("\n" not in str(fault) for fault in piece.faults)
