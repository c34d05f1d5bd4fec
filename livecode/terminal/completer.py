"""What could be typed next: from the mind if it answers in time, else from the text itself."""

import asyncio
import keyword
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from livecode.terminal.blocks import code_at_cursor
from livecode.terminal.mind_client import Completions
from livecode.terminal.models import model_begun, models_for

_WORD = re.compile(r"[^\W\d]\w*")
_ENDING_IN_NAME = re.compile(r"(?P<owner>[\w\])]\s*\.\s*)?(?P<word>(?:[^\W\d]\w*)?)$")
#: Names are offered from this many characters on, attributes from the dot on.
FROM_CHARACTERS = 2
#: More than this is nothing to choose from.
MOST_OFFERED = 60


class MindCompleter(Completer):
    """Asks the mind about the block that the cursor is in."""

    def __init__(self, ask: Callable[[str, int], Awaitable[Completions | None]]):
        self._ask = ask

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Nothing without waiting: typing never waits."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Names for the place of the cursor."""
        line = document.current_line_before_cursor
        if (naming := model_begun(line)) is not None:
            kind, begun = naming
            for name in await asyncio.to_thread(models_for, kind):
                if name.startswith(begun) and name != begun:
                    yield Completion(name, -len(begun))
            return
        match = _ENDING_IN_NAME.search(line)
        assert match is not None
        word, owner = match["word"], match["owner"]
        unasked = not complete_event.completion_requested
        if unasked and (in_text(line) or (not owner and len(word) < FROM_CHARACTERS)):
            return
        found = await self._ask(*code_at_cursor(document))
        if found is not None:
            names: Iterable[str] = found.names[:MOST_OFFERED]
            replaces = found.replaces
        elif owner:
            return  # only the mind knows what that has
        else:
            names, replaces = words_like(word, document), len(word)
        for name in names:
            yield Completion(name, -replaces)


def words_like(word: str, document: Document) -> list[str]:
    """Words of the text, and of Python, that go on from `word`."""
    around = document.text_before_cursor[: -len(word) or None] + document.text_after_cursor
    known = {*_WORD.findall(around), *keyword.kwlist}
    return sorted(name for name in known if name.startswith(word) and name != word)[:MOST_OFFERED]


def in_text(line: str) -> bool:
    """Whether the end of the line is in a comment or a string that begins in it."""
    quote = ""
    for character in line:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#":
            return True
    return bool(quote)
