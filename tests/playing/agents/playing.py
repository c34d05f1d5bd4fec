"""What the tests of agents that play have in common."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from livecode import Session
from livecode.neural.model_file import read_model, write_model

EGO = "ego = agent(space('additive'), dims=2, every=50*ms)"


def where(session: Session, name: str = "ego") -> np.ndarray:
    return np.array(session.get(name).position)


def said(session: Session) -> list[str]:
    return [str(event) for event in session.log if event.kind in ("fallback", "note")]


def tell(session: Session, code: str) -> None:
    result = session.eval(code)
    assert result.ok, result.error


def knows(session: Session, name: str = "ego") -> np.ndarray:
    return session.get(name).player.learner.first.mean


def a_space(name: str, latent: int, folder: Path) -> Path:
    """The shipped space, cut to fewer dimensions."""
    shipped = Path(__file__).parents[3] / "models" / "additive"
    meta, tensors = read_model(next(shipped.glob("*.safetensors")))
    names = meta.config["axis_names"][:latent]
    config = {**meta.config, "latent": latent, "axis_names": names}
    cut = {"axes": tensors["axes"][:latent]}
    for layer in ("decoder.body.0.weight", "decoder.skip.weight"):
        cut[layer] = tensors[layer][:, :latent]
    for layer in ("encoder.4.weight", "encoder.4.bias"):
        cut[layer] = tensors[layer][: 2 * latent]
    out = folder / f"{name}.safetensors"
    write_model(out, {**tensors, **cut}, replace(meta, config=config))
    return out


def taught(session: Session) -> None:
    tell(session, "ego.like()\nego.like_here()")
    session.advance(0.5)
