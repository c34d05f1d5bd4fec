"""Spaces: what there is to explore; `agents` are the ones who do."""

from livecode.errors import LivecodeError
from livecode.language.things import Thing
from livecode.neural import space as neural
from livecode.neural.foreign import describe, find_foreign
from livecode.neural.load import load_model


class Space(Thing):
    """A latent sound space: every position in it is a sound. `agent(glass)` lets one be heard."""

    kind = "space"

    def __init__(self, model: str, trust: bool = False):
        super().__init__()
        if (path := find_foreign(model)) is not None:
            self.settings["model"], self.settings["loaded"] = str(path), describe(path, trust)
            return
        loaded = load_model(model)
        if not isinstance(loaded, neural.Space):
            raise LivecodeError(f"{model!r} is not a space; `livecode models` lists what there is")
        self.settings["model"] = model
        self.settings["loaded"] = loaded

    @property
    def model(self) -> str:
        """The model's name or path."""
        return self.settings["model"]

    @property
    def latent(self) -> int:
        """How many dimensions it has."""
        return self.settings["loaded"].latent

    def __repr__(self) -> str:
        return f"space({self.model!r}), {self.latent} dimensions"


def space(model: str, trust: bool = False) -> Space:
    """Open a latent sound space: `glass = space("additive")`. It is silent until something moves in it.

    `space("rave.ts", trust=True)` opens a TorchScript model in the nn~ convention, which is a program
    too: `trust` says once, for that very file, that it may run.
    """
    return Space(model, trust)
