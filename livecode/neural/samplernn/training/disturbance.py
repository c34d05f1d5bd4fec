"""What a SampleRNN in training reads in the place of its sound: a little off, so that it finds back."""

from dataclasses import dataclass

import torch
from torch import Tensor

from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.quantise import dequantised, quantised
from livecode.neural.samplernn.training.ranks import Ranks

CLEAN = 0.25  # of the streams, on average, are read without noise
#: The spread of the noise is the setting's times u² / (1 - TAIL u), u even in 0 to 1: half of the
#: streams have half of it or less, one in twenty ten times as much or more.
TAIL = 0.96
DOUBLINGS = (-3.0, 0.7)  # of amplitude where the level is off: -18 to 4 dB, evenly in dB


@dataclass(frozen=True)
class Disturbance:
    """By how much what is read is off; what is to be predicted is not.

    What a net draws is never quite like what it was trained on.  One that has read only clean sound
    goes astray on that.  One that has read noisy sound finds its way back, even from far away; and
    one that has read sound at a wrong level comes back to the right one.
    """

    noise: float = 0.0  # levels; 0: none
    level: float = 0.0  # the share of streams, on average, whose level is off

    def read(
        self, codes: Tensor, config: SampleRNNConfig, random: torch.Generator, ranks: Ranks
    ) -> Tensor | None:
        """What the codes (batch, n) are read as, within the same levels; None: as they are.

        They are this process' streams, of so many in every process; `random` is the same in all.
        """
        if not (self.noise or self.level):
            return None
        streams, mine = len(codes) * ranks.world, ranks.share(len(codes) * ranks.world)
        u = torch.rand(streams, 1, generator=random)
        spread = self.noise * u**2 / (1 - TAIL * u)
        spread *= torch.rand(streams, 1, generator=random) >= CLEAN
        noise = torch.round(spread * torch.randn(streams, codes.shape[1], generator=random))
        off = codes
        if self.level:
            doublings = torch.empty(streams, 1).uniform_(*DOUBLINGS, generator=random)
            wrong = torch.rand(streams, 1, generator=random) < self.level
            gains = torch.where(wrong, 2**doublings, torch.ones(()))[mine].numpy()
            audio = dequantised(codes.numpy(), config.levels, config.quantiser) * gains
            off = torch.from_numpy(quantised(audio, config.levels, config.quantiser))
        return (off + noise[mine].to(codes.dtype)).clamp_(0, config.levels - 1)
