"""What TorchScript models say of themselves in the nn~ convention, read with care: numbers and rates."""

from typing import Any

import numpy as np

from livecode.errors import LivecodeError

#: The names under which models give their sample rate: RAVE version 2, RAVE version 1, a method.
_RATES = ("sr", "sampling_rate")
_RATE_METHOD = "get_sample_rate"
#: The most samples for one latent: with more, nothing follows a hand.
MOST_RATIO = 1 << 15
MOST_CHANNELS = 64


def numbers(value: Any) -> list[float] | None:
    """Return the numbers of a tensor, a list or a number; None for anything else."""
    try:
        return [float(v) for v in np.atleast_1d(np.asarray(value, np.float64)).ravel()]
    except (TypeError, ValueError, RuntimeError):
        return None


def whole_params(params: Any) -> tuple[int, int, int, int] | None:
    """Return channels in, ratio in, channels out and ratio out, each from 1 up; None if they are not that."""
    values = numbers(params)
    if values is None or len(values) != 4 or not min(values) >= 1:
        return None
    one, two, three, four = (round(value) if np.isfinite(value) else 0 for value in values)
    return (one, two, three, four) if values == [one, two, three, four] else None


def rate_of(model: Any, path: str) -> int:
    """Return the sample rate of a model in Hz; raises LivecodeError if it does not say it."""
    found: Any = None
    for name in _RATES:
        found = found if found is not None else getattr(model, name, None)
    if found is None and hasattr(model, _RATE_METHOD):
        found = model.get_sample_rate()
    values = numbers(found)
    if values is None or len(values) != 1 or not 8_000 <= values[0] <= 192_000:
        raise LivecodeError(
            f"{path} does not say its sample rate: sr, sampling_rate or get_sample_rate()"
        )
    return round(values[0])


def shown_numbers(value: Any) -> str:
    """Return numbers as an error shows them, a few of them."""
    found = None if value is None else numbers(value)
    return "missing" if found is None else str(found[:8])


def first_line(error: BaseException) -> str:
    """Return the line of an error that says what is wrong, without TorchScript's own stack."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    own = [
        line for line in lines if not line.startswith(("File", "~", "Traceback", "The following"))
    ]
    text = next((line for line in own if "Error" in line or "Exception" in line), "")
    return (text or (own[-1] if own else type(error).__name__))[:200]
