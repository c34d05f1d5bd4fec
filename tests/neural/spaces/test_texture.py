"""Textures: the motion that is measured in held sounds is what is learned and played."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from safetensors import safe_open

torch = pytest.importorskip("torch")

from livecode.cli import command as cli  # noqa: E402
from livecode.errors import LivecodeError  # noqa: E402
from livecode.neural.model_file import find_model, read_model, write_model  # noqa: E402
from livecode.neural.spaces.load import load_space  # noqa: E402
from livecode.neural.spaces.space import LatentSpace  # noqa: E402
from livecode.neural.spaces.texture import ORDER, Motion, Texture, prediction  # noqa: E402
from livecode.neural.spaces.training.progress import NoSpaceDisplay  # noqa: E402
from livecode.neural.spaces.training.settings import TrainSpaceSettings  # noqa: E402
from livecode.neural.spaces.training.texture import TextureSettings, learn_texture  # noqa: E402
from livecode.neural.spaces.training.texture_frames import HeldSound, held_sounds  # noqa: E402
from livecode.neural.spaces.training.train import train_space  # noqa: E402
from livecode.neural.spaces.training.train_texture import train_texture  # noqa: E402
from livecode.neural.spaces.training.vibrato import vibrato_of  # noqa: E402

RATE = 44_100
QUICK = TextureSettings(components=6, hidden=8, steps=120, batch=8)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def additive() -> LatentSpace:
    return load_space("additive")


def sung(
    f0_hz: float, cents: float, swell_db: float, rate_hz: float = 5.0, seconds: float = 2.0
) -> np.ndarray:
    """Return a tone of six partials with a vibrato of a given width, in level as in pitch."""
    t = np.arange(int(seconds * RATE)) / RATE
    swing = np.sin(2 * np.pi * rate_hz * t)
    phase = 2 * np.pi * np.cumsum(f0_hz * 2 ** (cents / 1200 * swing)) / RATE
    tone = sum(np.sin(n * phase) / n for n in range(1, 7))
    return (0.1 * 10 ** (swell_db / 20 * swing) * tone).astype(np.float32)


@pytest.fixture(scope="module")
def pieces(additive: LatentSpace) -> list[HeldSound]:
    sounds = {f"sung_{hz}": sung(hz, cents=20, swell_db=2) for hz in (220, 330, 440)}
    return [each for name, mono in sounds.items() for each in held_sounds(additive, name, mono)]


@pytest.fixture(scope="module")
def texture(additive: LatentSpace, pieces: list[HeldSound]) -> Texture:
    torch.set_num_threads(1)
    return Texture(learn_texture(additive, pieces, 0, QUICK), 512 / RATE)


def moved(texture: Texture, z: np.ndarray, seed: int, amount: float = 1.0) -> np.ndarray:
    motion = Motion(texture, seed)
    return np.array([motion.advance(texture.step_s, z, amount).copy() for _ in range(500)])[50:]


def test_what_is_measured_of_a_sung_tone_is_how_it_was_sung(pieces: list[HeldSound]) -> None:
    assert len(pieces) == 3
    for piece in pieces:
        cents, nepers = 1200 * piece.moves[:, 0].std(), piece.moves[:, -1].std()
        assert cents == pytest.approx(20 / math.sqrt(2), rel=0.15)
        assert 20 * math.log10(math.e) * nepers == pytest.approx(2 / math.sqrt(2), rel=0.2)


def test_a_steady_tone_does_not_move(additive: LatentSpace) -> None:
    (piece,) = held_sounds(additive, "steady", sung(330, 0, 0))
    assert 1200 * piece.moves[:, 0].std() < 1
    assert piece.moves[:, -1].std() < 0.01


def test_a_melody_falls_into_notes_and_silence_has_no_pieces(additive: LatentSpace) -> None:
    notes = [sung(hz, 5, 0, seconds=1.2) for hz in (300, 400)]
    gap = np.zeros(RATE // 2, np.float32)
    found = held_sounds(additive, "melody", np.concatenate([notes[0], gap, notes[1]]))
    assert len(found) == 2
    assert all(1200 * piece.moves[:, 0].std() < 6 for piece in found)
    slur = np.concatenate([sung(300, 5, 0, seconds=1.5), sung(330, 5, 0, seconds=1.0)])
    (longer,) = held_sounds(additive, "slur", slur)
    assert len(longer.moves) * 512 / RATE == pytest.approx(1.5, abs=0.15)
    assert held_sounds(additive, "silence", np.zeros(RATE, np.float32)) == []


def test_a_vibrato_is_told_from_what_is_irregular() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(180) * 512 / RATE
    wave = np.exp(2j * np.pi * 5.5 * t)
    swing = np.array([0.6j, 1.0, -0.8j])
    path = np.real(wave[:, None] * swing) + 0.1 * rng.standard_normal((180, 3))
    vibrato = vibrato_of(path, 512 / RATE)
    assert vibrato.rate_hz == pytest.approx(5.5, rel=0.03)
    assert vibrato.share > 0.9
    np.testing.assert_allclose(vibrato.swing, [0.6, -1j, -0.8], atol=0.1)
    assert (path - vibrato.path()).std() < 0.15


def test_autoregressions_stay_of_unit_variance_whatever_the_reflections() -> None:
    rng = np.random.default_rng(1)
    reflections = rng.uniform(-0.95, 0.95, (ORDER, 50))
    coefficients, deviation = prediction(reflections)
    past, kept = np.zeros((ORDER, 50)), []
    for _ in range(6000):
        new = (coefficients * past).sum(0) + deviation * rng.standard_normal(50)
        past = np.concatenate([new[None], past[:-1]])
        kept.append(new)
    assert np.median(np.std(kept[500:], axis=0)) == pytest.approx(1.0, rel=0.1)
    assert np.abs(kept).max() < 10


def test_a_learned_texture_moves_as_what_it_was_learned_from(
    texture: Texture, pieces: list[HeldSound]
) -> None:
    for piece in pieces:
        moves = moved(texture, piece.point, seed=1)
        assert moves[:, 0].std() == pytest.approx(piece.moves[:, 0].std(), rel=0.3)
        assert moves[:, -1].std() == pytest.approx(piece.moves[:, -1].std(), rel=0.4)
        power = np.square(np.abs(np.fft.rfft(moves[:, 0] * np.hanning(len(moves)))))
        hz = np.fft.rfftfreq(len(moves), texture.step_s)
        assert hz[power.argmax()] == pytest.approx(5.0, abs=0.7)


def test_motion_is_its_seed_s_and_as_far_as_it_is_asked_for(
    texture: Texture, pieces: list[HeldSound]
) -> None:
    z = pieces[0].point
    one, same, other = (moved(texture, z, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    np.testing.assert_allclose(moved(texture, z, 1, 0.5)[:, :-1], 0.5 * one[:, :-1], rtol=1e-5)
    far = moved(texture, z, 1, amount=2.0)[:, -1]
    assert np.exp(2 * far).mean() == pytest.approx(1, abs=0.08), "loudness is kept"
    rng = np.random.default_rng(2)
    motion = Motion(texture, 3)
    for anywhere in rng.normal(0, 50, (300, len(z))).astype(np.float32):
        assert np.isfinite(motion.advance(0.05, anywhere, 2.0)).all()


@pytest.fixture
def breath(tmp_path: Path) -> TrainSpaceSettings:
    """Write four noises that come and go; return the settings of a tiny space of them."""
    rng = np.random.default_rng(0)
    (tmp_path / "audio").mkdir()
    for name, hz in (("slow", 1.0), ("even", 2.0), ("quick", 5.0), ("quicker", 6.0)):
        t = np.arange(2 * 22_050) / 22_050
        swell = 10 ** (0.1 * np.sin(2 * np.pi * hz * t))
        noise = np.convolve(rng.normal(0, 0.05, len(t)), np.full(6, 0.4), "same")
        soundfile.write(tmp_path / "audio" / f"{name}.wav", swell * noise, 22_050)
    return TrainSpaceSettings(
        "breath", folder=tmp_path / "audio", latent=2, steps=20, batch=8, sample_rate=22_050,
        measured=128, texture_steps=40, out=tmp_path,
    )  # fmt: skip


def stored(path: Path) -> dict[str, bytes]:
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118


class Sentences(NoSpaceDisplay):
    """Keeps what a training says."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


