"""The moves of a timbre transfer as a space, so that an agent can explore them."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.language.spaces import Space
from livecode.language.things import Thing
from livecode.language.transfers import Transfer

#: Positions 0 to 1 are moves of ±REACH standard deviations; in the middle nothing is moved.
REACH = 2.0


class OffsetSpace(Space):
    """How the latents of a transfer are moved: `agent(voice, dims=2)` walks in it, and voice sounds so.

    A latent that is the pitch is left out, so that all stays in tune.
    """

    kind = "space"
    told: ClassVar[tuple[str, ...]] = ()

    def __init__(self, of: Transfer):
        Thing.__init__(self)
        self.settings["of"] = of

    @property
    def of(self) -> Transfer:
        """The transfer whose latents are moved."""
        transfer: Transfer = self.settings["of"]
        return transfer

    @property
    def model(self) -> str:
        """How the space is written: by the name of the transfer."""
        return str(self.of)

    @property
    def version(self) -> str:
        """Nothing: there is no file of its own."""
        return ""

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the latents that are moved."""
        names = self.of.space.axes
        return tuple(names[index] for index in self.of.timbre)

    @property
    def latent(self) -> int:
        """The number of latents that are moved."""
        return len(self.of.timbre)

    def offsets(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by how many standard deviations a place (latent,) in [0, 1] moves each latent.

        The transfer may have got another space since, of more or fewer latents.
        """
        moved = np.zeros(len(self.of))
        which = self.of.timbre[: len(place)]
        moved[list(which)] = REACH * (2 * place[: len(which)] - 1)
        return moved

    @property
    def lives(self) -> bool:
        """Whether the space has a texture: what comes in is alive."""
        return False

    @property
    def widens(self) -> bool:
        """Whether a place can sound wider than it is: what comes in is as wide as it is."""
        return False

    def pitched(self) -> Space:
        """Raise LivecodeError: the pitch is that of what goes through."""
        raise LivecodeError(
            f"{self.model} sounds at the pitch of {self.of.hears}, so it has no key"
        )

    def _known(self) -> Any:
        raise LivecodeError(f"{self.model} is moved, and has no sounds to find")

    def __repr__(self) -> str:
        return f"moves of {self.model}, {self.latent} dimensions"


def moves_of(transfer: Transfer) -> OffsetSpace:
    """Return the space of the moves of a transfer.

    Raises LivecodeError if it has no name yet, or no latents.
    """
    if transfer.name is None:
        raise LivecodeError(
            "give the transfer a name first: voice = orchestra.through(mic()), then agent(voice)"
        )
    if not transfer.timbre:
        raise LivecodeError(f"{transfer} has no latents that an agent could move")
    return OffsetSpace(transfer)
