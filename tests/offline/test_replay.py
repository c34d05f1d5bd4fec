"""Replaying what was played offline: the same bytes."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.errors import LivecodeError
from livecode.journal.journal_file import Journal, read_journal
from livecode.journal.records import BlockBegun, GaveUp
from livecode.kernel import beginning
from livecode.offline.replay import replay
from livecode.sets.set_file import parse_set

BLOCKS = (
    "ego = agent(space('additive'), dims=2, every=30*ms)\n"
    "ego.reward = reward(lambda rings, sound: rings.left.energy - sound.rms)",
    "@dsp\ndef hall(ego, size=0.8):\n"
    "    return Freeverb(ego, size=size, bal=0.5) * Sine(3, mul=0.4, add=0.5) + Noise(0.01)",
    "hall.size = 0.3\nego.level = sine(period=1*s, low=0.2, high=0.7)",
    "r = stream('test', temperature=lambda sound: 0.5 + sound.rms)\nego.dims = 3",
    "undo()",
    "tempo(90)\nquant(1*beats)\nego = agent(space('additive'), dims=1, seed=9)",
    "1 / 0",
    "panic()",
    "low = agent(space('additive'), level=0.4)",
    "hush(0.1*s)",
)


def played(journal: Path, *blocks: str, seconds: float = 0.35) -> np.ndarray:
    """Played offline with a journal; what was heard."""
    heard = []
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, journal, live=False)
        heard.append(session.advance(0.2))
        for number, block in enumerate(blocks):
            session.eval(block)
            session.press("like")
            session.receive_osc(b"/slider\0,f\0\0" + np.array(number, ">f4").tobytes())
            heard.append(session.advance(seconds))
        session.performance.recorder.closed()
    return np.concatenate(heard)


def test_what_was_played_offline_is_replayed_byte_by_byte(tmp_path: Path):
    journal, out = tmp_path / "journal", tmp_path / "again.wav"
    heard = played(journal, *BLOCKS)
    result = replay(journal, out)
    again, _ = soundfile.read(out, dtype="float32")
    assert result.differs_at_s is None
    assert not any("gap" in sentence for sentence in result.sentences)
    assert np.abs(heard).max() > 0.05
    np.testing.assert_array_equal(again, heard)


def test_twice_replayed_is_the_same_file(tmp_path: Path):
    played(tmp_path / "journal", *BLOCKS[:2])
    for name in ("a.wav", "b.wav"):
        replay(tmp_path / "journal", tmp_path / name)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_a_set_is_replayed_as_it_was_and_not_as_its_file_is_now(tmp_path: Path):
    path, journal, out = tmp_path / "set.py", tmp_path / "journal", tmp_path / "again.wav"
    text = (
        "glass = space('additive')\n\n# %% one for=0.5*s\n\nego = agent(glass, level=0.8)\n\n"
        "# %% two for=0.5*s\n\nego.dims = 3\nlow = agent(glass, dims=1)\n"
    )
    path.write_text(text)
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, journal, live=False)
        assert session.open_set(parse_set(text, path)).ok
        heard = session.advance(1.6)
        session.performance.recorder.closed()
    path.write_text("# %% another\n\n1 / 0\n")
    assert replay(journal, out).differs_at_s is None
    again, _ = soundfile.read(out, dtype="float32")
    np.testing.assert_array_equal(again, heard)


def test_a_set_whose_scenes_were_typed_is_replayed(tmp_path: Path):
    path, journal, out = tmp_path / "night.py", tmp_path / "journal", tmp_path / "again.wav"
    typed = (
        "glass = space('additive')\n\n# %% one\nego = agent(glass, level=0.8)\n\n",
        "# %% two  fade=0.2*s quant=1*beats\nego.dims = 3\nlow = agent(glass, dims=1)\n",
    )
    heard = []
    with Session(seed=7) as session:
        performance = session.performance
        beginning.from_nothing(performance, journal, live=False)
        for text, scene in ((typed[0], "one"), ("".join(typed), "two")):
            performance.set_player.offer(text, path)  # as the terminal does with F5 and F6
            performance.cues.run()
            session.eval(f"go({scene!r})")
            heard.append(session.advance(0.9))
            assert session.eval("scene.name").value == repr(scene)
        performance.recorder.closed()
    assert not path.exists()
    assert replay(journal, out).differs_at_s is None
    again, _ = soundfile.read(out, dtype="float32")
    assert np.abs(again[-4800:]).max() > 0.01
    np.testing.assert_array_equal(again, np.concatenate(heard))


def test_a_block_that_never_ended_is_left_out(tmp_path: Path):
    journal, out = tmp_path / "journal", tmp_path / "again.wav"
    heard = played(journal, BLOCKS[0])
    kept = list(read_journal(journal))
    journal.unlink()
    again = Journal(journal)
    for record in kept[:-1]:
        again.write(record)
    again.write(BlockBegun(99, kept[-1].tick, "while True: pass"))
    again.close()
    result = replay(journal, out)
    audio, _ = soundfile.read(out, dtype="float32")
    np.testing.assert_array_equal(audio[: len(heard)], heard[: len(audio)])
    assert result.differs_at_s is None


def test_what_was_interrupted_is_not_run_again(tmp_path: Path):
    journal, out = tmp_path / "journal", tmp_path / "again.wav"
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, journal, live=False)
        session.eval(BLOCKS[0])
        session.advance(0.2)
        endless = session.performance.blocks.evaluate("while True: pass", limit_s=0.3)
        assert "took longer than" in (endless.error or "")
        heard = session.advance(0.5)
        session.performance.recorder.closed()
    assert any(isinstance(record, GaveUp) for record in read_journal(journal))
    assert replay(journal, out).differs_at_s is None
    again, _ = soundfile.read(out, dtype="float32")
    np.testing.assert_array_equal(again[-len(heard) :], heard)


def test_what_cannot_be_replayed_is_said_in_a_sentence(tmp_path: Path):
    journal = tmp_path / "journal"
    Journal(journal).close()
    with pytest.raises(LivecodeError, match="is empty"):
        replay(journal, tmp_path / "out.wav")
    journal.write_bytes(b"livecode journal 1\n")
    with pytest.raises(LivecodeError, match=r"empty|version 1"):
        replay(journal, tmp_path / "out.wav")
