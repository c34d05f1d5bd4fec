"""A sound card of eight outputs: what its cables carry, and which card is taken the next time."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import LivecodeError
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.processes.sound_card import SoundCard, choose
from livecode.transport.audio import look_at_audio
from tests.conftest import Card, need
from tests.engine.test_outputs import strength

BLOCK = """
@dsp
def low(): return Sine(300, mul=0.3)

@dsp
def click(): return Sine(900, mul=0.3)

@dsp
def far(): return Sine(2700, mul=0.3)

click.out = 5
far.out = (7, 8)
low.level = 0.5
cue(low)
"""


@pytest.mark.slow
@need("jack_rec")
def test_eight_cables_carry_each_name_where_it_was_sent(card: Card, tmp_path: Path) -> None:
    card.kill()
    card.start(outputs=8)
    with Live(Options(audio="jack", outputs=8, osc_port=0)) as live:
        ok, error = live.evaluate(BLOCK)
        assert ok, error
        live.await_sound()
        frame = live.status.frame
        live.await_(lambda: live.status.frame > frame + 24_000, "half a second")
        listed = subprocess.run(["jack_lsp", "-c"], capture_output=True, text=True, timeout=10)
        cables = [line.strip() for line in listed.stdout.splitlines()]
        ports = [each for each in dict.fromkeys(cables) if each.startswith("livecode:output")]
        assert len(ports) == 8, listed.stdout
        assert sum(each.startswith("livecode:output") for each in cables) == 16, "all are connected"
        take = tmp_path / "cables.wav"
        subprocess.run(
            ["jack_rec", "-f", str(take), "-d", "2", "-b", "16", *ports],
            check=True, capture_output=True, timeout=30,
        )  # fmt: skip
        assert look_at_audio(live.attachment.arena.audio).outputs == 8
    sound, rate = soundfile.read(take, dtype="float32")
    found = {freq_hz: usual_strength(sound, freq_hz, rate) for freq_hz in (300, 900, 2700)}
    heard = {
        freq_hz: [n for n, each in enumerate(outputs, 1) if each > 1e-3]
        for freq_hz, outputs in found.items()
    }
    assert heard == {300: [1, 2, 3, 4], 900: [5], 2700: [7, 8]}
    plain, cued = found[300][[0, 2]]
    assert cued == pytest.approx(2 * plain, rel=0.1), "before its level"
    assert np.abs(sound[:, 5]).max() < 1e-4, "nothing was sent there"


def usual_strength(sound: np.ndarray, freq_hz: float, rate: int) -> np.ndarray:
    """The amplitude of one frequency on each output, in the steadiest fiftieth parts of a second.

    A busy machine drops frames of the recording, which sounds like everything at once.
    """
    size = rate // 50
    parts = sound[: len(sound) // size * size].reshape(-1, size, sound.shape[1])
    found: np.ndarray = np.quantile([strength(p, freq_hz, rate) for p in parts], 0.25, axis=0)
    return found


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own; gives the file of the choice."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "livecode" / "sound-card.json"


def test_a_named_card_is_taken_the_next_time_until_it_is_forgotten(kept: Path) -> None:
    assert choose("auto", None, None, None, None) == SoundCard()
    card = choose("auto", "Scarlett", 96_000, 8, (7, 8))
    assert card == SoundCard("portaudio", "Scarlett", 96_000, 8, (7, 8))
    again = choose("auto", None, None, None, None)
    assert again == SoundCard("portaudio", "Scarlett", 96_000, 8, (7, 8), is_kept=True)
    assert choose("auto", None, 44_100, 4, (3, 4)).sample_rate == 44_100
    assert choose("headless", None, None, None, None) == SoundCard("headless")
    assert choose("auto", "jack", None, 4, None) == SoundCard("jack", outputs=4)
    assert choose("auto", "default", None, None, None) == SoundCard()
    assert not kept.exists()
    with pytest.raises(LivecodeError, match="write --outputs 8 beside it"):
        choose("auto", None, None, 4, (7, 8))


def test_a_choice_that_is_damaged_is_none(kept: Path) -> None:
    choose("auto", "Scarlett", None, None, None)
    kept.write_bytes(b"{")
    assert choose("auto", None, None, None, None) == SoundCard()


def test_a_card_that_is_gone_since_gives_way_to_what_there_is(virtual_card: str) -> None:
    with Live(Options(audio="portaudio", device="Nobody", or_another=True, osc_port=0)) as live:
        live.await_(lambda: live.header.blocks > 10, "blocks")
        assert live.attachment.arena.device.look() == b"jack"
