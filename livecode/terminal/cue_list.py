"""The cue list: the scenes of the set with the time in, the time left, and what comes next."""

from prompt_toolkit.formatted_text import StyleAndTextTuples

from livecode.terminal.status_bar import clock
from livecode.transport.status import SceneStatus

#: Where the screen is this wide, the list stands beside the messages; else it is one line.
WIDE = 100
LIST_COLUMNS = 32
#: Screens with fewer rows than this have none to spare for the line.
LEAST_ROWS = 14
_HERE, _NEXT = "class:output.scene", "class:output.ok"
_OTHER, _OUT = "class:output.plain", "class:output.note"


def cue_rows(scene: SceneStatus | None, columns: int, rows: int) -> StyleAndTextTuples:
    """One scene a row, the present one in sight."""
    if scene is None or not scene.scenes or rows < 1 or columns < 12:
        return []
    scenes, here = scene.scenes, scene.index - scene.first
    first = max(0, min(here - rows // 3, len(scenes) - rows))
    lines: StyleAndTextTuples = []
    for at, (name, lasts_s) in list(enumerate(scenes))[first : first + rows]:
        style, glyph = _style(scene, name, at == here)
        if at == here:
            right = f"{clock(int(scene.time_s))} {_left(scene)}"
        else:
            right = "" if lasts_s is None else clock(lasts_s)
        if style == _NEXT and scene.asked_s is not None:
            right = f"in {scene.asked_s:.1f} s"
        room = max(1, columns - len(right) - 3)
        shown = name if len(name) <= room else name[: room - 1] + "…"
        lines += [(style, f"{glyph} {shown:<{room}} {right}"[:columns]), ("", "\n")]
    return lines[:-1]


def cue_line(scene: SceneStatus | None, columns: int) -> StyleAndTextTuples:
    """The present scene, what comes next, and what is after that, as far as there is room."""
    if scene is None or not scene.scenes:
        return []
    name, next_ = scene.name, scene.next
    present = f"▶ {name} {clock(int(scene.time_s))} {_left(scene)}".rstrip()
    fragments: StyleAndTextTuples = [(_HERE, present[:columns])]
    used = len(present)
    if next_ is not None:
        asked = scene.asked_s
        text = f"  → {next_}" + ("" if asked is None else f" in {asked:.1f} s")
        if used + len(text) <= columns:
            fragments.append((_NEXT, text))
            used += len(text)
    here = scene.index - scene.first
    for other, lasts_s in scene.scenes[here + 1 :]:
        if other in (next_, name):
            continue
        text = f" · {other}" + ("" if lasts_s is None else f" {clock(lasts_s)}")
        if used + len(text) > columns:
            break
        style, _ = _style(scene, other, False)
        fragments.append((style, text))
        used += len(text)
    return fragments


def _left(scene: SceneStatus) -> str:
    """The time left with a sign that says how the scene ends."""
    if scene.held:
        return "hold"
    left = scene.left_s
    loop = "↻ " if scene.loop else ""
    when = "?" if scene.when else ""
    return f"{loop}{when}" if left is None else f"{loop}−{clock(left)}{when}"


def _style(scene: SceneStatus, name: str, here: bool) -> tuple[str, str]:
    if here:
        return _HERE, "▶"
    if name == scene.next:
        return _NEXT, "→"
    if name in scene.skipped:
        return _OUT, "×"
    return _OTHER, " "
