"""What a performance says when it happens."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """Something that happened at a sample time: error, swap, fallback, scene, note."""

    frame: int
    kind: str
    text: str
    traceback: str | None = field(default=None, repr=False)
