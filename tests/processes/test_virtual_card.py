"""The whole path on a virtual sound card: packets from another program, a taught agent, a recording."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.bench import agent_path
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.transport.audio import AudioStatus, look_at_audio
from tests.conftest import Card, need
from tests.sound import jump, longest_silence_s

PORT = 18889
#: What an R-IoT of the second generation sends: 22 floats, the roll at index 20.
REST = [0, 0, 1, *[0] * 6, 25, *[0] * 4, 1, *[0] * 5]


def oscsend(ring: int, roll_deg: float) -> None:
    arguments = [str(number) for number in (*REST, roll_deg, 0)]
    command = ["oscsend", "localhost", str(PORT), f"/{ring}/raw", "f" * 22, *arguments]
    subprocess.run(command, check=True)


@need("oscsend")
def test_rings_teach_an_agent_and_the_recording_has_no_gap_and_no_click(
    virtual_card: str, tmp_path: Path
):
    take = tmp_path / "take.wav"
    with Live(Options(audio="jack", osc_port=PORT, record=take)) as live:
        assert live.attachment.arena.device.look() == b"jack"
        block = (
            "ego = agent(space('additive'), dims=2, every=30*ms)\n"
            "@reward\ndef hands(rings): return rings.twist\n"
            "ego.reward = hands"
        )
        ok, error = live.evaluate(block)
        assert ok, error
        live.await_sound()

        live.await_(lambda: "ego" in live.status.agents, "the agent in the status")

        def turned() -> bool:
            oscsend(0, -60.0)  # the first id is the left hand: to the front
            oscsend(1, 80.0)
            agent = live.status.agents["ego"]
            return live.status.twist > 0.6 and agent.reward > 0.6

        live.await_(turned, "the rings to reach the reward")
        first = live.status.agents["ego"].position
        live.await_(lambda: live.status.agents["ego"].position != first, "the agent to move")
        for code in ("ego.dims = 4", "1/0", "ego = agent(space('additive'), dims=2, seed=9)",
                     "@reward\ndef hands(rings): return None"):  # fmt: skip
            live.evaluate(code)
            frame = live.status.frame
            live.await_(lambda: live.status.frame > frame + 24000, "half a second")  # noqa: B023
    audio, rate = soundfile.read(take, dtype="float32")
    begins = np.flatnonzero(np.abs(audio).max(axis=1) > 0.01)[0] + rate // 10
    played = audio[begins : -rate // 10]
    assert longest_silence_s(played, rate) < 0.020
    # what a steady tone of the space jumps by from sample to sample, as in tests/offline/test_session.py
    assert jump(played) < 0.15


def test_auto_takes_the_card_that_is_there(virtual_card: str):
    with Live(Options(audio="auto", osc_port=0)) as live:
        assert live.attachment.arena.device.look() == b"jack"
        live.await_(lambda: live.header.blocks > 100, "blocks")


@pytest.mark.slow
def test_a_musician_with_rings_teaches_an_agent_by_the_whole_path_as_well_as_in_the_bench(
    virtual_card: str,
):
    found = agent_path.arrivals(3)
    benched = agent_path.benched(3)
    assert sum(each is not None for each in found) >= sum(each is not None for each in benched) - 1


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["auto", "jack"])
def test_a_performance_outlives_its_sound_server_and_is_heard_again_when_it_is_back(
    card: Card, backend: str
):
    def audio() -> AudioStatus:
        return look_at_audio(live.attachment.arena.audio)

    with Live(Options(audio=backend, osc_port=0)) as live:
        ok, error = live.evaluate("ego = agent(space('additive'))")
        assert ok, error
        live.await_sound()
        engine, underruns = live.header.engine_pid, live.header.underruns
        card.kill()
        live.await_(lambda: audio().unheard, "the loss to be seen", 2.0)
        frame = live.status.frame
        live.await_(lambda: live.status.frame > frame + 8 * 48000, "eight seconds")
        assert live.peak > 0.01, "it sounds on, unheard"
        ok, error = live.evaluate("assert 'nobody hears this' in repr(audio)")
        assert ok, error
        card.start(44100, 1024)
        live.await_(lambda: not audio().unheard, "the server to be taken up again", 8.0)
        frame = live.status.frame
        live.await_(lambda: live.status.frame > frame + 2 * 48000, "two seconds")
        assert (audio().sample_rate, audio().block) == (44100, 1024)
        assert live.header.engine_pid == engine
        assert live.header.underruns <= underruns + 2
        ok, error = live.evaluate("assert 'jack' in audio().devices and audio().heard")
        assert ok, error
        assert live.said == [], "nothing died"
