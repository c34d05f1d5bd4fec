"""What is said of code that is no Python: a line in a language that others play, as it is written here."""

import re

#: A line of TidalCycles, `d1 $ sound "bd*4"`, or of Strudel, `$: s("bd*4")`.
_DOLLAR = re.compile(r"\s*(?P<name>[^\W\d]\w*)?\s*(?P<dollar>\$):?(?P<rest>.*)")
_SOUNDS = re.compile(r"""\b(?:sound|s)\b[\s(]*["'`](?P<text>[^"'`]*)["'`]""")
_NOTES = re.compile(r"""\b(?:note|n|up)\b[\s(]*["'`](?P<text>[^"'`]*)["'`]""")
#: A longer pattern, in characters, is not written out.
_LONGEST = 60


def no_python(error: SyntaxError) -> str:
    """Return what is wrong with code that is no Python, in one sentence without its line."""
    dollar = _DOLLAR.match(error.text or "")
    if dollar is None:
        vague = error.msg == "invalid syntax" and error.offset
        return f"{error.msg} (column {error.offset})" if vague else error.msg
    name = dollar["name"] or "d1"
    sounds, notes = _SOUNDS.search(dollar["rest"]), _NOTES.search(dollar["rest"])
    if notes is not None and (sounds is None or notes.start() < sounds.start()):
        here = f'{name} = notes("{_short(notes["text"], "0 3 5")}", "pluck")'
    else:
        here = f'{name} = hits("{_short(sounds["text"] if sounds else "", "bd*4")}")'
    column = dollar.start("dollar") + 1
    return f"there is no $ here (column {column}); a name plays a pattern, as {here}"


def _short(pattern: str, plain: str) -> str:
    """Return a pattern, or a plain one if there is none or a long one."""
    return pattern if 0 < len(pattern) <= _LONGEST else plain
