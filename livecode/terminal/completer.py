"""Completes names: the mind's if it answers in time, else words of the text."""

import asyncio
import keyword
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from livecode.terminal.blocks import code_at_cursor
from livecode.terminal.mind_client import Completions
from livecode.terminal.models import model_begun, models_for

_WORD = re.compile(r"[^\W\d]\w*")
_ENDING_IN_NAME = re.compile(r"(?P<owner>[\w\])]\s*\.\s*)?(?P<word>(?:[^\W\d]\w*)?)$")
#: Names are offered after this many characters, attributes already after the dot.
FROM_CHARACTERS = 2
#: Nobody chooses from a longer menu.
MOST_OFFERED = 60
#: A busy mind is asked again for attributes this often, and for so long: nobody else knows them.
ASK_AGAIN_S, GIVE_UP_S = 0.1, 10.0


class MindCompleter(Completer):
    """Asks the mind for completions of the block that the cursor is in."""

    def __init__(
        self,
        ask: Callable[[str, int], Awaitable[Completions | None]],
        current: Callable[[], Document],
    ):
        """`ask(code, cursor)` gets completions from the mind, or None if it is too slow.

        `current()` is the text as it is now: nobody waits for names of a text that has changed.
        """
        self._ask = ask
        self._current = current

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield nothing: typing must not wait for the mind."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Yield the names that fit at the cursor."""
        line = document.current_line_before_cursor
        if (naming := model_begun(line)) is not None:
            kind, quote, begun = naming
            end = "" if quote in document.current_line_after_cursor else quote
            for name, learned in (await asyncio.to_thread(models_for, kind)).items():
                if name.startswith(begun) and name != begun:
                    yield Completion(name + end, -len(begun), display=name, display_meta=learned)
            return
        match = _ENDING_IN_NAME.search(line)
        assert match is not None
        word, owner = match["word"], match["owner"]
        unasked = not complete_event.completion_requested
        if unasked and (in_text(line) or (not owner and len(word) < FROM_CHARACTERS)):
            return
        found = await self._ask(*code_at_cursor(document))
        end_s = time.monotonic() + GIVE_UP_S
        while owner and found is None and self._current() == document and time.monotonic() < end_s:
            await asyncio.sleep(ASK_AGAIN_S)
            found = await self._ask(*code_at_cursor(document))
        if found is not None:
            names: Iterable[str] = found.names[:MOST_OFFERED]
            replaces = found.replaces
        elif owner:
            return  # only the mind knows its attributes
        else:
            names, replaces = words_like(word, document), len(word)
        for name in names:
            yield Completion(name, -replaces)


def words_like(word: str, document: Document) -> list[str]:
    """Return the words of the text and the keywords of Python that begin with `word`."""
    around = document.text_before_cursor[: -len(word) or None] + document.text_after_cursor
    known = {*_WORD.findall(around), *keyword.kwlist}
    return sorted(name for name in known if name.startswith(word) and name != word)[:MOST_OFFERED]


def in_text(line: str) -> bool:
    """Return whether the end of a line is in a comment or a string that begins on that line."""
    quote = ""
    for character in line:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#":
            return True
    return bool(quote)
