"""Blocks evaluated before."""

from pathlib import Path

from livecode.terminal.history import BlockHistory, HistorySearch


def test_blocks_outlive_the_evening_with_all_their_lines(tmp_path: Path) -> None:
    first = BlockHistory(tmp_path / "a" / "history")
    first.add("a = 1")
    first.add("def f():\n    return 'é'")
    later = BlockHistory(tmp_path / "a" / "history")
    assert list(later.matching("")) == ["def f():\n    return 'é'", "a = 1"]


def test_a_block_played_again_is_found_once_and_as_the_newest(tmp_path: Path) -> None:
    history = BlockHistory(tmp_path / "history")
    for block in ("a", "a", "b", "a"):
        history.add(block)
    assert list(history.matching("")) == ["a", "b"]


def test_all_words_must_occur_in_any_case(tmp_path: Path) -> None:
    history = BlockHistory(tmp_path / "history")
    history.add("ego = agent(glass)")
    history.add("echo = agent(tin)")
    assert list(history.matching("AGENT glass")) == ["ego = agent(glass)"]
    assert list(history.matching("nothing")) == []


def test_a_search_goes_back_and_forth_and_ends_at_the_ends(tmp_path: Path) -> None:
    history = BlockHistory(tmp_path / "history")
    for block in ("one", "two\nlines", "three"):
        history.add(block)
    search = HistorySearch(history)
    search.begin()
    assert search.match == "three"
    search.move(+1)
    assert search.preview(6) == "2 of 3\ntwo\nlines"
    search.move(+5)
    assert search.match == "one"
    search.move(-9)
    assert search.match == "three"
    search.field.insert_text("zzz")
    assert (search.match, search.preview(6)) == (None, "nothing found")


def test_a_long_block_is_cut_in_the_preview(tmp_path: Path) -> None:
    history = BlockHistory(tmp_path / "history")
    history.add("\n".join(map(str, range(20))))
    search = HistorySearch(history)
    search.begin()
    assert search.preview(6) == "1 of 1\n0\n1\n2\n3\n…"


def test_a_history_that_cannot_be_written_is_said_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    history = BlockHistory(tmp_path / "file" / "history")
    history.add("a = 1")
    assert "cannot be" in str(history.error)
    assert list(history.matching("a")) == ["a = 1"]
