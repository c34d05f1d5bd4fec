"""Hands blocks of the editor to the mind's client, and shows the outcome in margin and messages."""

import ast
import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from livecode.terminal.blocks import TextBlock, blocks, cell_at, cell_named, scene_at
from livecode.terminal.editor import Editor
from livecode.terminal.evaluated import Evaluated
from livecode.terminal.history import BlockHistory
from livecode.terminal.marks import MarkState
from livecode.terminal.mind_client import BlockAnswer, MindClient, Page, Told
from livecode.terminal.output import Output
from livecode.terminal.recalled import recall
from livecode.transport.events import Event

FLASH_S = 0.15
#: Marks of at most this many blocks are changed when the performer undoes them.
MOST_CHANGES = 64
_FRAME = re.compile(r'^(?=  File ")', re.MULTILINE)
_OURS = f'  File "{Path(__file__).parents[1]}'


class Evaluating:
    """Stands between the editor and the mind."""

    def __init__(
        self,
        editor: Editor,
        output: Output,
        history: BlockHistory,
        connection: Path,
        on_change: Callable[[], None],
    ):
        """`on_change()` is called when the screen has to be drawn again."""
        self.mind = MindClient(connection, self._hear, time.monotonic)
        self._editor, self._output, self._history = editor, output, history
        self._on_change = on_change
        self._traceback: str | None = None
        #: Whether a scene of the set plays.
        self.scene_plays = False
        self._scene: Evaluated | None = None  # has just begun; errors that follow belong to it
        self._scene_names: set[str] = set()  # names that it has changed
        self._prepared: list[Event] | None = []  # what was told before the first scene began
        self._changes: deque[tuple[tuple[str, ...], Evaluated]] = deque(maxlen=MOST_CHANGES)
        self._undone: deque[tuple[tuple[str, ...], Evaluated]] = deque(maxlen=MOST_CHANGES)
        self._tasks: set[asyncio.Task[None]] = set()

    def recall(self, played: Sequence[str]) -> None:
        """Mark what has been played before this terminal was there; `played` is its code."""
        if played:
            recall(self._editor.marks, played)
            self._prepared = None

    def evaluate(self, block: TextBlock | None, otherwise: str) -> None:
        """Evaluate a block of the text; show the sentence `otherwise` if there is none."""
        if block is None:
            self._output.say(otherwise, "class:output.note")
            return
        self._play(block, [block], block.padded)

    def evaluate_cell(self, path: Path | None) -> None:
        """Evaluate the cell at the cursor as the scene that it is, with what its header says of it.

        `path` is the file of the text, None if it has none: then the text is no set. If no scene plays
        yet, the cell becomes the present scene of the set.
        """
        cell = self._editor.cell()
        if cell is None:
            self._output.say("the cursor is in no cell", "class:output.note")
            return
        page = None if path is None else Page(self._editor.buffer.text, path)
        scene, faults = scene_at(self._editor.lines, self._editor.row)
        if scene is not None and page is not None and not self.scene_plays:
            self.run(f"go({scene.name!r})", quietly=True, page=page)
            return
        inside = [
            block for block in blocks(self._editor.lines) if cell.first <= block.first <= cell.last
        ]
        code = cell.padded if scene is None else scene.padded
        self._play(cell, inside, code, page, "; ".join(map(str, faults)))

    def run(self, code: str, quietly: bool = False, page: Page | None = None) -> None:
        """Evaluate code that is not in the text; if `quietly`, show nothing but an error."""
        self._output.to_end()
        self._start(self._evaluate(code, code, Evaluated(self._editor.marks, []), quietly, page))

    def _play(
        self,
        block: TextBlock,
        parts: list[TextBlock],
        code: str,
        page: Page | None = None,
        fault: str = "",
    ) -> None:
        """Mark the parts of a block, and evaluate its code; `fault` is told with the outcome."""
        self._output.to_end()
        evaluated = Evaluated(self._editor.marks, parts, flashing=True)
        asyncio.get_running_loop().call_later(FLASH_S, self._end_flash, evaluated)
        self._history.add(block.text)
        if self._history.error is not None:
            self._output.say(self._history.error, "class:output.warning")
            self._history.error = None
        self._start(self._evaluate(code, block.text, evaluated, page=page, fault=fault))

    def hush(self) -> None:
        """Fade everything out, even while a block is running."""
        if self.mind.busy and self.mind.hush():
            self._output.to_end()
            self._output.say("● hush()", "class:output.ok")
        else:
            self.run("hush()")

    def help(self) -> None:
        """Show help on the name at the cursor."""
        self._start(self._help())

    def show_traceback(self) -> None:
        """Show the traceback of the last error."""
        self._output.show(self._traceback or "nothing has failed yet")

    def say_error(self, error: str, trace: str | None) -> None:
        """Show an error in one line, and keep its traceback for `show_traceback`.

        An error without a traceback leaves the one before in its place.
        """
        self._keep_traceback(error, trace)
        self._output.say(f"✗ {in_one_line(error)}", "class:output.error")

    def _keep_traceback(self, error: str, trace: str | None) -> None:
        if trace and _FRAME.search(trace):
            self._traceback = without_ours(trace)
        elif self._traceback is None:
            self._traceback = error

    async def _evaluate(
        self,
        code: str,
        shown: str,
        evaluated: Evaluated,
        quietly: bool = False,
        page: Page | None = None,
        fault: str = "",
    ) -> None:
        answer = await self.mind.evaluate(code, page, self._editor.buffer.text)
        if answer.names:
            self._changes.append((answer.names, evaluated))
        if answer.error is None:
            evaluated.succeed()
            if fault:
                self.say_error(f"{fault}; played: {_success(shown, answer)[2:]}", None)
            elif not quietly:
                # shown from its beginning, since a list or a page may be longer than the pane
                self._output.show(_success(shown, answer), "class:output.ok")
        else:
            evaluated.fail(answer.lines, answer.names)
            error = f"{fault}; {answer.error}" if fault else answer.error
            self.say_error(error, answer.traceback)

    async def _help(self) -> None:
        code, cursor = self._editor.code_at_cursor()
        text = await self.mind.inspect(code, cursor)
        if text is None:
            text = "the mind is too busy to help now"
        self._output.show(reflowed(text) or "nothing is known of this name", "class:output.help")

    def _hear(self, told: Told) -> None:
        if isinstance(told, Event):
            self._follow(told)
        elif told.kind == "result":
            self._output.say(f"● {told.text}", "class:output.ok")
            self._scene = None
        else:
            self._output.print(told.text, f"class:output.{told.kind}")

    def _follow(self, event: Event) -> None:
        """Show an event, and change the marks of the blocks that it concerns."""
        say = self._output.say
        if self._prepared is not None:
            self._prepared.append(event)
        match event.kind:
            case "scene":
                self._begin_scene(event.names[0])
            case "swap":
                if self._scene is not None:
                    self._changes.append((event.names, self._scene))
                    self._scene_names |= set(event.names)
                self._renew_preparation(event.names)
                say(f"● {event}", "class:output.ok")
            case "undo" | "redo" | "resound":
                if event.kind == "undo":
                    self._take_back(event.names)
                elif event.kind == "redo":
                    self._bring_back(event.names)
                say(f"● {event}", "class:output.ok")
            case "error":
                if self._scene is not None:
                    self._scene.fail(_lines(event), self._scene_names)
                self.say_error(str(event), event.traceback)
            case "fallback":
                self._revert(event.names)
                self._keep_traceback(str(event), event.traceback)
                self._output.say_again(f"↺ {in_one_line(str(event))}", "class:output.warning")
            case "note":
                say(f"· {event}", "class:output.note")
        if event.kind not in ("scene", "swap", "undo", "redo", "resound", "error"):
            self._scene = None

    def _begin_scene(self, name: str) -> None:
        """Show that a scene begins, and mark its cell as live."""
        self.scene_plays = True
        self._output.say(f"▶ {name}", "class:output.scene")
        lines = self._editor.lines
        if self._prepared is not None:  # the preparation came just before it
            told, self._prepared = self._prepared, None
            prepared = self._live(cell_at(lines, 0))
            names = {name for event in told if event.kind == "swap" for name in event.names}
            for event in told:
                if event.kind == "error":
                    prepared.fail(_lines(event), names)
        self._scene, self._scene_names = self._live(cell_named(lines, name)), set()

    def _renew_preparation(self, names: tuple[str, ...]) -> None:
        """Mark blocks of the preparation that had failed and define these names again as what plays."""
        theirs = set(names) - (self._scene.binds if self._scene is not None else frozenset())
        rows = (
            range(0) if (cell := cell_at(self._editor.lines, 0)) is None else range(cell.last + 1)
        )
        for mark in filter(None, map(self._editor.marks.__getitem__, rows)):
            if mark.evaluation.state is MarkState.FAILING and mark.evaluation.binds & theirs:
                mark.evaluation.state = MarkState.LIVE

    def _live(self, cell: TextBlock | None) -> Evaluated:
        """Mark the blocks of a cell as what plays."""
        lines = self._editor.lines
        inside = (
            []
            if cell is None
            else [block for block in blocks(lines) if cell.first <= block.first <= cell.last]
        )
        return Evaluated(self._editor.marks, inside, MarkState.LIVE)

    def _revert(self, names: tuple[str, ...]) -> None:
        for name in names:
            evaluation = self._editor.marks.defining(name)
            if evaluation is not None:
                evaluation.state = MarkState.REVERTED

    def _take_back(self, names: tuple[str, ...]) -> None:
        """Mark the newest block that changed one of these names as reverted."""
        for change in reversed(self._changes):
            if set(names) & set(change[0]):
                self._changes.remove(change)
                self._undone.append(change)
                change[1].revert(names)
                return

    def _bring_back(self, names: tuple[str, ...]) -> None:
        """Mark the block that was taken back last, of those that change one of these names, as live."""
        for change in reversed(self._undone):
            if set(names) & set(change[0]):
                self._undone.remove(change)
                self._changes.append(change)
                change[1].restore(names)
                return

    def _end_flash(self, evaluated: Evaluated) -> None:
        """Stop lighting up what was evaluated."""
        evaluated.end_flash()
        self._on_change()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine as a task, and keep it until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _lines(event: Event) -> tuple[int, ...]:
    """Return the line that an event names, from 1, if it names one."""
    return () if event.line is None else (event.line,)


