"""TorchScript models in the nn~ convention; this runs their code, so never in the mind or the engine."""

import io
import json
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import shown
from livecode.neural.audio.fold import Fold
from livecode.neural.audio.sound_file import LOUDEST, finite
from livecode.neural.torchscript.attributes import Attributes
from livecode.neural.torchscript.convention import (
    MOST_CHANNELS,
    MOST_RATIO,
    first_line,
    rate_of,
    shown_numbers,
    whole_params,
)
from livecode.neural.torchscript.trust import Description, Program, read_program

Floats = NDArray[np.float32]
#: Samples that a model without latents takes at once.
PIECE = 2048


class TorchScriptModel:
    """Turns latents to sound in chunks, and sound to latents; the model's buffers hold its state.

    The convention: for each method a buffer `<method>_params` of four whole numbers (channels in,
    ratio in, channels out, ratio out). `decode` maps float (batch, latents, time) to sound, `encode`
    sound to latents, `forward` sound to sound. What `get_attributes` lists can be set.
    """

    def __init__(self, file: Path | Program):
        """Open a file, read or to be read, which runs the code in it.

        Raises `LivecodeError` if it is not such a model, or neither decodes nor goes forward.
        """
        import torch

        program = read_program(file)
        self._torch, self._path = torch, shown(program.path)
        self._fold = Fold()
        #: In full scales: what has gone beyond ±4 is brought down by this, and stays so. Else 1.
        self.peak = 1.0
        torch.set_num_threads(1)
        try:
            # TorchScript is deprecated, which does not concern the performer
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                self._model: Any = torch.jit.load(
                    io.BytesIO(program.content), map_location="cpu"
                ).eval()
        except (RuntimeError, ValueError, OSError) as error:
            raise LivecodeError(
                f"{self._path} is not a TorchScript model ({first_line(error)}): choose another file"
            ) from None
        self.attributes = Attributes(self._model)
        self.description = about = self._described()
        self._fresh = [buffer.clone() for _, buffer in self._model.named_buffers()]
        if about.latent:
            self._try()
        hears, deaf = self._hearing()
        self.description = Description(
            about.latent, about.ratio, about.channels, about.sample_rate,
            hears, deaf, self.attributes.defaults,
        )  # fmt: skip

    def decode(self, latents: Floats, seed: int) -> Floats:
        """Decode latents (channels, time) to sound (time·ratio,), mixed to one channel.

        What the model draws at random depends on `seed` alone.
        """
        return self._fold.one_channel(self.decode_channels(latents, seed))

    def decode_channels(self, latents: Floats, seed: int) -> Floats:
        """Decode latents (channels, time) to sound (time·ratio, channels), as `decode` does."""
        torch = self._torch
        torch.manual_seed(seed)
        with torch.inference_mode():
            sound = self._model.decode(torch.from_numpy(np.ascontiguousarray(latents))[None])
        return self._bounded(sound)

    def encode(self, sound: Floats) -> Floats:
        """Encode sound (n, channels), n a multiple of the ratio, to latents (latent, n / ratio)."""
        with self._torch.inference_mode():
            latents = self._model.encode(self._batch(sound))
        found, _ = finite(np.asarray(latents[0].numpy(), np.float32))
        return found

    def forward(self, sound: Floats, seed: int) -> Floats:
        """Send sound (n, channels) through a model without latents; returns (n, channels)."""
        self._torch.manual_seed(seed)
        with self._torch.inference_mode():
            made = self._model.forward(self._batch(sound))
        return self._bounded(made)

    def reset(self) -> None:
        """Set every buffer to its value in the file, so that the model forgets what it has played."""
        self._fold, self.peak = Fold(), 1.0
        with self._torch.no_grad():
            for (_, buffer), fresh in zip(self._model.named_buffers(), self._fresh, strict=True):
                buffer.copy_(fresh)

    def _batch(self, sound: Floats) -> Any:
        return self._torch.from_numpy(np.ascontiguousarray(sound.T))[None]

    def _bounded(self, sound: Any) -> Floats:
        """Return sound (1, channels, n) as finite samples (n, channels), none far beyond full scale."""
        decoded, _ = finite(np.asarray(sound[0].T.numpy(), np.float32))
        peak = float(np.abs(decoded).max(initial=0.0))
        if peak > LOUDEST:
            self.peak = max(self.peak, peak)
        return np.asarray(decoded / np.float32(self.peak), np.float32)

    def _described(self) -> Description:
        if not hasattr(self._model, "decode"):
            return self._described_forward()
        params = getattr(self._model, "decode_params", None)
        values = whole_params(params)
        if values is None:
            raise LivecodeError(
                f"{self._path} does not say what its decode takes: decode_params must be four "
                f"whole numbers, channels and ratio in, channels and ratio out, not {shown_numbers(params)}"
            )
        channels_in, ratio_in, channels_out, ratio_out = values
        ratio = ratio_in // ratio_out
        most = max(channels_in, channels_out)
        if ratio_in % ratio_out or ratio > MOST_RATIO or most > MOST_CHANNELS:
            raise LivecodeError(
                f"{self._path} says decode_params {list(values)}, which cannot be played: "
                f"at most {MOST_CHANNELS} channels, and one latent for 1 to {MOST_RATIO} samples"
            )
        return Description(channels_in, ratio, channels_out, rate_of(self._model, self._path))

    def _described_forward(self) -> Description:
        values = whole_params(getattr(self._model, "forward_params", None))
        if values is None or not hasattr(self._model, "forward"):
            raise LivecodeError(f"{self._path} has no method decode, so it cannot be played")
        channels_in, ratio_in, channels_out, ratio_out = values
        if ratio_in != ratio_out or max(channels_in, channels_out) > MOST_CHANNELS:
            raise LivecodeError(
                f"{self._path} says forward_params {list(values)}, which cannot be played: at most "
                f"{MOST_CHANNELS} channels, and as many samples out as in"
            )
        return Description(0, PIECE, channels_out, rate_of(self._model, self._path))

    def _hearing(self) -> tuple[int, str]:
        """Return how many channels of sound the model takes, and why if it takes none."""
        about = self.description
        method = "encode" if about.latent else "forward"
        values = whole_params(getattr(self._model, f"{method}_params", None))
        if values is None or not hasattr(self._model, method):
            return 0, f"has no method {method}"
        hears, out = values[0], values[2]
        wanted = (about.latent, about.ratio) if about.latent else (about.channels, 1)
        if (
            values[3] % values[1]
            or (out, values[3] // values[1]) != wanted
            or hears > MOST_CHANNELS
        ):
            return 0, f"says {method}_params {list(values)}, which do not fit its decode_params"
        silence = np.zeros((2 * about.ratio, hears), np.float32)
        shape = (about.latent, 2) if about.latent else (2 * about.ratio, about.channels)
        try:
            made = self.encode(silence) if about.latent else self.forward(silence, 0)
        except Exception as error:  # the model's code may raise anything
            return 0, f"fails when it hears something ({first_line(error)})"
        finally:
            self.reset()
        if made.shape != shape:
            return 0, f"makes {made.shape} of sound where its {method}_params promise {shape}"
        return hears, ""

    def _try(self) -> None:
        """Decode a moment of silence, and check the shape of the result."""
        about = self.description
        try:
            with self._torch.inference_mode():
                sound = self._model.decode(self._torch.zeros(1, about.latent, 2))
        except Exception as error:  # the model's code may raise anything
            raise LivecodeError(
                f"{self._path} fails when it decodes ({first_line(error)}): it cannot be played"
            ) from None
        wanted = (1, about.channels, 2 * about.ratio)
        if not hasattr(sound, "shape") or tuple(sound.shape) != wanted:
            shape = tuple(getattr(sound, "shape", ()))
            raise LivecodeError(
                f"{self._path} decodes to shape {shape}, but its decode_params promise {wanted}"
            )
        self.reset()


def main() -> int:
    """Print the description of the model on stdin as JSON, or why it cannot be played.

    The model runs in this process, which is one of its own. The argument is the file's path.
    """
    try:
        program = Program(Path(sys.argv[1]), sys.stdin.buffer.read())
        answer: dict[str, Any] = asdict(TorchScriptModel(program).description)
    except LivecodeError as error:
        answer = {"error": str(error)}
    except ImportError:
        answer = {"error": "TorchScript models need PyTorch: pip install 'livecode[train]'"}
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
