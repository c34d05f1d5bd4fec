"""Live-coding neural sound: `Session` plays offline, `load_model` opens models, `pattern` reads rhythms."""

from typing import Any

__version__ = "0.1.0"

__all__ = ["LivecodeError", "Session", "load_model", "pattern"]

from livecode.errors import LivecodeError


def __getattr__(name: str) -> Any:
    # Imported when asked for: `Session` brings pyo, which most processes of a performance must not.
    if name == "Session":
        from livecode.offline.session import Session

        return Session
    if name == "load_model":
        from livecode.neural.load import load_model

        return load_model
    if name == "pattern":
        from livecode.language.patterns.word import pattern

        return pattern
    raise AttributeError(f"module 'livecode' has no attribute {name!r}")
