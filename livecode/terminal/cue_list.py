"""Shows the scenes of the set: how long the present one has played and will play, and the next one."""

from prompt_toolkit.formatted_text import StyleAndTextTuples

from livecode.terminal.status_bar import clock
from livecode.transport.status import SceneStatus

#: On a screen of this many columns the list stands beside the messages; else it is one line.
WIDE = 100
LIST_COLUMNS = 32
#: A screen of fewer rows has no room for that line.
LEAST_ROWS = 14
_HERE, _NEXT = "class:output.scene", "class:output.ok"
_OTHER, _OUT = "class:output.plain", "class:output.note"


def cue_rows(scene: SceneStatus | None, columns: int, rows: int) -> StyleAndTextTuples:
    """Return the list, one scene in each row, with the present scene in sight."""
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
    """Return one line: the present scene, the next one, and those after it as far as they fit."""
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
    """Return the time that is left, with signs that say how the scene ends."""
    if scene.held:
        return "hold"
    left = scene.left_s
    loop = "↻ " if scene.loop else ""
    when = "?" if scene.when else ""
    return f"{loop}{when}" if left is None else f"{loop}−{clock(left)}{when}"


def _style(scene: SceneStatus, name: str, here: bool) -> tuple[str, str]:
    """Return the style and the sign of a scene in the list."""
    if here:
        return _HERE, "▶"
    if name == scene.next:
        return _NEXT, "→"
    if name in scene.skipped:
        return _OUT, "×"
    return _OTHER, " "
