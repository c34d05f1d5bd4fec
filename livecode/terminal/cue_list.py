"""The cue list: the scenes of the set with the time in, the time left, and what comes next."""

from collections.abc import Mapping
from typing import Any

from prompt_toolkit.formatted_text import StyleAndTextTuples

from livecode.terminal.status_bar import clock

#: Where the screen is this wide, the list stands beside the messages; else it is one line.
WIDE = 100
LIST_COLUMNS = 32
#: Screens with fewer rows than this have none to spare for the line.
LEAST_ROWS = 14
_HERE, _NEXT = "class:output.scene", "class:output.ok"
_OTHER, _OUT = "class:output.plain", "class:output.note"


def has_cues(board: Mapping[str, Any]) -> bool:
    """Whether a set with scenes is being played."""
    return bool(board.get("scene")) and len(board.get("scenes", ())) > 0


def cue_rows(board: Mapping[str, Any], columns: int, rows: int) -> StyleAndTextTuples:
    """One scene a row, the present one in sight."""
    if not has_cues(board) or rows < 1 or columns < 12:
        return []
    scenes, here = board["scenes"], board["scene_index"] - board.get("scenes_from", 0)
    first = max(0, min(here - rows // 3, len(scenes) - rows))
    lines: StyleAndTextTuples = []
    for at, (name, lasts_s) in list(enumerate(scenes))[first : first + rows]:
        style, glyph = _style(board, name, at == here)
        if at == here:
            right = f"{clock(int(board.get('scene_time_s', 0)))} {_left(board)}"
        else:
            right = "" if lasts_s is None else clock(lasts_s)
        if style == _NEXT and (asked := board.get("scene_asked_s")) is not None:
            right = f"in {asked:.1f} s"
        room = max(1, columns - len(right) - 3)
        shown = name if len(name) <= room else name[: room - 1] + "…"
        lines += [(style, f"{glyph} {shown:<{room}} {right}"[:columns]), ("", "\n")]
    return lines[:-1]


def cue_line(board: Mapping[str, Any], columns: int) -> StyleAndTextTuples:
    """The present scene, what comes next, and what is after that, as far as there is room."""
    if not has_cues(board):
        return []
    name, next_ = str(board["scene"]), board.get("scene_next")
    present = f"▶ {name} {clock(int(board.get('scene_time_s', 0)))} {_left(board)}".rstrip()
    fragments: StyleAndTextTuples = [(_HERE, present[:columns])]
    used = len(present)
    if next_ is not None:
        asked = board.get("scene_asked_s")
        text = f"  → {next_}" + ("" if asked is None else f" in {asked:.1f} s")
        if used + len(text) <= columns:
            fragments.append((_NEXT, text))
            used += len(text)
    here = board["scene_index"] - board.get("scenes_from", 0)
    for other, lasts_s in board["scenes"][here + 1 :]:
        if other in (next_, name):
            continue
        text = f" · {other}" + ("" if lasts_s is None else f" {clock(lasts_s)}")
        if used + len(text) > columns:
            break
        style, _ = _style(board, other, False)
        fragments.append((style, text))
        used += len(text)
    return fragments


def _left(board: Mapping[str, Any]) -> str:
    """The time left with a sign that says how the scene ends."""
    if board.get("scene_held"):
        return "hold"
    left = board.get("scene_left_s")
    loop = "↻ " if board.get("scene_loop") else ""
    when = "?" if board.get("scene_when") else ""
    return f"{loop}{when}" if left is None else f"{loop}−{clock(left)}{when}"


def _style(board: Mapping[str, Any], name: str, here: bool) -> tuple[str, str]:
    if here:
        return _HERE, "▶"
    if name == board.get("scene_next"):
        return _NEXT, "→"
    if name in board.get("scenes_skipped", ()):
        return _OUT, "×"
    return _OTHER, " "
