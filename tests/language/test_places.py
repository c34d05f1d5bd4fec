"""Finding one's way in a space: sounds by name, places that sound, ways between, and the map."""

from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.language.scatter import draw_map, drawn, group
from tests.sound import centroid_hz, jump, longest_silence_s, rms

RATE = 48_000


@pytest.fixture
def orchestra(session: Session) -> Session:
    assert session.eval("o = space('orchestra')").ok
    return session


def test_a_place_sounds_and_follows_curves(session: Session) -> None:
    session.eval("glass = space('additive')\nbell = glass.hold(0.2, 0.7, fade=0)")
    audio = session.advance(1.0)
    assert rms(audio[RATE // 2 :]) == pytest.approx(0.1, rel=0.15)
    assert session.eval(
        "bell.where = 0.2, ramp(0.1, 0.9, over=1*s), lambda rings: 0.5 + rings.twist"
    ).ok
    moving = session.advance(1.5)
    assert longest_silence_s(moving, RATE) < 0.01
    assert session.eval("bell").value.startswith("bell in additive, at 0.2, ramp(0.1, 0.9")
    assert [(row.name, row.kind) for row in session.running()] == [("bell", "spot")]


def test_a_place_s_function_that_fails_leaves_it_where_it_is(session: Session) -> None:
    session.eval(
        "fail = False\nbell = space('additive').hold(lambda t: 0.5 if not fail else 1 / 0)"
    )
    session.advance(0.5)
    session.eval("fail = True")
    assert longest_silence_s(session.advance(1.0), RATE) < 0.01
    assert [event for event in session.log if event.kind == "fallback"]


def test_a_sound_is_found_by_its_name_and_by_itself(orchestra: Session, tmp_path: Path) -> None:
    names = orchestra.get("o").sounds
    assert len(names) > 100
    place = orchestra.get("o").at(names[3])
    assert place.shape == (orchestra.get("o").latent,)
    assert ((place >= 0) & (place <= 1)).all()
    assert orchestra.eval(f"bell = o.hold(*o.at({names[3]!r}))").ok
    assert rms(orchestra.advance(1.0)[RATE // 2 :]) > 0.05


def test_a_morph_goes_from_one_sound_to_the_other_without_a_hole(orchestra: Session) -> None:
    one, other = orchestra.get("o").sounds[0], orchestra.get("o").sounds[-1]
    code = f"blend = o.morph({one!r}, {other!r}, position=ramp(0, 1, over=2*s), fade=0)"
    assert orchestra.eval(code).ok
    audio = orchestra.advance(2.5)
    assert longest_silence_s(audio[2400:], RATE) < 0.01
    begin, end = audio[4800:14400], audio[-14400:]
    assert abs(centroid_hz(begin, RATE) - centroid_hz(end, RATE)) > 20
    generation = orchestra.performance.generations.current("blend").generation
    assert orchestra.eval(code).ok
    orchestra.advance(0.1)
    assert orchestra.performance.generations.current("blend").generation == generation
    steady = jump(audio[4800:])
    assert orchestra.eval("blend.position = 0.5").ok
    assert jump(orchestra.advance(0.5)) < 2 * steady


def test_a_place_is_as_alive_as_its_texture_says(orchestra: Session) -> None:
    assert orchestra.eval("bell = o.hold(*o.at('violin_075_f'), fade=0)").ok

    def swells_db() -> float:
        windows = orchestra.advance(1.5)[RATE // 4 : RATE // 4 + 60_000, 0].reshape(-1, 2000)
        return float(np.std(20 * np.log10(np.sqrt(np.square(windows).mean(1)))))

    still = swells_db()
    assert orchestra.eval("bell.texture = 1").ok
    alive = swells_db()
    assert orchestra.eval("bell.texture = ramp(1, 0, over=0.1*s)").ok
    orchestra.advance(0.5)
    assert still < 0.1 < 0.5 < alive
    assert swells_db() < 0.1
    assert orchestra.eval("ego = agent(o, texture=0.5)\nm = o.morph(*o.sounds[:2], texture=1)").ok
    assert orchestra.eval("ego.texture = lambda rings: rings.twist").ok


def test_a_space_that_has_no_texture_says_so_and_plays_on(session: Session) -> None:
    session.eval("glass = space('additive')\nego = agent(glass)\no = space('orchestra')")
    session.advance(0.5)
    for code in ("ego.texture = 0.5", "bell = glass.hold(0.5, texture=sine(0, 1))"):
        result = session.eval(code)
        assert not result.ok
        assert "additive has no texture, so" in result.error
    assert session.eval("ego.space = o\nego.texture = 0.5").ok
    assert session.eval("ego.space = glass").ok
    assert str(session.log[-2]) == "ego: additive has no texture, so it is still"
    assert session.eval("ego.dims = 4").ok
    assert not session.eval("ego.texture = 0.6").ok
    assert longest_silence_s(session.advance(0.5), RATE) < 0.01


def test_the_map_shows_sounds_and_where_an_agent_has_been(orchestra: Session) -> None:
    orchestra.eval("ego = agent(o, dims=2, step=0.1)")
    orchestra.advance(2.0)
    plain = orchestra.eval("o.map()").value
    walked = orchestra.eval("o.map(ego)").value
    assert "f flute" in plain
    assert "·" not in plain
    assert "·" in walked
    assert "●" in walked
    assert max(len(line) for line in walked.splitlines()) <= 80


def test_the_map_is_a_picture_as_well(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    points = np.random.default_rng(1).random((20, 2))
    names = [f"flute_{i:03}" for i in range(20)]
    draw_map(tmp_path / "map.png", names, points, points[:5], points[0])
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_families_are_told_by_what_stands_before_the_first_number() -> None:
    assert [group(name) for name in ("flute_072_f", "alto_sax_05", "x", "12")] == [
        "flute",
        "alto_sax",
        "x",
        "12",
    ]
    picture = drawn(["flute_1", "fagott_1"], np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert picture.splitlines()[1].endswith("f│")
    assert picture.splitlines()[-1] == "f fagott  l flute"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("o.at('flutee')", "knows no sound named 'flutee'"),
        ("b = o.hold()", "takes 1 to"),
        ("b = o.hold(2)", "from 0 to 1"),
        ("b = o.hold('x')", "b"),
        ("b = o.morph('nothing', 'nowhere')", "knows no sound"),
        ("o.map(3)", "map takes agents"),
        ("space('additive').at('flute')", "trained on no sound files"),
        ("o.encode('nowhere.wav')", "no sound file"),
    ],
)
def test_what_cannot_be_found_is_said(orchestra: Session, code: str, says: str) -> None:
    result = orchestra.eval(code)
    assert not result.ok
    assert says in result.error
