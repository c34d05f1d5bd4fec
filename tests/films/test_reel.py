"""What the page shows at each picture of a replay, and the sound that goes with it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from livecode.films.reel import Reel, ReelPicture
from livecode.offline.replay import play_again, replay, timelines_of
from livecode.stage.showing import SOUND
from tests.films.conftest import RATE

FPS = 30.0


@dataclass
class Seen:
    """What a reel has shown and what was heard."""

    pictures: list[ReelPicture] = field(default_factory=list)
    pieces: list[np.ndarray] = field(default_factory=list)
    before: list[int] = field(default_factory=list)  # frames heard before each picture

    @property
    def sound(self) -> np.ndarray:
        return np.concatenate(self.pieces)

    def show(self, picture: ReelPicture) -> None:
        self.pictures.append(picture)
        self.before.append(sum(map(len, self.pieces)))


def seen(journal: Path) -> Seen:
    found = Seen()
    reel = Reel(RATE, FPS, lambda audio: found.pieces.append(audio.copy()), found.show)
    play_again(timelines_of(journal), reel.hear, reel.open)
    return found


@pytest.fixture(scope="module")
def reel(journal: Path) -> Seen:
    return seen(journal)


def document(picture: ReelPicture, key: str) -> Any:
    return json.loads(picture.documents[key][2])


def test_its_sound_is_the_replay_s_to_the_bit(reel: Seen, journal: Path, tmp_path: Path) -> None:
    replay(journal, tmp_path / "again.wav")
    again, _ = soundfile.read(tmp_path / "again.wav", dtype="float32")
    np.testing.assert_array_equal(reel.sound, again)
    assert np.abs(again).max() > 0.05


def test_a_picture_comes_after_the_sound_before_it_and_none_is_left_out(reel: Seen) -> None:
    positions = [round(number * RATE / FPS) for number in range(len(reel.pictures))]
    assert [picture.position for picture in reel.pictures] == positions
    assert reel.before == positions
    assert len(reel.sound) - positions[-1] < RATE / FPS


def test_the_page_shows_what_was_played_at_the_picture_at_which_it_was(reel: Seen) -> None:
    first, middle, last = (reel.pictures[at] for at in (3, 12, -1))
    assert document(first, "stage")["layers"] == ["spectrum", "agent", "code"]
    assert [block["code"][:3] for block in document(first, "code")["blocks"]] == ["sta"]
    assert [block["code"][:3] for block in document(middle, "code")["blocks"]] == ["sta", "hit"]
    assert document(middle, "agents") == {}
    assert set(document(last, "agents")) == {"ego"}


def test_what_is_heard_is_seen_in_the_next_picture(reel: Seen) -> None:
    begins = int(np.flatnonzero(np.abs(reel.sound).max(axis=1) > 0.01)[0])
    bright = [
        max(picture.sound[SOUND.size :], default=0) > 100 if picture.sound else False
        for picture in reel.pictures
    ]
    first = reel.pictures[bright.index(True)]
    assert 0 <= first.position - begins <= RATE / FPS


def test_the_same_reel_comes_again(reel: Seen, journal: Path) -> None:
    again = seen(journal)
    told = lambda each: {key: value[1:] for key, value in each.documents.items()}  # noqa: E731
    assert [told(each) for each in again.pictures] == [told(each) for each in reel.pictures]
    assert [each.sound for each in again.pictures] == [each.sound for each in reel.pictures]
