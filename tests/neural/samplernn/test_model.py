"""The SampleRNN itself: quantisers, shapes, and one net that says the same in torch and in numpy."""

from pathlib import Path

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.neural.load import load_model
from livecode.neural.model_file import ModelMeta, write_model
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.model import SampleRNN
from livecode.neural.samplernn.quantise import dequantised, quantised

TINY = {"dim": 12, "embedding": 5}
MAKES = [
    SampleRNNConfig(frame_sizes=(4, 2), **TINY),
    SampleRNNConfig(frame_sizes=(3,), layers=2, quantiser="linear", **TINY),
    SampleRNNConfig(frame_sizes=(2, 2, 3), layers=2, skip=True, sample_tier="three-layer", **TINY),
    SampleRNNConfig(frame_sizes=(4, 2), cell="lstm", layers=2, levels=1024, **TINY),
    SampleRNNConfig(frame_sizes=(5, 3), cell="lstm", skip=True, levels=300, **TINY),
]


def _tensors(config: SampleRNNConfig, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        name: rng.normal(0, 0.4, shape).astype(np.float32)
        for name, shape in config.shapes().items()
    }


def _codes(config: SampleRNNConfig, count: int) -> np.ndarray:
    wave = 0.5 * np.sin(np.arange(count) / 7) + 0.05 * np.random.default_rng(1).normal(size=count)
    return quantised(wave.astype(np.float32), config.levels, config.quantiser)


