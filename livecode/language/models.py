"""What `stream` and `space` can open by name, and what each of these models has learned from."""

import textwrap
from collections.abc import Callable
from typing import Any

from livecode.language.spaces import space
from livecode.language.streams import stream
from livecode.neural.model_file import learned_from, list_models
from livecode.neural.samplernn.config import KIND as SAMPLERNN
from livecode.neural.spaces.space import KIND as SPACE
from livecode.transport.plain_text import plain_line

#: The kind of model that each word opens.
OPENED: dict[Callable[..., Any], str] = {stream: SAMPLERNN, space: SPACE}
#: What a model has learned from is cut to so many characters.
MOST_SAID = 160


def models_opened_by(word: Callable[..., Any]) -> dict[str, str]:
    """Return the models that `stream` or `space` opens by name, and what each has learned from."""
    found = list_models(OPENED[word]).items()
    return {
        name: textwrap.shorten(plain_line(learned_from(path)), MOST_SAID, placeholder=" …")
        for name, path in found
    }
