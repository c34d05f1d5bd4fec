"""The voices of timbre transfers by themselves: nn~ models in one and two channels, and what they hear."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.torchscript.trust import read_program
from livecode.transport import TapBuffer
from livecode.transport.messages import TransferSource
from livecode.transport.timing import HOP
from livecode.transport.transfer import Wiring, piece_frames, transfer_lag, unpacked_row
from livecode.voices.transfer.heard import HeardInput
from livecode.voices.transfer.model import ModelTransfer
from tests import torchscript_model as made
from tests.sound import rms

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")

RATE, BLOCK = 48_000, 256
Floats = NDArray[np.float32]


def new_tap() -> TapBuffer:
    return TapBuffer(memoryview(bytearray(TapBuffer.size(8192))), 8192)


def opened(model: Path, tap: TapBuffer, stereo: bool = False) -> ModelTransfer:
    digest = read_program(model).digest
    return ModelTransfer(TransferSource(str(model), 1, digest, stereo), RATE, [tap])


def play(
    voice: ModelTransfer,
    tap: TapBuffer,
    sound: Floats,
    latents: list[float] | None = None,
    attributes: list[float] | None = None,
) -> Floats:
    """Return what the voice makes of sound (n, 2) that an engine plays block by block."""
    ratio, rate = voice.description.ratio, voice.description.sample_rate
    lag = transfer_lag(BLOCK, BLOCK, piece_frames(ratio, rate, RATE))
    wiring = np.array(Wiring(0, -1, 0, lag), np.float64)
    moves = [None if each is None else np.array(each) for each in (latents, attributes)]
    hops, frame = [], voice.position
    for begin in range(0, len(sound), BLOCK):
        clock = tap.written + BLOCK
        tap.write(sound[begin : begin + BLOCK], clock)
        while voice.ready(wiring, frame, clock, BLOCK) and frame < clock + 2048:
            voice.frame = voice.position = frame
            hops.append(voice.play(wiring, *moves, None))
            frame += HOP
    voice.position = frame
    return np.concatenate(hops)


def tone(hz: float, level: float, seconds: float = 0.6) -> Floats:
    wave = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE) // BLOCK * BLOCK) / RATE)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def loudest_hz(sound: Floats) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 18))
    return float(spectrum.argmax() * RATE / (1 << 18))


@pytest.mark.parametrize("rate", [48_000, 44_100])
def test_a_model_follows_pitch_and_level_and_its_latents_are_moved(
    tmp_path: Path, rate: int
) -> None:
    tap = new_tap()
    voice = opened(made.write(made.Follower(rate=rate), tmp_path / "rave.ts"), tap)
    heard = play(voice, tap, tone(330.0, 0.2))[-RATE // 4 :]
    assert loudest_hz(heard) == pytest.approx(330.0, rel=0.01)
    assert rms(heard) == pytest.approx(0.2 / np.sqrt(2), rel=0.1)
    latents, _ = unpacked_row(voice.take_told()[-1].row, 4)
    assert latents[1] == pytest.approx(np.log2(330 / 220), abs=0.02)
    up = play(voice, tap, tone(330.0, 0.2), [0, 1, 0, 0])[-RATE // 4 :]
    assert loudest_hz(up) == pytest.approx(660.0, rel=0.01)
    softer = play(voice, tap, tone(330.0, 0.02), [-1, 0, 0, 0], [1, 0])[-RATE // 4 :]
    assert rms(softer) == pytest.approx(0.02 / np.sqrt(2) / np.e, rel=0.2)
    louder = play(voice, tap, tone(330.0, 0.02), None, [3, 0])[-RATE // 4 :]
    assert rms(louder) == pytest.approx(3 * 0.02 / np.sqrt(2), rel=0.2)


def test_it_plays_in_as_many_channels_as_the_model_has_and_as_loud_as_what_comes_in(
    tmp_path: Path,
) -> None:
    tap = new_tap()
    voice = opened(made.write(made.Follower(channels=2), tmp_path / "stereo.ts"), tap, stereo=True)
    heard = play(voice, tap, tone(330.0, 0.1), None, [1, 0])[-RATE // 4 :]
    assert heard.shape[1] == 2
    assert loudest_hz(heard[:, 0]) == pytest.approx(330.0, rel=0.01)
    assert loudest_hz(heard[:, 1]) == pytest.approx(660.0, rel=0.01)
    effect = opened(made.write(made.Ring(), tmp_path / "ring.ts"), tap := new_tap())
    rung = play(effect, tap, tone(330.0, 0.1, 1.5))[-RATE // 4 :]
    assert loudest_hz(rung) in (
        pytest.approx(670.0, rel=0.01),
        pytest.approx(1330.0, rel=0.01),
    )
    assert rms(rung) == pytest.approx(0.1 / np.sqrt(2), rel=0.1), "ring modulation halves the power"


def test_what_takes_no_sound_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="has no method encode, so nothing goes through it"):
        opened(made.write(made.Tones(), tmp_path / "tones.ts"), new_tap())


def test_what_is_heard_is_known_by_its_sample_time_and_gaps_are_silent() -> None:
    tap = new_tap()
    heard = HeardInput([tap], 4096)
    tap.write(np.ones((256, 2), np.float32), 1256)
    heard.pull(0)
    tap.write(2 * np.ones((256, 2), np.float32), 2256)  # after a gap
    heard.pull(0)
    assert heard.end == 2256
    assert heard.at(1000, 256).mean() == 1.0
    assert not heard.at(1256, 744).any()
    assert heard.at(2000, 512).mean() == 1.0, "half of it is to come"
    heard.pull(-1)
    assert not heard.at(1000, 2000).any()
