"""Colours for Python in the editor, which come a moment after the text."""

from collections.abc import Callable, Hashable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer, PygmentsLexer, SimpleLexer
from prompt_toolkit.lexers.pygments import RegexSync

#: Lines at which highlighting can begin: what stands above is not read again at each key.
_SYNC = RegexSync(r"^(?:@|def |class |# ?%%|\w[\w.]*\s*=)")


class Highlighting(Lexer):
    """Plain until `load` was called: building the lexer would hold up the first screen."""

    def __init__(self) -> None:
        self._lexer: Lexer = SimpleLexer()

    def load(self) -> None:
        """Get the lexer; takes a tenth of a second or so, in any thread."""
        from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

        self._lexer = PygmentsLexer(PythonLexer, sync_from_start=False, syntax_sync=_SYNC)

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """A function from line numbers to styled text."""
        return self._lexer.lex_document(document)

    def invalidation_hash(self) -> Hashable:
        """Changes when the lexer does."""
        return id(self._lexer)
