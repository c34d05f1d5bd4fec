"""What a performer holds of a stream beside the numbers of `HELD`, read from the controls of its voice."""

from typing import NamedTuple

import numpy as np

from livecode.voices.drawing import HELD
from livecode.voices.duet.answers import DuetHand
from livecode.voices.samplernn.fullband.labelling import LabelHand
from livecode.voices.tilt.hands import TiltHand, TowardHand

#: Where the numbers of a `LabelHand` are among what is held: after those of `HELD`, tilt and duet.
LABELS = len(HELD) + 2


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


def labels_of(held: tuple[np.ndarray | None, ...], ratio: float) -> LabelHand:
    """Return what is held of labels; the beat is a line over the engine's time, times `ratio`."""
    values = held[LABELS] if len(held) > LABELS else None
    if values is None:
        return LabelHand()
    hand = LabelHand(*map(float, values[: len(LabelHand._fields) - 1]))
    return hand._replace(since=hand.since * ratio) if hand.goes_on else hand
