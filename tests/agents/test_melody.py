"""Melodies that go on: in the key that was heard, by what was heard, the same for the same seed."""

import itertools

import pytest

from livecode.agents.melody import Key, MelodyMemory, PlayedNote, key_of


def phrase(*notes: float, length: float = 0.25) -> list[PlayedNote]:
    return [PlayedNote(n * length, 0.9 * length, note) for n, note in enumerate(notes)]


@pytest.mark.parametrize(
    ("notes", "key"),
    [
        ((60, 62, 64, 65, 67, 65, 64, 60), Key(0, False)),
        ((57, 59, 60, 62, 64, 60, 57), Key(9, True)),
        ((63, 65, 67, 70, 67, 63), Key(3, False)),
    ],
)
def test_the_key_is_that_of_the_phrase(notes: tuple[float, ...], key: Key) -> None:
    assert key_of(phrase(*notes)) == key


def test_it_goes_on_in_the_key_as_long_as_asked_and_the_same_for_the_same_seed() -> None:
    memory = MelodyMemory()
    memory.hear(phrase(62, 64, 66, 67, 69, 66, 62))
    answer = memory.answer(2.0, seed=1)
    assert answer == memory.answer(2.0, seed=1)
    assert answer != memory.answer(2.0, seed=2)
    key = key_of(phrase(62, 64, 66, 67, 69, 66, 62))
    assert {round(each.note) % 12 for each in answer} <= key.scale
    assert round(answer[-1].note) % 12 in key.triad
    assert len(answer) == 8
    last = answer[-1]
    assert last.begin + last.length <= 2.0
    assert all(55 <= each.note <= 76 for each in answer)


def test_it_plays_what_followed_what() -> None:
    memory = MelodyMemory()
    assert memory.answer(1.0, 0) == []
    for _ in range(6):
        memory.hear(phrase(*[60, 67] * 5))
    steps = [round(each.note) for each in memory.answer(4.0, seed=3)]
    leaps = [abs(b - a) for a, b in itertools.pairwise(steps[:-1])]
    assert leaps.count(7) > 0.8 * len(leaps), "it leaps by fifths, up and down in turn"
    memory.hear(phrase(64))
    assert memory.answer(1.0, 0)
    alone = MelodyMemory()
    alone.hear(phrase(64))
    assert len(alone.answer(1.0, 0)) > 2
