"""The store of sounds: what one sound does never keeps the others from being read."""

import time
from pathlib import Path

import numpy as np
import pytest

from livecode.transport import kits
from livecode.transport.kits import OWN, KitListing, KitSound
from livecode.voices.sound_store import SILENCE, SoundStore


def awaited(store: SoundStore, kit: int, index: int) -> np.ndarray:
    end = time.monotonic() + 30
    while (sound := store.sound(kit, index)) is None:
        assert time.monotonic() < end, "it was not read in time"
        time.sleep(0.01)
    return sound


def test_a_sound_that_another_version_made_is_silent_and_said_and_the_next_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kits, "KITS", tmp_path)
    listing = KitListing((KitSound("zap", f"{OWN}zap:0"), KitSound("bd", f"{OWN}bd:0")))
    store = SoundStore(48_000, beside=True)
    number = listing.keep()
    assert awaited(store, number, 0) is SILENCE
    assert "a sound of a kit cannot be read" in store.take_trouble()[0]
    assert awaited(store, number, 1).any()