def in_one_line(text: str) -> str:
    """Return a text in one line, with single blanks."""
    return " ".join(text.split())


def without_ours(trace: str) -> str:
    """Return a traceback from the performer's own code on, or all of it if it contains none."""
    head, *frames = _FRAME.split(trace)
    theirs = [at for at, frame in enumerate(frames) if not frame.startswith(_OURS)]
    return "".join([head, *frames[theirs[0] :]]) if theirs else trace


def reflowed(text: str) -> str:
    """Return a text with one line for each paragraph; indented lines stay as they are."""
    lines: list[str] = []
    for line in text.split("\n"):
        goes_on = lines and lines[-1] and line
        if goes_on and not line.startswith(" ") and not lines[-1].startswith(" "):
            lines[-1] += " " + line
        else:
            lines.append(line)
    return "\n".join(lines)


def _last_expression(code: str) -> str:
    """Return what the value of a block is the value of, in one line: its last statement."""
    try:
        last = ast.parse(code).body[-1]
    except (SyntaxError, ValueError, RecursionError, MemoryError, IndexError):
        return in_one_line(code.strip().split("\n")[0])
    found = ast.get_source_segment(code, last) or code
    first, *more = found.strip().split("\n")
    return in_one_line(first) + (" …" if more else "")


def _only_deletes(code: str) -> bool:
    """Return whether a block only takes names away: they do not play, so its line is shown instead."""
    try:
        body = ast.parse(code.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(body) and all(isinstance(each, ast.Delete) for each in body)


def _success(code: str, answer: BlockAnswer) -> str:
    """Return one line that says what an evaluation did; a long value follows below it."""
    head = "" if _only_deletes(code) else ", ".join(answer.names)
    if answer.value is None:
        return f"● {head or in_one_line(code.strip().split(chr(10))[0])}"
    head = "; ".join([*([head] if head else []), _last_expression(code)])
    if "\n" in answer.value:
        return f"● {head}\n{answer.value}"
    return f"● {head} → {answer.value}"
