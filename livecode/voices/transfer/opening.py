"""Which voice plays a timbre transfer: by a space of ours, or by a TorchScript model."""

from collections.abc import Sequence

from livecode.errors import LivecodeError
from livecode.neural.spaces.described import DescribedSpace
from livecode.neural.spaces.load import load_space
from livecode.neural.torchscript.trust import is_torchscript
from livecode.transport import TapBuffer
from livecode.transport.messages import TransferSource
from livecode.voices.transfer.model import ModelTransfer
from livecode.voices.transfer.space import SpaceTransfer
from livecode.voices.transfer.voice import TransferVoice


def open_transfer(
    source: TransferSource, sample_rate: int, taps: Sequence[TapBuffer]
) -> TransferVoice:
    """Return the voice of a transfer.

    Raises LivecodeError if its model cannot be played, or takes no sound.
    """
    if is_torchscript(source.model):
        return ModelTransfer(source, sample_rate, taps)
    space = load_space(source.model)
    if isinstance(space, DescribedSpace):
        raise LivecodeError(f"{source.model} has no encoder, so nothing goes through it")
    return SpaceTransfer(space, sample_rate, taps, source.seed)