@pytest.mark.parametrize("quantiser", ["linear", "mu-law"])
@pytest.mark.parametrize("levels", [256, 1000, 65_536])
def test_a_level_stands_for_all_sound_within_its_bounds(quantiser: str, levels: int) -> None:
    codes = np.arange(levels)
    assert np.array_equal(
        quantised(dequantised(codes, levels, quantiser), levels, quantiser), codes
    )
    ends = np.array([-1.0, 1.0, -9.0, 9.0, 0.0], np.float32)
    low_high = [0, levels - 1, 0, levels - 1, levels // 2]
    assert quantised(ends, levels, quantiser).tolist() == low_high


def test_mu_law_is_finer_than_linear_for_soft_sound() -> None:
    soft = (0.01 * np.sin(np.arange(4000) / 9)).astype(np.float32)
    errors = {
        kind: np.abs(dequantised(quantised(soft, 256, kind), 256, kind) - soft).mean()
        for kind in ("linear", "mu-law")
    }
    assert errors["mu-law"] < errors["linear"] / 5


@pytest.mark.parametrize("config", MAKES, ids=lambda c: f"{c.cell}-{c.frame_sizes}-{c.layers}")
def test_log_probabilities_are_those_of_the_net_that_was_trained(config: SampleRNNConfig) -> None:
    torch = pytest.importorskip("torch")
    from livecode.neural.samplernn.training.net import SampleRNNNet

    torch.manual_seed(3)
    net = SampleRNNNet(config)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    model = SampleRNN("tiny", 8000, config, net.arrays())
    codes = _codes(config, 6 * config.lookback)
    log_probs = model.log_probs(codes)
    assert log_probs.shape == (5 * config.lookback, config.levels)
    assert log_probs.dtype == np.float32
    assert np.allclose(np.exp(log_probs).sum(1), 1, atol=1e-4)
    with torch.no_grad():
        loss, _ = net.losses(torch.from_numpy(codes)[None], net.start(1))
    said = log_probs[np.arange(len(log_probs)), codes[config.lookback :]]
    assert -said.mean() == pytest.approx(loss, abs=1e-4)


@pytest.mark.parametrize("config", MAKES, ids=lambda c: f"{c.cell}-{c.frame_sizes}-{c.layers}")
def test_a_sample_changes_nothing_of_what_was_said_before_it(config: SampleRNNConfig) -> None:
    model = SampleRNN("tiny", 8000, config, _tensors(config))
    codes = _codes(config, 4 * config.lookback + 3)
    moved = codes.copy()
    at = 2 * config.lookback + 1
    moved[at] = (moved[at] + config.levels // 2) % config.levels
    one, other = model.log_probs(codes), model.log_probs(moved)
    same = at - config.lookback + 1  # row t is what is said of sample lookback + t
    assert np.allclose(one[:same], other[:same], atol=1e-6)
    assert not np.allclose(one[same], other[same], atol=1e-4)


def test_carried_state_makes_two_sequences_one() -> None:
    torch = pytest.importorskip("torch")
    from livecode.neural.samplernn.training.net import SampleRNNNet

    for config in MAKES:
        net = SampleRNNNet(config)
        look = config.lookback
        codes = torch.from_numpy(_codes(config, 7 * look))[None]
        with torch.no_grad():
            whole, _ = net.losses(codes, net.start(1))
            first, state = net.losses(codes[:, : 3 * look], net.start(1))
            second, _ = net.losses(codes[:, 2 * look :], state)
        assert (2 * first + 4 * second) / 6 == pytest.approx(whole, abs=1e-5)


@pytest.mark.parametrize("config", MAKES, ids=lambda c: f"{c.cell}-{c.frame_sizes}-{c.layers}")
def test_gradients_are_those_of_a_plain_loop(config: SampleRNNConfig) -> None:
    torch = pytest.importorskip("torch")
    from livecode.neural.samplernn.training.net import SampleRNNNet

    torch.manual_seed(5)
    net = SampleRNNNet(config)
    codes = torch.from_numpy(np.stack([_codes(config, 5 * config.lookback)] * 2))
    codes[1] = codes[1].flip(0)
    expected_loss = _plain_loss(net, codes)
    expected = torch.autograd.grad(expected_loss, list(net.parameters()))
    loss, _ = net.losses(codes, net.start(2))
    assert loss == pytest.approx(float(expected_loss.detach()), abs=1e-5)
    for (name, parameter), wanted in zip(net.named_parameters(), expected, strict=True):
        assert torch.allclose(parameter.grad, wanted, atol=2e-5), name


def _plain_loss(net, codes):  # type: ignore[no-untyped-def]
    """The loss by single steps and autograd alone, as the formulas stand."""
    import torch
    from torch.nn import functional

    config = net.config
    gates = 3 if config.cell == "gru" else 4
    look, time = config.lookback, codes.shape[1] - config.lookback
    samples = codes.float() * (4 / config.levels) - 2
    above = None
    for i in reversed(range(len(config.spans))):
        tier, span = net.tiers[i], config.spans[i]
        states = [
            [part.expand(len(codes), -1) for part in tier.h0[:, k]] for k in range(config.layers)
        ]
        told = []
        for f in range(time // span):
            frame = samples[:, look + (f - 1) * span : look + f * span]
            x = functional.linear(frame, tier.input(), tier.input_bias)
            x = x if above is None else x + above[f]
            outs = []
            for k, state in enumerate(states):
                cell = (torch.nn.GRUCell if gates == 3 else torch.nn.LSTMCell)(
                    config.dim, config.dim
                )
                weights = {f"{kind}_{side}": getattr(tier, f"{kind}_{side}_l{k}")
                           for kind in ("weight", "bias") for side in ("ih", "hh")}  # fmt: skip
                given = state[0] if gates == 3 else tuple(state)
                after = torch.func.functional_call(cell, weights, (x, given))
                states[k] = [after] if gates == 3 else list(after)
                x = states[k][0]
                outs.append(x)
            out = sum(outs) if config.skip else x
            up = functional.linear(out, tier.up(), tier.up_bias)
            told += up.split(config.dim, dim=1)
        above = told
    tier, size = net.sample, config.frame_sizes[0]
    embedded = functional.embedding(codes, tier.embedding).transpose(1, 2)
    conv = functional.conv1d(embedded[..., look - size : -1], tier.input()).transpose(1, 2)
    x = conv + torch.stack(above, 1)
    x = x.relu() if config.sample_tier == "two-layer" else x
    for weight, bias in zip(tier.hidden, tier.hidden_bias, strict=True):
        x = functional.linear(x, weight(), bias).relu()
    logits = functional.linear(x, tier.output(), tier.output_bias)
    return functional.cross_entropy(logits.flatten(0, 1), codes[:, look:].flatten().long())


def test_what_is_read_may_be_off_while_what_is_predicted_is_not() -> None:
    torch = pytest.importorskip("torch")
    from livecode.neural.samplernn.training.net import SampleRNNNet

    net = SampleRNNNet(MAKES[0])
    codes = torch.from_numpy(np.stack([_codes(MAKES[0], MAKES[0].lookback * 5)] * 2))
    with torch.no_grad():
        clean, _ = net.losses(codes, net.start(2))
        same, _ = net.losses(codes, net.start(2), codes.clone())
        read = codes.clone()
        read[:, : MAKES[0].lookback] = 0
        off, _ = net.losses(codes, net.start(2), read)
        both, _ = net.losses(read, net.start(2))
    assert clean == same
    assert len({clean, off}) == 2
    assert off == pytest.approx(both), "the look-back is read and not predicted"


def test_generated_levels_follow_the_distribution_that_is_stated() -> None:
    config = MAKES[0]
    model = SampleRNN("tiny", 8000, config, _tensors(config))
    audio = model.generate(2.0, seed=5)
    codes = np.concatenate([np.full(config.lookback, config.silence), model.quantise(audio)])
    log_probs = model.log_probs(codes)
    said = log_probs[np.arange(len(log_probs)), codes[config.lookback :]]
    entropy = -(np.exp(log_probs) * log_probs).sum(1)
    # the mean surprise of samples drawn from a distribution is its entropy
    error = np.std(-said - entropy) / np.sqrt(len(said))
    assert abs(np.mean(-said - entropy)) < 4 * error


def test_a_seed_decides_a_take_and_temperature_widens_it() -> None:
    config = MAKES[0]
    model = SampleRNN("tiny", 8000, config, _tensors(config))
    takes = model.generate(0.25, temperature=(0.2, 1.0, 2.0), seed=4)
    assert takes.shape == (3, 2000)
    assert takes.dtype == np.float32
    kinds = [len(np.unique(take)) for take in takes]
    assert kinds == sorted(kinds)
    assert kinds[0] < kinds[2]
    assert np.array_equal(model.generate(0.1, seed=4), model.generate(0.1, seed=4))
    assert not np.array_equal(model.generate(0.1, seed=4), model.generate(0.1, seed=5))


def test_a_model_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    config = MAKES[2]
    tensors = {name: t.astype(np.float16) for name, t in _tensors(config).items()}
    path = tmp_path / "tiny.safetensors"
    write_model(path, tensors, ModelMeta("samplernn", config.json(), 12_000))
    model = load_model(path)
    assert isinstance(model, SampleRNN)
    assert (model.lookback, model.sample_rate, model.config) == (12, 12_000, config)
    assert model.generate(0.01).shape == (120,)


def test_what_is_wrong_with_a_model_is_said(tmp_path: Path) -> None:
    config = MAKES[0]
    path = tmp_path / "tiny.safetensors"
    short = _tensors(config)
    del short["sample.hidden.bias"]
    write_model(path, short, ModelMeta("samplernn", config.json(), 8000))
    with pytest.raises(LivecodeError, match=r"lacks the tensor 'sample\.hidden\.bias'"):
        load_model(path)
    write_model(path, _tensors(config), ModelMeta("samplernn", {"dim": "wide"}, 8000))
    with pytest.raises(LivecodeError, match="dim is 1 to 8192"):
        load_model(path)
    model = SampleRNN("tiny", 8000, config, _tensors(config))
    with pytest.raises(LivecodeError, match="more than 8 whole numbers"):
        model.log_probs(np.zeros(8, int))
    with pytest.raises(LivecodeError, match="0 to 255"):
        model.log_probs(np.full(20, 256))
    with pytest.raises(LivecodeError, match="above 0"):
        model.generate(0.1, temperature=0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"levels": 128}, "256 to 65536 levels"),
        ({"frame_sizes": ()}, "frame sizes"),
        ({"frame_sizes": (16, 1)}, "frame sizes"),
        ({"cell": "rnn"}, "gru or lstm"),
        ({"dim": 0}, "dim is 1 to 8192"),
    ],
)
def test_a_make_that_cannot_be_is_refused(wrong: dict, said: str) -> None:
    with pytest.raises(LivecodeError, match=said):
        SampleRNNConfig(**wrong)