@pytest.mark.slow
def test_a_space_is_given_a_texture_and_stays_as_it_was(
    breath: TrainSpaceSettings, tmp_path: Path
) -> None:
    path = train_space(breath)
    (tmp_path / "audio" / "broken.wav").write_text("no sound")
    before, still = stored(path), read_model(path)[0]
    assert load_space(path).texture is None
    sentences = Sentences()
    assert train_texture(replace(breath, texture_only=True, seed=5), sentences) == path
    assert any("broken.wav cannot be read" in sentence for sentence in sentences.said)
    after, alive = stored(path), read_model(path)[0]
    assert {name: after[name] for name in before} == before
    assert {name.split(".")[0] for name in set(after) - set(before)} == {"texture"}
    assert alive.facts["figures"] == still.facts["figures"]
    assert len(alive.facts["texture"]["held_out"]) == 1
    assert "--texture-only" in path.with_name("README.md").read_text()
    texture = load_space(path).texture
    assert texture is not None
    assert moved(texture, load_space(path).place(np.zeros(0)), 1)[:, -1].std() > 0.05
    train_texture(replace(breath, texture_only=True))
    assert stored(path) == after, "learned again, it is the same"


@pytest.mark.slow
def test_a_space_is_trained_with_its_texture_in_one_go(breath: TrainSpaceSettings) -> None:
    path = train_space(replace(breath, texture=True))
    assert load_space(path).texture is not None
    assert read_model(path)[0].command.endswith("--texture")


def test_what_cannot_have_a_texture_is_refused(
    breath: TrainSpaceSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "space", str(tmp_path), "--name", "none", "--texture-only"]
    assert cli.main([*command, "--out", str(tmp_path)]) == 2
    assert "there is no space at" in capsys.readouterr().err
    with pytest.raises(LivecodeError, match="there is no space at"):
        train_texture(replace(breath, texture_only=True))
    with pytest.raises(LivecodeError, match="generated tones do not move"):
        replace(breath, folder=None, synthetic="additive", texture=True).check()


def test_a_damaged_texture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x" / "x.safetensors"
    meta, tensors = read_model(find_model("orchestra"))
    lacking = {name: each for name, each in tensors.items() if name != "texture.mixing"}
    write_model(path, lacking, meta)
    with pytest.raises(LivecodeError, match=r"texture\.mixing"):
        load_space(path)
    write_model(path, tensors, replace(meta, config=meta.config | {"texture": {"step": "x"}}))
    with pytest.raises(LivecodeError, match="configuration"):
        load_space(path)
