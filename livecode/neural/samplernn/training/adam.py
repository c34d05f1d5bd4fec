"""Adam on a net, the running mean of the weights that it finds, and both as tensors of a checkpoint."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

#: Of every parameter; the learned states take a step only where clips begin.
MOMENTS = {"mean": "exp_avg", "square": "exp_avg_sq", "step": "step"}
BETAS = (0.9, 0.99)
WARM_UP = 100  # steps
CLIP = 1.0  # norm of the gradient
AVERAGE = 0.998  # of the weights' running mean that a step keeps: some 500 steps


class AveragedAdam:
    """Adam with a warm-up, a clipped gradient and a running mean of the weights.

    The mean is as good as weights whose learning rate has come down (Polyak and Juditsky 1992).
    """

    def __init__(self, net: nn.Module, rate: float):
        self._net = net
        self._adam = torch.optim.Adam(net.parameters(), rate, betas=BETAS, fused=True)
        self._mean = [p.detach().clone() for p in net.parameters()]

    def begin(self, rate: float, step: int) -> None:
        """Clear the gradients before a step; `rate` is the learning rate after the warm-up."""
        for group in self._adam.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / WARM_UP)
        self._adam.zero_grad()

    def step(self, done: int) -> None:
        """Move the weights along the gradients, and their mean after them; `done` counts this step."""
        torch.nn.utils.clip_grad_norm_(self._net.parameters(), CLIP)
        self._adam.step()
        kept = min(AVERAGE, done / (done + 10))
        weights = [p.detach() for p in self._net.parameters()]
        torch._foreach_lerp_(self._mean, weights, 1 - kept)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the net the running mean of its weights, which is what is kept of it, for a while."""
        own_weights = [p.data for p in self._net.parameters()]
        try:
            for p, mean in zip(self._net.parameters(), self._mean, strict=True):
                p.data = mean
            yield
        finally:
            for p, weight in zip(self._net.parameters(), own_weights, strict=True):
                p.data = weight

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return weights, their means and their moments, by name."""
        tensors = {}
        for (name, parameter), mean in zip(self._net.named_parameters(), self._mean, strict=True):
            tensors[f"model.{name}"] = parameter.detach().numpy()
            tensors[f"mean.{name}"] = mean.numpy()
            for short, long in MOMENTS.items():
                if parameter in self._adam.state:
                    tensors[f"adam.{short}.{name}"] = self._adam.state[parameter][long].numpy()
        return tensors

    def restore(self, tensors: Mapping[str, NDArray[np.float32]], done: int) -> None:
        """Take weights, means and moments back, exactly; `done` is the number of steps made."""
        with torch.no_grad():
            for i, (name, parameter) in enumerate(self._net.named_parameters()):
                self._mean[i] = own(tensors.get(f"mean.{name}", tensors[f"model.{name}"]))
                parameter.copy_(own(tensors[f"model.{name}"]))
                moments = {
                    long: own(tensors[f"adam.{short}.{name}"])
                    for short, long in MOMENTS.items()
                    if f"adam.{short}.{name}" in tensors
                }
                if moments:
                    self._adam.state[parameter] = {"step": torch.tensor(float(done))} | moments


def own(array: NDArray[np.float32]) -> Tensor:
    """Return the array in torch's own memory: its alignment is part of what makes sums repeatable."""
    return torch.from_numpy(np.array(array, order="C")).clone()
