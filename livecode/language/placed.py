"""What is heard at a place in a space: how alive and how wide it is."""

from typing import Protocol

from livecode.errors import LivecodeError
from livecode.language.sources import Sounding, automatable
from livecode.language.things import Player
from livecode.language.values import Value


class Inhabited(Protocol):
    """A space, as far as it says what its places can be."""

    @property
    def model(self) -> str:
        """The name or path of the model."""

    @property
    def moves(self) -> bool:
        """Whether each place moves by itself, and is wide by itself."""

    @property
    def lives(self) -> bool:
        """Whether a place can sound alive."""

    @property
    def widens(self) -> bool:
        """Whether a place can sound wider than it is."""


class PlaysPlaced(Player, Protocol):
    """Plays a thing in a space."""

    @property
    def texture(self) -> float | Value | None:
        """The texture as the thing described it when the player followed it last."""

    @property
    def width(self) -> float | Value | None:
        """The width as the thing described it when the player followed it last."""


class Placed(Sounding):
    """A thing that is heard at a place in a space."""

    player: PlaysPlaced | None

    texture = automatable(
        0.0,
        0,
        2,
        "how alive a held place sounds: 0 is still, 1 moves as the sounds that the space was "
        "trained on, 2 twice as much; `ramp(0, 1, over=8*s)` wakes it",
    )

    width = automatable(
        0.0,
        0,
        1,
        "how wide it sounds: at 0 all is in the middle, at 1 each partial has its place between left and "
        "right and noise surrounds, while the bass stays in the middle; `sine(0, 1, period=8*bars)` breathes",
    )

    @property
    def textured(self) -> bool:
        """Whether the thing is to have a texture."""
        return isinstance(self.texture, Value) or self.texture > 0

    def check(self) -> None:
        """Raise LivecodeError if the thing is to have a texture or a width and its space has none.

        A thing that plays with one already may still go to such a space.
        """
        space: Inhabited = self.settings["space"]
        had = self.player is not None and self.player.texture is self.texture
        if self.textured and not had and space.moves:
            raise LivecodeError(
                f"every place of {space.model} moves by itself, so {self}.texture stays 0"
            )
        if self.textured and not had and not space.lives:
            raise LivecodeError(
                f"{space.model} has no texture, so {self}.texture stays 0: spaces learn one from "
                "recordings, by `livecode train space` with --texture-only"
            )
        wide = isinstance(self.width, Value) or self.width > 0
        had = self.player is not None and self.player.width is self.width
        if wide and not had and not space.widens:
            why = (
                "each place of it is wide by itself"
                if space.moves
                else "it has no partials to spread"
            )
            raise LivecodeError(f"{self}.width stays 0 in {space.model}: {why}")
