"""Faders moved by keys."""

from livecode.terminal.faders import Faders


def test_a_fader_moves_by_steps_of_5_hundredths_and_no_further_than_its_ends() -> None:
    told: list[str] = []
    faders = Faders(told.append)
    faders.choose(3)
    assert faders.chosen == (3, 0.0)
    assert told == []
    for _ in range(3):
        faders.move(+1)
    assert told == ["fader3=0.05", "fader3=0.1", "fader3=0.15"]
    for _ in range(30):
        faders.move(+1)
    assert faders.chosen == (3, 1.0)
    for _ in range(30):
        faders.move(-1)
    assert (faders.chosen, told[-1]) == ((3, 0.0), "fader3=0")


def test_without_a_choice_the_first_is_moved() -> None:
    told: list[str] = []
    faders = Faders(told.append)
    assert faders.chosen is None
    faders.move(+1)
    assert (faders.chosen, told) == ((1, 0.05), ["fader1=0.05"])


def test_a_new_mind_is_told_of_those_that_do_not_stand_at_0() -> None:
    told: list[str] = []
    faders = Faders(told.append)
    faders.choose(2)
    faders.move(+1)
    faders.choose(8)
    faders.move(+4)
    told.clear()
    faders.send_all()
    assert told == ["fader2=0.05", "fader8=0.2"]
