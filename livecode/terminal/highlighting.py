"""Colours the Python in the editor, a moment after the text is there."""

from collections.abc import Callable, Hashable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer, PygmentsLexer, SimpleLexer
from prompt_toolkit.lexers.pygments import RegexSync

#: Lines at which highlighting can begin. The text above them is not read again at each key.
_SYNC = RegexSync(r"^(?:@|def |class |# ?%%|\w[\w.]*\s*=)")


class Highlighting(Lexer):
    """A lexer that shows plain text until `load` has been called.

    Building the real lexer would hold up the first screen.
    """

    def __init__(self) -> None:
        self._lexer: Lexer = SimpleLexer()

    def load(self) -> None:
        """Build the lexer, in any thread; takes about a tenth of a second."""
        from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

        self._lexer = PygmentsLexer(PythonLexer, sync_from_start=False, syntax_sync=_SYNC)

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """Return a function from line numbers to styled text."""
        return self._lexer.lex_document(document)

    def invalidation_hash(self) -> Hashable:
        """Return a value that changes when the lexer changes."""
        return id(self._lexer)
