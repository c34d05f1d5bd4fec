"""Draws a stretch of time as a line of little blocks."""

import math
from collections.abc import Callable

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(height: Callable[[float], float | None], stretch_s: float, width: int = 24) -> str:
    """Draw a height over seconds as `▁▂▄▆█ 0 … 1`; "" if a height is unknown or not finite."""
    heights = [height(stretch_s * index / (width - 1)) for index in range(width)]
    known = [each for each in heights if each is not None and math.isfinite(each)]
    if len(known) < width:
        return ""
    low, high = min(known), max(known)
    if not math.isfinite(high - low):
        return ""
    scale = (len(BLOCKS) - 1) / (high - low) if high > low else 0.0
    line = "".join(BLOCKS[min(round((each - low) * scale), len(BLOCKS) - 1)] for each in known)
    return f"{line} {low:.3g} … {high:.3g}"
