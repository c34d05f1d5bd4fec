"""Cues of a second person: real packets, a token, a fixed vocabulary, and nothing else."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livecode import Session
from livecode.processes.attachment import Attachment
from livecode.processes.options import Options
from livecode.sets.cue_vocabulary import VOCABULARY
from livecode.sets.cues import CUES_PER_S
from livecode.sets.set_file import parse_set
from livecode.signals.intake import CUES_TOKEN
from livecode.signals.osc import Argument, encode, encode_bundle
from livecode.signals.udp import UdpListener
from livecode.transport.status import Status, look_at_status

pytestmark = pytest.mark.live

TOKEN = "s3cret-of-the-evening"
ROOT = Path(__file__).parents[2]
PIECE = """\
ego = agent(space("additive"), dims=2)
echo = agent(space("additive"), dims=2, level=0.2)
# %% a for=2*s
x = 1
# %% b
x = 2
# %% the end
x = 3
"""


@pytest.fixture
def stage(session: Session) -> Session:
    """A set that plays, with cues open."""
    session.performance.cues.token = TOKEN
    session.open_set(parse_set(PIECE, Path("piece.py")))
    session.advance(0.1)
    return session


@pytest.fixture
def send(stage: Session) -> Iterator[Callable[..., None]]:
    """Sends packets over UDP, and lets the performance take in what has come."""
    with UdpListener(port=0) as listener, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:

        def to_stage(*packets: bytes) -> None:
            before = listener.received
            for packet in packets:
                out.sendto(packet, ("127.0.0.1", listener.port))
            end = time.monotonic() + 5
            while listener.received < before + len(packets):
                assert time.monotonic() < end
                time.sleep(0.002)
            for _, packet, _ in listener.drain():
                stage.receive_osc(packet)
            stage.advance(0.1)

        yield to_stage


def cue(word: str, *arguments: Argument, token: str = TOKEN) -> bytes:
    return encode(f"/livecode/{word}", *arguments, token)


def scene(stage: Session) -> str:
    found = stage.performance.scenes.scene
    assert found is not None
    return found.name


def said(stage: Session) -> list[str]:
    return [str(event) for event in stage.log if event.kind in ("note", "error")]


def test_scenes_are_cued_by_name_and_by_steps(stage: Session, send) -> None:
    for arguments, then in ((("b",), "b"), (("+1",), "the end"), (("-1",), "b"), ((-1,), "a"),
                            ((), "b"), ((1,), "the end"), (("a",), "a")):  # fmt: skip
        send(cue("cue", *arguments))
        assert scene(stage) == then, arguments


def test_the_token_may_stand_first(stage: Session, send) -> None:
    send(encode("/livecode/cue", TOKEN, "b"))
    assert scene(stage) == "b"


def test_agents_and_levels_are_set_one_or_all(stage: Session, send) -> None:
    send(cue("dims", 4), cue("every", 0.03, "echo"), cue("level", "ego", 0.5))
    ego, echo = stage.get("ego"), stage.get("echo")
    assert (ego.dims, echo.dims, ego.level) == (4, 4, 0.5)
    assert repr(echo.every) == "30*ms"
    send(cue("dims", 1, "echo"))
    assert (ego.dims, echo.dims) == (4, 1)


def test_a_scene_is_held_released_looped_and_stretched(stage: Session, send) -> None:
    send(cue("hold"))
    stage.advance(2.5)
    assert scene(stage) == "a"
    send(cue("loop", 1), cue("release"))
    assert (scene(stage), stage.performance.scenes.looping) == ("a", True)
    send(cue("loop", 0), cue("stretch", 5.0))
    stage.advance(4)
    assert scene(stage) == "a"
    stage.advance(3.2)
    assert scene(stage) == "b"


def test_likes_are_those_of_the_keys(stage: Session, send) -> None:
    send(cue("like"))
    assert stage.performance.keys.like > 0


def test_hush_fades_and_panic_silences_at_once(stage: Session, send) -> None:
    assert stage.performance.generations.sounding() == ["ego", "echo"]
    send(cue("hush"))
    assert stage.performance.generations.sounding() == []
    stage.eval("undo()")
    stage.advance(0.5)
    send(cue("panic"))
    assert abs(stage.advance(0.1)).max() == 0


def test_without_the_right_token_nothing_happens_and_that_is_said_once(
    stage: Session, send
) -> None:
    for packet in (cue("cue", "b", token=TOKEN[:-1]), encode("/livecode/cue", "b"),
                   encode("/livecode/panic"), cue("hush", token=""), cue("cue", "b", token="é")):  # fmt: skip
        send(packet, packet)
    assert scene(stage) == "a"
    assert abs(stage.advance(0.2)).max() > 0.01
    assert len([text for text in said(stage) if "without the right token" in text]) == 1


def test_closed_cues_do_nothing_even_with_an_empty_token(stage: Session, send) -> None:
    stage.performance.cues.token = ""
    send(cue("cue", "b", token=""), cue("cue", "b"), encode("/livecode/cue"))
    assert scene(stage) == "a"
    assert len([text for text in said(stage) if "--cues TOKEN opens them" in text]) == 1


def test_what_is_in_no_vocabulary_is_refused_with_the_vocabulary(stage: Session, send) -> None:
    send(cue("eval", "x = 99"), cue("cue", "b'); x = 99 #"), cue("level", "ego.pan", 0.5),
         cue("level", "ego", 99.0), cue("dims", "4"), cue("dims", 2, "nobody"))  # fmt: skip
    assert (scene(stage), stage.get("x"), stage.get("ego").level) == ("a", 1, 1.0)
    text = "\n".join(said(stage))
    assert "/livecode/eval is no cue; there are cue, dims, dislike" in text
    assert "'nobody'" in text


def test_a_token_is_never_to_be_read_as_a_signal(stage: Session, send) -> None:
    send(cue("cue", "b"), cue("nonsense"), encode("/other", 0.5))
    assert list(stage.performance.intake.osc) == ["/other"]


def test_a_fader_that_is_moved_fast_is_followed_to_where_it_stops_without_a_flood(
    stage: Session, send
) -> None:
    for i in range(300):
        stage.receive_osc(cue("level", "ego", i / 300))
        stage.advance(0.005)
    stage.advance(0.5)
    assert stage.get("ego").level == pytest.approx(299 / 300, abs=1e-5)
    blocks = stage.performance.blocks.number
    assert blocks < 3 + 20 + 1.7 * CUES_PER_S
    send(cue("level", "ego", 0.25))
    assert stage.get("ego").level == 0.25
    assert len([text for text in said(stage) if text.startswith("cue: ego.level")]) <= 2


@settings(max_examples=40, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    word=st.sampled_from(sorted(VOCABULARY)) | st.text("abc/", max_size=6),
    arguments=st.lists(
        st.text(max_size=8) | st.integers(-(2**31), 2**31 - 1) | st.booleans()
        | st.floats(width=32, allow_nan=False, allow_infinity=False)
        | st.sampled_from(["ego", "b", "a"]), max_size=3,
    ),
)  # fmt: skip
def test_whatever_comes_changes_no_name_and_ends_nothing(
    stage: Session, word: str, arguments: list[Argument]
) -> None:
    own = set(stage.performance.namespace.variables)
    stage.receive_osc(encode_bundle(cue(word, *[a for a in arguments if "\0" not in str(a)])))
    stage.advance(0.01)
    assert set(stage.performance.namespace.variables) == own
    assert stage.get("x") in (1, 2, 3)
    assert not [event for event in stage.log if "livecode itself failed" in event.text]


def test_live_a_packet_of_another_program_cues_a_scene(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from livecode.processes.connection import write_connection
    from livecode.processes.paths import Paths

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv(CUES_TOKEN, TOKEN)
    path = tmp_path / "piece.py"
    path.write_text(PIECE.replace("for=2*s", ""))
    with UdpListener(port=0) as free:
        port = free.port
    paths = Paths()
    write_connection(paths.connection)
    options = Options(audio="headless", set_path=path, osc_port=port)
    started = Attachment(options, paths, print)
    started.start()

    def is_in(status: Status, scene: str) -> bool:
        return status.scene is not None and status.scene.name == scene

    def await_board(condition: Callable[[Status], bool], packet: bytes | None = None) -> None:
        end = time.monotonic() + 20
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while not condition(look_at_status(started.arena.board.look())):
                started.check()
                assert time.monotonic() < end
                if packet is not None:
                    out.sendto(packet, ("127.0.0.1", port))
                time.sleep(0.1)

    try:
        await_board(lambda status: is_in(status, "a"))
        await_board(lambda status: is_in(status, "the end"), cue("cue", "the end"))
        example = [sys.executable, "examples/cue.py", f"127.0.0.1:{port}", "-", "hold"]
        environment = {**os.environ, CUES_TOKEN: TOKEN}
        subprocess.run(example, cwd=ROOT, env=environment, check=True, timeout=30)
        await_board(lambda status: status.scene is not None and status.scene.held)
    finally:
        started.stop()
