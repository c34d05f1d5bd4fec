"""What a performer holds of a stream beside its temperature and its `Held`, as its controls bring it."""

from typing import NamedTuple

import numpy as np

from livecode.voices.drawing import HELD
from livecode.voices.duet.answers import DuetHand
from livecode.voices.tilt.hands import TiltHand, TowardHand


class StreamHands(NamedTuple):
    """What a performer holds beside `Held`."""

    tilt: TiltHand
    toward: TowardHand
    duet: DuetHand


def hands_of(held: tuple[np.ndarray | None, ...]) -> StreamHands:
    """Return what is held of tilt, steering and duet, by the controls that come with `HELD`."""
    tilt, duet = (*held[len(HELD) :], None, None)[:2]
    duet_hand = DuetHand() if duet is None else DuetHand(*_numbers(DuetHand, duet))
    if tilt is None:
        return StreamHands(TiltHand(), TowardHand(), duet_hand)
    number, *amounts = tilt[len(TiltHand._fields) :].tolist() or [0.0]
    toward = TowardHand(number, tuple(amounts))
    return StreamHands(TiltHand(*_numbers(TiltHand, tilt)), toward, duet_hand)


def _numbers(hand: type[TiltHand] | type[DuetHand], values: np.ndarray) -> list[float]:
    """Return the numbers of a hand from the values of its control, which may have more."""
    return [float(value) for value in values[: len(hand._fields)]]
