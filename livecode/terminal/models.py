"""Completes the names of models in `space("…")` and `stream("…")`."""

import re

#: The kind of model that each word takes.
_KINDS = {"space": "space", "stream": "samplernn"}
_NAMING = re.compile(rf"""\b(?P<word>{"|".join(_KINDS)})\(\s*(?P<quote>["'])(?P<begun>[^"']*)$""")


def model_begun(line: str) -> tuple[str, str, str] | None:
    """Return word, quote and the beginning of a model's name, if the line ends within such a name."""
    match = _NAMING.search(line)
    return None if match is None else (match["word"], match["quote"], match["begun"])


def models_for(word: str) -> list[str]:
    """Return the names of the models that `space` or `stream` takes, from the headers of their files."""
    from livecode.neural.model_file import described, list_models
    from livecode.transport.messages import TEST_MODEL  # imported when asked for: no start waits

    found = [name for name, path in list_models().items() if described(path)[0] == _KINDS[word]]
    return [*found, TEST_MODEL] if word == "stream" else found
