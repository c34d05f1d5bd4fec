"""Tokens and open brackets of Python that may be unfinished, as it is while it is being typed."""

import io
import re
import tokenize
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
#: Tokens that only divide the code into lines.
_BLANK = frozenset({
    tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
})  # fmt: skip
_QUOTE = re.compile(r"[A-Za-z]{0,2}('''|\"\"\"|'|\")")
#: Characters that no tokenizer takes outside of strings and comments; one name character each is harmless.
_NO_PYTHON = re.compile(r"[^\x01-\x7f\w]|[$?`]")


@dataclass(frozen=True)
class Token:
    """A token, from offset `begin` up to `end` of the code."""

    text: str
    begin: int
    end: int
    unfinished: bool = False  # a string that nothing ends

    @property
    def is_comment(self) -> bool:
        """Whether it is a comment."""
        return self.text.startswith("#")


@dataclass
class OpenBracket:
    """A bracket that nothing closes, and the commas that stand directly in it."""

    text: str
    at: int  # offset in the code
    commas: list[int] = field(default_factory=list)


def tokens(code: str) -> Iterator[Token]:
    """The tokens of the code, comments included, in order; what is no Python in it is passed over.

    A string without an end goes to the end of its line, or of the code if it has three quotes.
    """
    code = _NO_PYTHON.sub("_", code)
    begin = 0
    while begin < len(code):
        begin = yield from _tokens_from(code, begin)


def follow(opened: list[OpenBracket], token: Token) -> None:
    """Bring the list of open brackets, the innermost last, up to date with the next token."""
    if token.text in OPENING:
        opened.append(OpenBracket(token.text, token.begin))
    elif token.text in CLOSING and opened:
        opened.pop()
    elif token.text == "," and opened:
        opened[-1].commas.append(token.begin)


def open_brackets(code: str) -> list[OpenBracket]:
    """The brackets that are open at the end of the code, the innermost last."""
    opened: list[OpenBracket] = []
    for token in tokens(code):
        follow(opened, token)
    return opened


def pieces(code: str) -> list[tuple[int, int]]:
    """(begin, end) of what stands between the commas that are in no bracket.

    >>> pieces("1, f(2, 3)")
    [(0, 1), (2, 10)]
    """
    whole = OpenBracket("", -1)
    opened = [whole]
    for token in tokens(code):
        if token.text not in CLOSING or len(opened) > 1:
            follow(opened, token)
    return list(zip([0, *(at + 1 for at in whole.commas)], [*whole.commas, len(code)], strict=True))


def _tokens_from(code: str, first: int) -> Generator[Token, None, int]:
    """Yield the tokens from `first` on up to what is no Python; return the offset to go on from."""
    rest = code[first:]
    line_begins = [0, *(match.end() for match in re.finditer("\n", rest))]

    def offset(place: tuple[int, int]) -> int:
        row, column = place
        return line_begins[row - 1] + column - (row == 1)  # the first line has our bracket

    depth, read, formatted = 0, 0, []
    try:
        # Within a bracket of our own, ends of lines and indentation mean nothing.
        for each in tokenize.generate_tokens(io.StringIO(f"({rest}").readline):
            begin, end = offset(each.start), offset(each.end)
            kind = tokenize.tok_name[each.type]
            if begin < 0 or each.type in _BLANK:
                continue
            if kind == "ERRORTOKEN":
                if each.string.isspace():
                    continue
                break
            if kind in ("FSTRING_START", "TSTRING_START"):
                formatted.append(begin)
            elif kind in ("FSTRING_END", "TSTRING_END"):
                begin = formatted.pop()
            if formatted:
                continue
            yield Token(rest[begin:end], first + begin, first + end)
            read = end
            depth += (each.string in OPENING) - (each.string in CLOSING)
            if depth < 0:  # it has closed our own
                return first + end
    except (tokenize.TokenError, SyntaxError):
        pass
    at = formatted[0] if formatted else read + len(rest[read:]) - len(rest[read:].lstrip())
    if (quote := _QUOTE.match(rest, at)) is not None:
        end = len(rest) if len(quote[1]) == 3 else (rest + "\n").index("\n", at)
        yield Token(rest[at:end], first + at, first + end, unfinished=True)
        return first + end
    if rest[at : at + 1] in OPENING | CLOSING:
        yield Token(rest[at], first + at, first + at + 1)
    return first + at + 1
