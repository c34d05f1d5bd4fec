"""Agents in the hand: what they are told and taught, what is seen of them, and what can go wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.agents import library
from livecode.mind.journal import Journal
from livecode.neural.files import read_model, write_model
from livecode.signals import osc
from tests.mind.test_take_over import killed
from tests.sound import jump, longest_silence_s

EGO = "ego = agent(space('additive'), dims=2, every=50*ms)"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def playing(session: Session) -> Session:
    """An agent that has walked for two seconds."""
    assert session.eval(EGO).ok
    session.advance(2.0)
    return session


def where(session: Session, name: str = "ego") -> np.ndarray:
    return np.array(session.get(name).position)


def said(session: Session) -> list[str]:
    return [event.text for event in session.log if event.kind in ("fallback", "note")]


def tell(session: Session, code: str) -> None:
    result = session.eval(code)
    assert result.ok, result.error


def knows(session: Session, name: str = "ego") -> np.ndarray:
    return session.get(name).player.explorer.first.mean


# what it is told


def test_it_learns_with_the_explorer_unless_told_otherwise(playing: Session):
    assert playing.get("ego").mind == "explorer"
    tell(playing, "ego.mind = 'coexplorer'")
    place = where(playing)
    assert type(playing.get("ego").player.explorer).__name__ == "CoExplorer"
    playing.advance(0.05)
    assert np.abs(where(playing) - place).max() < 0.02


def test_praise_that_is_typed_is_learned_from_and_blame_says_the_opposite(playing: Session):
    before = knows(playing).copy()
    tell(playing, "ego.like()")
    liked = knows(playing) - before
    assert np.abs(liked).max() > 0.01
    tell(playing, "undo()")
    assert np.array_equal(knows(playing), before)
    tell(playing, "ego.dislike()")
    assert (knows(playing) - before) @ liked < 0


def test_what_is_told_in_a_block_that_fails_is_not_done(playing: Session):
    place = where(playing)
    assert not playing.eval("ego.jump()\n1/0").ok
    assert np.array_equal(where(playing), place)
    assert "asked" not in playing.get("ego").settings
    tell(playing, "ego.jump()")
    assert np.abs(where(playing) - place).max() > 0.02
    place = where(playing)
    tell(playing, "x = 1")
    tell(playing, "ego.level = 0.9")
    assert np.array_equal(where(playing), place), "it is done once"


def test_undo_takes_a_jump_back(playing: Session):
    place = where(playing)
    tell(playing, "ego.jump()")
    tell(playing, "undo()")
    assert np.array_equal(where(playing), place)


def test_it_can_be_told_before_it_plays(session: Session):
    tell(session, EGO + "\nego.jump()\nego.pause()")
    session.advance(0.5)
    place = where(session)
    assert np.abs(place - 0.5).max() > 0.02
    session.advance(0.5)
    assert np.array_equal(where(session), place)


def test_a_function_that_plays_can_tell_it_too(playing: Session):
    block = "done = []\ndef once(t):\n    if t > 3 and not done:\n        done.append(t)\n"
    tell(playing, block + "        ego.pause()\n    return 0.5\ntwo = agent('additive')")
    tell(playing, "two.level = once")
    playing.advance(1.5)
    place = where(playing)
    playing.advance(0.5)
    assert np.array_equal(where(playing), place)
    assert playing.eval("x = 1").names == ()


def test_paused_it_holds_still_and_resumed_goes_on(playing: Session):
    tell(playing, "ego.pause()")
    place = where(playing)
    playing.advance(0.5)
    assert np.array_equal(where(playing), place)
    tell(playing, "ego.resume()")
    playing.advance(0.5)
    assert not np.array_equal(where(playing), place)


def test_back_is_where_it_was_so_long_ago_and_forward_returns(playing: Session):
    then = where(playing)
    playing.advance(1.0)
    here = where(playing)
    tell(playing, "ego.pause()\nego.back(1*s)")
    assert np.abs(where(playing) - then).max() < 0.011
    tell(playing, "ego.forward(1*s)")
    assert np.abs(where(playing) - here).max() < 0.011
    tell(playing, "ego.back(9*s)")
    assert np.array_equal(where(playing), [0.5, 0.5]), "as far as it goes"


def test_a_sound_that_is_liked_keeps_it_near(playing: Session):
    here = where(playing)
    tell(playing, "ego.like_here()\nego.like_here()")
    playing.advance(8.0)
    far = np.linalg.norm(where(playing) - here)
    assert far < 0.2
    tell(playing, "ego.dislike_here()\nego.step = 0.03")
    farthest = 0.0
    for _ in range(20):
        playing.advance(0.25)
        farthest = max(farthest, np.linalg.norm(where(playing) - here))
    assert farthest > 0.2


def test_surprised_it_leaves_what_it_likes_for_so_long(playing: Session):
    tell(playing, "ego.like_here()\nego.like_here()\nego.step = 0.02\nego.surprise(2*s)")
    here = where(playing)
    playing.advance(1.9)
    assert np.linalg.norm(where(playing) - here) > 0.3
    playing.advance(6.0)
    assert np.linalg.norm(where(playing) - here) < 0.25


def test_forgetting_it_stays_and_knows_nothing(playing: Session):
    tell(playing, "ego.like()\nego.like_here()")
    place = where(playing)
    tell(playing, "ego.forget()")
    assert np.array_equal(where(playing), place)
    assert np.array_equal(knows(playing), [0.5, 0.5])


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ego.like(2)", "above 0 up to 1, not 2"),
        ("ego.back(-1)", "a length above 0"),
        ("ego.surprise('long')", "not a length of time"),
        ("ego.save('../../x')", "no name for a saved agent"),
        ("ego.save(7)", "no name for a saved agent"),
        ("ego.load('nobody')", "there is no saved agent 'nobody' yet"),
        ("ego.curiosity = 9", "0 to 4"),
        ("ego.patience = 0*s", "1*s to 600*s"),
        ("ego.mind = 'genius'", "'coexplorer' or 'explorer'"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(playing: Session, code: str, says: str):
    settings = dict(playing.get("ego").settings)
    result = playing.eval(code)
    assert says in (result.error or "")
    assert "\n" not in (result.error or "")
    assert playing.get("ego").settings == settings


# settings


def test_on_the_beat_its_steps_fall_on_the_grid(session: Session):
    tell(session, EGO + "\ntempo(90)\nego.every = 0.25*beats")
    session.advance(1.0)
    stepped, place = [], where(session)
    for _ in range(600):
        session.advance(256 / 48000)
        if not np.array_equal(where(session), place):
            place = where(session)
            stepped.append(session.performance.signals["beat"])
    offsets = (np.array(stepped) + 0.125) % 0.25 - 0.125
    assert len(stepped) == pytest.approx(3.2 * 1.5 * 4, abs=1)
    assert np.abs(offsets).max() < 0.01  # of a beat: one tick


def test_how_many_dimensions_are_open_can_follow_a_curve(playing: Session):
    tell(playing, "ego.dims = steps(1, 4, 99, every=1*s)")
    counts = []
    for _ in range(3):
        playing.advance(0.5)
        counts.append(len(where(playing)))
        playing.advance(0.5)
    assert counts == [1, 4, 8]
    assert said(playing) == []


def test_every_setting_that_is_a_number_takes_a_curve_or_a_signal(playing: Session):
    for setting in ("dims", "every", "step", "curiosity", "patience"):
        for given in ("sine(0.1, 2, period=1*s)", "0.2 + rings.twist", "lambda t: 0.3 + t % 1"):
            tell(playing, f"ego.{setting} = {given}")
            assert np.isfinite(playing.advance(0.2)).all()
    assert said(playing) == []


def test_a_curious_one_strays_further_from_what_is_liked(session: Session):
    def strays(name: str, curiosity: float) -> float:
        tell(session, f"{name} = agent('additive', seed=4, step=0.02, patience=60*s)")
        tell(session, f"{name}.curiosity = {curiosity}\n" + f"{name}.like_here()\n" * 2)
        here, far = where(session, name), []
        for _ in range(30):
            session.advance(0.2)
            far.append(np.linalg.norm(where(session, name) - here))
        return float(np.mean(far))

    low, middle, high = strays("a", 0), strays("b", 1), strays("c", 4)
    assert low < middle < high


# axes and spaces


def test_axes_that_stay_keep_what_was_learned_and_what_is_dropped_is_said(playing: Session):
    tell(playing, "ego.like()")
    before = knows(playing).copy()
    tell(playing, "ego.dims = 4")
    assert np.array_equal(knows(playing)[:2], before)
    assert said(playing) == []
    tell(playing, "ego.dims = 1")
    assert knows(playing)[0] == before[0]
    assert said(playing) == ["ego: Closing 3 of 4 axes dropped the beliefs about them."]


def a_space(name: str, latent: int, folder: Path) -> Path:
    """The shipped space, cut to fewer dimensions."""
    shipped = Path(__file__).parents[2] / "models" / "additive"
    meta, tensors = read_model(next(shipped.glob("*.safetensors")))
    names = meta.config["axis_names"][:latent]
    config = {**meta.config, "latent": latent, "axis_names": names}
    cut = {"axes": tensors["axes"][:latent]}
    for layer in ("decoder.body.0.weight", "decoder.skip.weight"):
        cut[layer] = tensors[layer][:, :latent]
    for layer in ("encoder.4.weight", "encoder.4.bias"):
        cut[layer] = tensors[layer][: 2 * latent]
    out = folder / f"{name}.safetensors"
    write_model(out, {**tensors, **cut}, replace(meta, config=config))
    return out


def test_into_another_space_it_glides_while_it_plays(playing: Session, tmp_path: Path):
    tell(playing, "ego.dims = 8\nego.like()\nfade(0.3*s)")
    playing.advance(0.5)
    steady = jump(playing.advance(1.0))
    before, mean = where(playing), knows(playing).copy()
    small = a_space("small", 4, tmp_path)
    tell(playing, f"ego.space = {str(small)!r}")
    assert np.array_equal(where(playing), before[:4])
    assert np.array_equal(knows(playing), mean[:4])
    assert said(playing) == ["ego: Closing 4 of 8 axes dropped the beliefs about them."]
    audio = playing.advance(1.5)
    assert longest_silence_s(audio, 48000) < 0.005
    assert jump(audio) < 2 * steady + 0.01
    assert len(where(playing)) == 4
    tell(playing, "ego.space = space('additive')")
    playing.advance(0.5)
    assert playing.eval("ego.dims = 8").ok


# saving


def taught(session: Session) -> None:
    tell(session, "ego.like()\nego.like_here()")
    session.advance(0.5)


def test_saved_and_loaded_it_knows_what_it_knew_and_stands_where_it_stood(playing: Session):
    taught(playing)
    knew = knows(playing).copy()
    tell(playing, "ego.save('glassy')")
    assert library.path_of("glassy").is_file()
    tell(playing, "ego.forget()\nego.jump()")
    place = where(playing)
    tell(playing, "ego.load('glassy')")
    assert np.array_equal(knows(playing), knew)
    assert np.array_equal(where(playing), place)
    assert said(playing) == []
    playing.advance(0.5)
    assert np.abs(where(playing) - place).max() < 0.15


def test_one_of_other_dimensions_is_loaded_as_far_as_it_fits(playing: Session):
    taught(playing)
    knew = knows(playing).copy()
    tell(playing, "ego.save('two')\nego.dims = 4\nego.forget()")
    tell(playing, "ego.load('two')")
    assert np.array_equal(knows(playing)[:2], knew)
    assert said(playing) == ["ego has loaded 'two': it knows 2 of the 4 open axes"]
    tell(playing, "ego.save('four')\nego.dims = 1")
    tell(playing, "ego.load('four')")
    assert knows(playing)[0] == pytest.approx(knew[0])
    assert "of its 4 axes 1 are open. Closing 3 of 4" in said(playing)[-1]
    assert np.isfinite(playing.advance(0.5)).all()


def test_one_of_another_mind_or_a_damaged_one_is_refused(playing: Session):
    tell(playing, "ego.save('a')\nego.save('b')")
    tell(playing, "ego.mind = 'coexplorer'")
    assert "set ego.mind = 'explorer' first" in (playing.eval("ego.load('a')").error or "")
    tell(playing, "ego.save('co')")
    tell(playing, "ego.load('co')")
    tell(playing, "ego.mind = 'explorer'")
    state = dict(library.read("a").state)
    state["first.mean"] = np.array([0.5, np.nan])
    library.write(library.SavedAgent("nan", "explorer", "additive", state))
    assert "not numbers" in (playing.eval("ego.load('nan')").error or "")
    state["first.mean"] = np.zeros((9, 9))
    library.write(library.SavedAgent("shape", "explorer", "additive", state))
    assert "(9, 9)" in (playing.eval("ego.load('shape')").error or "")
    path = library.path_of("b")
    path.write_bytes(path.read_bytes()[:-100])
    assert "damaged" in (playing.eval("ego.load('b')").error or "")
    assert np.isfinite(playing.advance(0.5)).all()


def test_a_mind_that_takes_over_does_it_all_again_in_order_but_saves_nothing(
    session: Session, tmp_path: Path
):
    session.performance.journal = Journal(tmp_path / "journal")
    tell(session, EGO)
    session.advance(1.0)
    taught(session)
    tell(session, "ego.save('kept')")
    saved = library.path_of("kept").read_bytes()
    tell(session, "ego.load('kept')\nego.pause()")
    knew, place = knows(session).copy(), where(session)
    killed(session, tmp_path / "journal")
    assert library.path_of("kept").read_bytes() == saved
    assert np.allclose(knows(session), knew)
    session.advance(0.5)
    assert where(session) == pytest.approx(place, abs=1e-6)


# rewards


def test_two_agents_in_two_spaces_teach_each_other_by_their_sound(playing: Session, tmp_path: Path):
    small = a_space("small", 4, tmp_path)
    tell(playing, f"two = agent({str(small)!r}, dims=3, every=30*ms)")
    tell(
        playing, "two.reward = lambda ego: ego.brightness\nego.reward = lambda two: -0.5 * two.flux"
    )
    sure = np.trace(playing.get("two").player.explorer.first.cov)
    playing.advance(4.0)
    assert np.trace(playing.get("two").player.explorer.first.cov) < sure
    assert 0.1 < playing.get("two").player.reward < 1
    assert playing.get("ego").player.terms.keys() == {"lambda"}
    assert said(playing) == []


def test_a_reward_of_the_place_is_climbed_whatever_its_scale(session: Session):
    tell(session, "ego = agent('additive', dims=2, every=50*ms, step=0.02, seed=1)")
    tell(
        session,
        "@reward\ndef near():\n    x, y = ego.position\n"
        "    return 5000 - 1000 * ((x - 0.8) ** 2 + (y - 0.2) ** 2)\nego.reward = near",
    )
    session.advance(20.0)
    far = []
    for _ in range(40):
        session.advance(0.25)
        far.append(np.linalg.norm(where(session) - [0.8, 0.2]))
    assert np.mean(far) < 0.2
    assert said(session) == []


def test_what_is_seen_names_the_terms_and_what_it_believes(playing: Session):
    tell(
        playing,
        "@reward\ndef hands(rings): return 0.25\n@reward\ndef shimmer(sound): return 0.5\n"
        "ego.reward = hands + 0.3 * shimmer - 0.1",
    )
    playing.advance(1.0)
    seen = playing.performance.status()["agents"]["ego"]
    assert seen["terms"] == {"hands": 0.25, "shimmer": 0.15, "0.1": -0.1}
    assert seen["reward"] == pytest.approx(0.3)
    assert len(seen["position"]) == len(seen["action"]) == 2
    assert np.linalg.norm(seen["action"]) <= 1.01
    assert 0 <= seen["novelty"] <= 1
    assert len(seen["beliefs"]["reward"]) == len(seen["beliefs"]["novelty"]) == 4
    assert np.abs(seen["beliefs"]["reward"]).max() <= 1
    assert playing.performance.status()["values"].keys() == set()
    beliefs = playing.get("ego").beliefs
    assert beliefs.predicted_reward.shape == beliefs.allowed.shape == (4,)
    shown = playing.eval("ego.beliefs").value or ""
    assert shown.count("\n") == 3
    assert "axis 0 up    reward " in shown


@pytest.mark.parametrize("mind", ["explorer", "coexplorer"])
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("float('nan') if n[0] > 5 else 0.5", "not a finite number"),
        ("float('inf') if n[0] > 5 else 0.5", "not a finite number"),
        ("1e300 if n[0] > 5 else 0.5", "scale it"),
        ("-1e9", "scale it"),
        ("0.5", None),
        ("0", None),
        ("None if n[0] > 5 else 0.5", "where a number was needed"),
    ],
)
def test_a_reward_gone_wrong_is_one_sentence_and_the_sound_goes_on(
    session: Session, mind: str, body: str, sentence: str | None
):
    tell(session, f"ego = agent('additive', dims=2, every=30*ms, mind={mind!r})")
    tell(
        session,
        f"n = [0]\n@reward\ndef r(rings):\n    n[0] += 1\n    return {body}\nego.reward = r",
    )
    audio = session.advance(2.0)
    assert np.isfinite(audio).all()
    assert longest_silence_s(audio[4800:], 48000) < 0.005
    assert np.isfinite(where(session)).all()
    assert len([line for line in said(session) if "goes back" not in line]) == (
        sentence is not None
    )
    assert sentence is None or sentence in said(session)[0]
    before = where(session)
    session.advance(0.5)
    assert not np.array_equal(where(session), before)


def test_without_a_reward_it_wanders(playing: Session):
    tell(playing, "ego.reward = None\nego.step = 0.03")
    places = []
    for _ in range(100):
        playing.advance(0.05)
        places.append(where(playing))
    assert np.ptp(places, axis=0).min() > 0.4


def test_keys_midi_and_osc_are_praise_like_any_other(playing: Session):
    tell(playing, "ego.reward = keys.like - keys.dislike + osc['/button'] + midi.cc[74]")
    playing.advance(0.2)
    playing.performance.press("like", playing._frame)
    playing.advance(0.1)
    assert playing.get("ego").player.reward > 0.5
    playing.advance(1.5)
    assert playing.get("ego").player.reward == 0
    playing.receive_osc(osc.encode("/button", -1.0))
    playing.advance(0.1)
    assert playing.get("ego").player.reward == -1
    playing.receive_osc(osc.encode("/button", 0.0))
    playing.performance.receive_midi(bytes([0xB0, 74, 127]), playing._frame)
    playing.advance(0.1)
    assert playing.get("ego").player.reward == pytest.approx(1, abs=0.02)


def test_axes_are_opened_by_name_and_the_others_rest(session: Session):
    session.eval("o = space('orchestra')\nego = agent(o, dims=['centroid', 5], step=0.05)")
    session.advance(2.0)
    player = session.get("ego").player
    walked = player.walked(16)
    moved = set(np.flatnonzero(np.ptp(walked, axis=0) > 0.01))
    assert moved == {1, 4}
    assert session.get("ego").position.shape == (2,)


def test_other_axes_open_where_it_stands_and_what_is_lost_is_said(session: Session):
    session.eval("o = space('orchestra')\nego = agent(o, dims=2, step=0.05)")
    session.advance(2.0)
    before = session.get("ego").player.full_position
    assert session.eval("ego.dims = ['flatness', 'pitch']").ok
    assert session.get("ego").player.full_position == pytest.approx(before, abs=1e-6)
    assert any("knows nothing" in event.text for event in session.log)
    session.eval("ego.dims = ['flatness', 'pitch', 7]")
    assert len([event for event in session.log if "knows nothing" in event.text]) == 1
    session.eval("undo()")
    assert session.get("ego").player.full_position[0] != 0.5
    assert len(session.get("ego").position) == 2


@pytest.mark.parametrize(
    ("dims", "says"),
    [
        ("['brightness']", "orchestra has no axis 'brightness'; it has pitch, centroid"),
        ("[17]", "no axis 17"),
        ("[0]", "no axis 0"),
        ("[]", "one axis or more"),
        ("['pitch', 'pitch']", "each once"),
        ("['pitch', 1]", "names an axis of orchestra twice"),
        ("[1.5]", "whole number"),
    ],
)
def test_axes_that_cannot_be_are_refused(session: Session, dims: str, says: str):
    session.eval("ego = agent(space('orchestra'))")
    result = session.eval(f"ego.dims = {dims}")
    assert not result.ok
    assert says in result.error
    assert session.get("ego").dims == 2
