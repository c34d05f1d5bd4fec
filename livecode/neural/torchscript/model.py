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
from livecode.neural.torchscript.trust import Description, Program, read_program

#: The names under which models give their sample rate: RAVE version 2, RAVE version 1, a method.
_RATES = ("sr", "sampling_rate")
#: The most samples for one latent: with more, nothing follows a hand.
MOST_RATIO = 1 << 15
_RATE_METHOD = "get_sample_rate"


class TorchScriptModel:
    """Decodes latents to sound in chunks; the model's buffers hold its state between chunks.

    The convention: a buffer `decode_params` of four whole numbers (channels in, ratio in, channels
    out, ratio out), and a method `decode` that maps float (batch, channels, time) to the same.
    """

    def __init__(self, file: Path | Program):
        """Open a file, read or to be read, which runs the code in it.

        Raises `LivecodeError` if it is not such a model, or does not decode.
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
                f"{self._path} is not a TorchScript model ({_first_line(error)}): choose another file"
            ) from None
        self.description = self._described()
        self._fresh = [buffer.clone() for _, buffer in self._model.named_buffers()]
        self._try()

    def decode(self, latents: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
        """Decode latents (channels, time) to sound (time·ratio,), mixed to one channel.

        What the model draws at random depends on `seed` alone.
        """
        torch = self._torch
        torch.manual_seed(seed)
        with torch.inference_mode():
            sound = self._model.decode(torch.from_numpy(np.ascontiguousarray(latents))[None])
        decoded, _ = finite(np.asarray(sound[0].T.numpy(), np.float32))
        peak = float(np.abs(decoded).max(initial=0.0))
        if peak > LOUDEST:
            self.peak = max(self.peak, peak)
        return self._fold.one_channel(decoded / np.float32(self.peak))

    def reset(self) -> None:
        """Set every buffer to its value in the file, so that the model forgets what it has decoded."""
        self._fold, self.peak = Fold(), 1.0
        with self._torch.no_grad():
            for (_, buffer), fresh in zip(self._model.named_buffers(), self._fresh, strict=True):
                buffer.copy_(fresh)

    def _described(self) -> Description:
        if not hasattr(self._model, "decode"):
            raise LivecodeError(f"{self._path} has no method decode, so it cannot be played")
        params = getattr(self._model, "decode_params", None)
        values = _numbers(params)
        if (
            values is None
            or len(values) != 4
            or min(values) < 1
            or values != [round(v) for v in values]
        ):
            raise LivecodeError(
                f"{self._path} does not say what its decode takes: decode_params must be four "
                f"whole numbers, channels and ratio in, channels and ratio out, not {_shown(params)}"
            )
        channels_in, ratio_in, channels_out, ratio_out = (int(value) for value in values)
        ratio = ratio_in // ratio_out
        if ratio_in % ratio_out or ratio > MOST_RATIO or channels_out > 64 or channels_in > 64:
            raise LivecodeError(
                f"{self._path} says decode_params {[int(v) for v in values]}, which cannot be played: "
                f"at most 64 channels, and one latent for 1 to {MOST_RATIO} samples"
            )
        return Description(channels_in, ratio, channels_out, self._rate())

    def _rate(self) -> int:
        found: Any = None
        for name in _RATES:
            found = found if found is not None else getattr(self._model, name, None)
        if found is None and hasattr(self._model, _RATE_METHOD):
            found = self._model.get_sample_rate()
        values = _numbers(found)
        if values is None or len(values) != 1 or not 8_000 <= values[0] <= 192_000:
            raise LivecodeError(
                f"{self._path} does not say its sample rate: sr, sampling_rate or get_sample_rate()"
            )
        return round(values[0])

    def _try(self) -> None:
        """Decode a moment of silence, and check the shape of the result."""
        about = self.description
        try:
            with self._torch.inference_mode():
                sound = self._model.decode(self._torch.zeros(1, about.latent, 2))
        except Exception as error:  # the model's code may raise anything
            raise LivecodeError(
                f"{self._path} fails when it decodes ({_first_line(error)}): it cannot be played"
            ) from None
        wanted = (1, about.channels, 2 * about.ratio)
        if not hasattr(sound, "shape") or tuple(sound.shape) != wanted:
            shape = tuple(getattr(sound, "shape", ()))
            raise LivecodeError(
                f"{self._path} decodes to shape {shape}, but its decode_params promise {wanted}"
            )
        self.reset()


def _numbers(value: Any) -> list[float] | None:
    """Return the numbers of a tensor, a list or a number; None for anything else."""
    try:
        return [float(v) for v in np.atleast_1d(np.asarray(value, np.float64)).ravel()]
    except (TypeError, ValueError, RuntimeError):
        return None


def _shown(value: Any) -> str:
    numbers = None if value is None else _numbers(value)
    return "missing" if numbers is None else str(numbers[:8])


def _first_line(error: BaseException) -> str:
    """Return the line of an error that says what is wrong, without TorchScript's own stack."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    own = [
        line for line in lines if not line.startswith(("File", "~", "Traceback", "The following"))
    ]
    text = next((line for line in own if "Error" in line or "Exception" in line), "")
    return (text or (own[-1] if own else type(error).__name__))[:200]


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
