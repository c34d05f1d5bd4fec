"""One training in several processes (torchrun): equal shares of the streams, one set of weights."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed

from livecode.errors import LivecodeError


@dataclass(frozen=True)
class Ranks:
    """This process among those that train together; alone, everything here does nothing."""

    rank: int = 0
    world: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and shows the progress."""
        return self.rank == 0

    def share(self, streams: int) -> slice:
        """This process's part of the streams; raises LivecodeError unless all get as many."""
        if streams % self.world:
            raise LivecodeError(
                f"--batch {streams} cannot be shared evenly by {self.world} processes: "
                "give a multiple"
            )
        size = streams // self.world
        return slice(self.rank * size, (self.rank + 1) * size)

    def average(self, parameters: Iterable[Tensor], loss: float) -> float:
        """Averages the gradients over all processes, in place, and returns the mean loss."""
        if self.world == 1:
            return loss
        grads = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([*(grad.flatten() for grad in grads), torch.tensor([loss])])
        distributed.all_reduce(flat)
        flat /= self.world
        sizes = [grad.numel() for grad in grads]
        for grad, mean in zip(grads, flat[:-1].split(sizes), strict=True):
            grad.copy_(mean.view_as(grad))
        return float(flat[-1])

    def agreed(self, *values: float) -> list[float]:
        """What the leading process says: clocks and Ctrl-C are its own."""
        if self.world == 1:
            return list(values)
        said = torch.tensor(values, dtype=torch.float64)
        distributed.broadcast(said, 0)
        return said.tolist()

    def gathered(self, state: Tensor, dim: int) -> Tensor:
        """The parts of all processes, joined along `dim`."""
        if self.world == 1:
            return state
        parts = [torch.empty_like(state) for _ in range(self.world)]
        distributed.all_gather(parts, state.contiguous())
        return torch.cat(parts, dim)


@contextmanager
def joined() -> Iterator[Ranks]:
    """Joins the processes that torchrun started; without it, one that is alone."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield Ranks()
        return
    distributed.init_process_group("gloo")
    try:
        yield Ranks(distributed.get_rank(), world)
    finally:
        distributed.destroy_process_group()
