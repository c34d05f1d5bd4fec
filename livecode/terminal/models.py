"""Completes the names of models in `space("…")` and `stream("…")`."""

import re

from livecode.transport.plain_text import plain_line

#: The kind of model that each word takes.
_KINDS = {"space": "space", "stream": "samplernn"}
_NAMING = re.compile(rf"""\b(?P<word>{"|".join(_KINDS)})\(\s*(?P<quote>["'])(?P<begun>[^"']*)$""")


def model_begun(line: str) -> tuple[str, str, str] | None:
    """Return word, quote and the beginning of a model's name, if the line ends within such a name."""
    match = _NAMING.search(line)
    return None if match is None else (match["word"], match["quote"], match["begun"])


def models_for(word: str) -> dict[str, str]:
    """Return the models that `space` or `stream` takes, and what each has learned from.

    Both are from the headers of their files.
    """
    from livecode.neural.model_file import learned_from, list_models
    from livecode.transport.messages import TEST_MODEL  # imported when asked for: no start waits

    found = list_models(_KINDS[word]).items()
    told = {name: plain_line(learned_from(path)) for name, path in found}
    return {**told, TEST_MODEL: "noise"} if word == "stream" else told
