"""Shows the signature of the call that is being typed, with its present argument marked."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from livecode.help.completion import open_call
from livecode.syntax.brackets import pieces

_KEYWORD = re.compile(r"\s*(\w+)\s*=(?!=)")


@dataclass(frozen=True)
class Signature:
    """A line of text, in which the argument that is being typed stands from `begin` to `end`."""

    text: str = ""
    begin: int = 0
    end: int = 0

    def cut(self, columns: int) -> "Signature":
        """Return a part of `columns` columns at most that contains the argument."""
        if len(self.text) <= columns:
            return self
        first = min(max(0, self.end + 2 - columns), len(self.text) - columns)
        shown = self.text[first : first + columns]
        if first:
            shown = "…" + shown[1:]
        if first + columns < len(self.text):
            shown = shown[:-1] + "…"
        return Signature(
            shown, *(min(max(at - first, 0), columns) for at in (self.begin, self.end))
        )


#: So many characters before the cursor are searched for the call: it happens at each key.
LOOKED_BACK = 4000


class Signatures:
    """Follows the cursor, and asks the mind for the signature of the call at it."""

    def __init__(
        self,
        code_at_cursor: Callable[[], tuple[str, int]],
        inspect: Callable[[str, int], Awaitable[str | None]],
        on_change: Callable[[], None],
    ):
        """Take the ways to the text and to the mind.

        `code_at_cursor()` gives a block and the cursor's position in it, `inspect(code, cursor)` gets
        the mind's help on it, and `on_change()` is called when there is something new to show.
        """
        self._code_at_cursor, self._inspect, self._on_change = code_at_cursor, inspect, on_change
        self._call: str | None = None  # the code up to the open bracket
        self._typed = ""  # from there to the cursor
        self._asking: asyncio.Task[None] | None = None
        self._text = ""

    @property
    def shown(self) -> Signature:
        """The signature with the argument at the cursor; empty outside of calls."""
        return Signature(self._text, *argument(self._text, self._typed))

    def follow(self) -> None:
        """Find the call at the cursor; to be called when the text or the cursor has changed."""
        code, cursor = self._code_at_cursor()
        begin = code.rfind("\n", 0, max(0, cursor - LOOKED_BACK)) + 1
        code, cursor = code[begin:], cursor - begin
        at = open_call(code, cursor)
        call = None if at is None else code[:at]
        self._typed = "" if at is None else code[at + 1 : cursor]
        if call == self._call:
            return
        self._call, self._text = call, ""
        if call is not None and self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._ask(call))

    async def _ask(self, call: str) -> None:
        """Ask the mind for the signature of a call, and show it if the cursor is still there."""
        help_text = await self._inspect(call, len(call))
        self._asking = None
        if call == self._call:
            head = (help_text or "").split("\n")[0]
            self._text = head if head.endswith(")") else ""
            self._on_change()
        else:  # the cursor has moved meanwhile
            self._call = None
            self.follow()


def argument(signature: str, typed: str) -> tuple[int, int]:
    """Return where the parameter of the argument that is typed last stands in `signature`.

    `typed` is the text of the call after its bracket. (0, 0) if there is no such parameter.

    >>> argument("agent(space, dims=2)", "glass, di")
    (13, 19)
    """
    bracket = signature.find("(") + 1
    parameters: dict[str, tuple[int, int]] = {}
    by_place: list[str] = []
    takes_place = True
    for begin, end in pieces(signature[bracket:-1]):
        text = signature[bracket + begin : bracket + end]
        name = text.strip().split("=")[0]
        parameters[name] = bracket + begin + len(text) - len(text.lstrip()), bracket + end
        if takes_place and name != "/":
            by_place.append(name)
        takes_place &= not name.startswith("*")
    *before, (begin, _) = pieces(typed)
    if (keyword := _KEYWORD.match(typed[begin:])) is not None:
        return parameters.get(keyword[1], (0, 0))
    if by_place and by_place[-1] == "*":
        by_place.pop()
    if by_place and by_place[-1].startswith("*"):
        by_place += [by_place[-1]] * len(before)
    return parameters[by_place[len(before)]] if len(before) < len(by_place) else (0, 0)
