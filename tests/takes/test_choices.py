"""Decisions about takes: they are on disk at once, delete nothing, and can all be undone."""

import json
from pathlib import Path

import pytest

from livecode.errors import LivecodeError
from livecode.takes.choices import CHOICES, TakesFolder
from livecode.takes.index import INDEX, read_index, write_index
from livecode.takes.selection import SORTS, USUAL_BAND, Selection, in_band


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def kept(folder: TakesFolder) -> list[int]:
    return [take.number for take in folder.kept]


def test_takes_are_kept_in_an_order_that_can_be_changed(folder: Path) -> None:
    takes = TakesFolder(folder)
    for number in (7, 2, 9):
        takes.keep(number)
    assert kept(takes) == [7, 2, 9]
    takes.move(9, -2)
    takes.move(7, +100)
    assert kept(takes) == [9, 2, 7]
    takes.keep(2)
    assert kept(takes) == [9, 7]
    assert kept(TakesFolder(folder)) == [9, 7]
    with pytest.raises(LivecodeError, match="only kept takes"):
        takes.move(2, 1)


def test_what_is_discarded_moves_aside_and_comes_back(folder: Path) -> None:
    before = files(folder)
    takes = TakesFolder(folder)
    takes.keep(3)
    takes.discard(3)
    assert not (folder / "take-0003.wav").exists()
    assert (folder / "discarded" / "take-0003.wav").exists()
    assert kept(takes) == []
    assert TakesFolder(folder).takes[2].discarded
    with pytest.raises(LivecodeError, match="bring it back"):
        takes.keep(3)
    takes.discard(3)
    after = files(folder)
    after.pop(CHOICES)
    assert after == before


def test_discarding_never_writes_over_another_file(folder: Path) -> None:
    (folder / "discarded").mkdir()
    (folder / "discarded" / "take-0003.wav").write_bytes(b"another")
    takes = TakesFolder(folder)
    with pytest.raises(LivecodeError, match="already"):
        takes.discard(3)
    assert (folder / "discarded" / "take-0003.wav").read_bytes() == b"another"
    assert (folder / "take-0003.wav").exists()


def test_a_name_stands_in_the_file_s_name(folder: Path) -> None:
    takes = TakesFolder(folder)
    takes.rename(4, "  gläserne Glocken ")
    assert (folder / "take-0004 gläserne Glocken.wav").exists()
    assert TakesFolder(folder).takes[3].name == "gläserne Glocken"
    takes.rename(4, "b")
    takes.rename(4, "")
    assert (folder / "take-0004.wav").exists()


@pytest.mark.parametrize(
    "name", ["a/b", "../a", "a\0b", "a\nb", "x" * 61, "a\\b", "c:d", "*", "\ud800", "\x1b[2J"]
)
def test_names_that_no_file_may_have_are_refused(folder: Path, name: str) -> None:
    before = files(folder)
    with pytest.raises(LivecodeError, match="characters"):
        TakesFolder(folder).rename(1, name)
    assert files(folder) == before


def test_everything_is_undone_step_by_step(folder: Path) -> None:
    takes = TakesFolder(folder)
    states = [([(t.name, t.discarded, t.stars, t.place) for t in takes.takes], kept(takes))]
    for action in (
        lambda: takes.keep(5),
        lambda: takes.keep(6),
        lambda: takes.move(6, -1),
        lambda: takes.rate(5, 4),
        lambda: takes.rename(5, "bells"),
        lambda: takes.discard(5),
        lambda: takes.rename(5, "other bells"),
        lambda: takes.rate(5, 0),
        lambda: takes.discard(5),
        lambda: takes.keep(6),
    ):
        action()
        states.append(([(t.name, t.discarded, t.stars, t.place) for t in takes.takes], kept(takes)))
    for before in reversed(states[:-1]):
        assert takes.undo().startswith("undone: ")
        assert [(t.name, t.discarded, t.stars, t.place) for t in takes.takes] == before[0]
        assert kept(takes) == before[1]
    with pytest.raises(LivecodeError, match="nothing to undo"):
        takes.undo()


def test_takes_that_come_while_one_listens_are_seen(folder: Path) -> None:
    index = read_index(folder)
    assert index is not None
    write_index(folder, type(index)(index.settings, index.records[:6]))
    takes = TakesFolder(folder)
    takes.rate(2, 5)
    assert len(takes.takes) == 6
    write_index(folder, index)
    takes.refresh()
    assert len(takes.takes) == 10
    assert takes.takes[1].stars == 5


def test_a_take_whose_file_is_gone_is_left_out(folder: Path) -> None:
    takes = TakesFolder(folder)
    takes.keep(2)
    (folder / "take-0002.wav").unlink()
    takes = TakesFolder(folder)
    assert [take.number for take in takes.takes] == [1, *range(3, 11)]
    assert kept(takes) == []
    with pytest.raises(LivecodeError, match="no take 2"):
        takes.rate(2, 1)


def test_a_damaged_file_is_said_to_be_damaged(folder: Path) -> None:
    for content in ("", "{", "[]", '{"version": 9}', '{"version": 1, "kept": 3, "stars": {}}'):
        (folder / CHOICES).write_text(content)
        with pytest.raises(LivecodeError, match=r"choices\.json is damaged"):
            TakesFolder(folder)
    (folder / CHOICES).unlink()
    lines = (folder / INDEX).read_text().splitlines()
    for first in ("", "{}", "[1]", '{"version": 1, "settings": {"seconds": "x"}}', "\x00"):
        (folder / INDEX).write_text("\n".join([first, *lines[1:]]))
        with pytest.raises(LivecodeError, match="index"):
            TakesFolder(folder)
    wrong = ["", "7", "{}", json.dumps({"number": True}), lines[2][:-9]]
    (folder / INDEX).write_text("\n".join([*lines[:4], *wrong]))
    assert [take.number for take in TakesFolder(folder).takes] == [1, 2, 3]


def test_a_folder_without_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="livecode generate"):
        TakesFolder(tmp_path)


def test_the_band_drops_what_is_least_and_most_likely(folder: Path) -> None:
    takes = TakesFolder(folder).takes  # the higher the number, the likelier
    assert in_band(takes, None) == list(range(1, 11))
    assert in_band(takes, USUAL_BAND) == list(range(5, 11))
    assert in_band(takes, (40, 20)) == [5, 6, 7, 8]
    assert in_band(takes, (60, 60)) == []
    assert in_band([], USUAL_BAND) == []


def test_discarding_does_not_move_the_band(folder: Path) -> None:
    takes = TakesFolder(folder)
    selection = Selection(band=(40, 20))
    takes.discard(6)
    assert [take.number for take in selection.of(takes.takes)] == [5, 7, 8]
    shown = Selection("discarded", band=(40, 20)).of(takes.takes)
    assert [take.number for take in shown] == [6]


def test_takes_are_sorted_by_each_figure(folder: Path) -> None:
    takes = TakesFolder(folder)
    takes.rate(4, 5)
    takes.keep(9)
    takes.keep(3)
    firsts = {sort: Selection(sort=sort).of(takes.takes)[0].number for sort in SORTS}
    assert firsts == {
        "number": 1, "likelihood": 10, "brightness": 3, "silence": 10, "stars": 4, "piece": 9,
    }  # fmt: skip
    assert [t.number for t in Selection("kept", "piece").of(takes.takes)] == [9, 3]
    unrated = [t.number for t in Selection("unrated").of(takes.takes)]
    assert unrated == [1, 2, 5, 6, 7, 8, 10]
