"""The status bar's two lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from livecode.terminal.meter import MasterLevel
from livecode.terminal.snapshot import Snapshot
from livecode.terminal.status_bar import (
    StatusBar,
    Touch,
    Work,
    bar,
    clock,
    decibels,
    meter,
    number,
)
from livecode.transport.messages import Tape
from livecode.transport.status import AgentStatus, Compared, SceneStatus, SoundStatus, Status

STATUS = Status(
    agents={
        "ego": AgentStatus(position=(0.0, 0.5, 1.0), reward=0.32, space="additive"),
        "echo": AgentStatus(position=(0.9,), reward=-0.1, space="additive"),
    },
    sounding={"ego": SoundStatus("agent"), "echo": SoundStatus("agent")},
    rings="L ok 4ms · R --",
    twist=0.5,
    beat=45.2,
    bar=11.3,
    tempo=120.0,
    scene=SceneStatus("wander", 0, left_s=64.2),
)
READY = Work(ready=True)
FULL = replace(
    STATUS,
    sounding={
        name: SoundStatus("agent", muted=name == "hall")
        for name in ("ego", "hall", "bells", "rain", "choir", "drone", "sub", "voice", "echo")
    },
    values={"ego.level": 0.53, "hall.cut": 4000.0, "r7.temperature": -12.25, "a.pan": -0.5},
)
LEVELS = {"ego": 0.5, "bells": 0.05, "rain": 1.0}
BUSY = Touch((3, 0.55), "like", ("echo", "drone"))


def text(
    snapshot: Snapshot, work: Work = READY, width: int = 120, touch: Touch = Touch()
) -> list[str]:
    lines = StatusBar().lines(snapshot, work, touch, width, 0.0)
    return ["".join(t for _, t in line) for line in lines]


def test_a_tilted_stream_shows_how_far_it_is_pushed() -> None:
    status = replace(STATUS, sounding={"r7": SoundStatus("stream")}, pushed={"r7": 12.4})
    _, below = text(Snapshot(status, {"r7": 0.5}, "jack: system", 0.12, 0, 0, 0.5))
    assert "r7" in below
    assert "⇗12 bit/s" in below


def test_a_stream_that_has_learned_says_what_that_gained_and_lost() -> None:
    told = "shimmer +0.8 sd, 0.12 bits, variety .9"
    status = replace(STATUS, sounding={"r7": SoundStatus("stream")}, learned={"r7": told})
    _, below = text(Snapshot(status, {"r7": 0.5}, "jack: system", 0.12, 0, 0, 0.5))
    assert f"learned: {told}" in below


def test_it_shows_which_of_two_stretches_plays_and_what_a_reward_has_said() -> None:
    status = replace(
        STATUS,
        compared={"mine": Compared(2, 12, 5)},
        plotted={"shimmer": (0.0, 0.5, 1.0), "new": ()},
    )
    above, _ = text(Snapshot(status, {}, "jack: system", 0.12, 0, 0, 0.5), width=160)
    assert "mine ② Alt+9 first Alt+0 second · 12" in above
    assert "shimmer ▁▅█ 1" in above
    begins = replace(STATUS, compared={"mine": Compared(1, 0, 0)})
    above, _ = text(Snapshot(begins, {}, "jack: system", 0.12, 0, 0, 0.5), width=160)
    assert "mine ① · 0" in above


def test_it_shows_where_the_piece_and_the_agents_are() -> None:
    above, below = text(Snapshot(STATUS, {}, "jack: system", 0.12, 0, 0, 0.5))
    assert "wander 1:05" in above
    assert "12 ·●··" in above
    assert "120 bpm" in above
    assert "rings L ok 4ms · R --" in above
    assert "+0.50" in above
    assert "ego · ▁▅█ +0.32" in below
    assert "echo · █ −0.10" in below
    assert "−6 dB" in below
    assert "load 12%" in below
    assert "jack: system" in below


@pytest.mark.parametrize(
    ("bar", "beats", "shown"), [(2.7, 3.0, "3 ··●"), (0.0, 3.5, "1 ●···"), (4.99, 3.5, "5 ···●")]
)
def test_bars_are_those_of_the_metre(bar: float, beats: float, shown: str) -> None:
    status = replace(STATUS, bar=bar, beats_per_bar=beats)
    assert f" {shown} " in text(Snapshot(status, {}, "jack: system", 0.12, 0, 0, 0.5))[0]


def test_an_agent_that_is_silent_is_gone_as_hits_and_notes_are() -> None:
    _, below = text(Snapshot(replace(STATUS, sounding={"echo": SoundStatus("agent")})))
    assert "echo · █ −0.10" in below
    assert "ego" not in below


def test_a_tempo_that_changes_has_one_decimal() -> None:
    assert " 125.6 bpm" in text(Snapshot(replace(STATUS, tempo=125.591)))[0]


def test_it_says_what_the_mind_is_doing() -> None:
    assert "the mind is starting" in text(Snapshot(), Work())[0]
    assert "running 3 s, 2 waiting · Ctrl-C interrupts" in text(Snapshot(), Work(True, 3.0, 2))[0]
    assert "Ctrl-C restarts the mind" in text(Snapshot(), Work(True, 9.0, 0, stuck=True))[0]
    assert "the mind hangs: 4 s" in text(Snapshot(mind_silent_s=4.0), READY)[0]
    assert text(Snapshot(), Work(True, 0.5, 0))[0].strip() == ""


@pytest.mark.parametrize("width", [1, 5, 20, 40, 60, 80, 200])
def test_each_line_fits_the_screen(width: int) -> None:
    for shown in (STATUS, FULL):
        snapshot = Snapshot(shown, LEVELS, "a device with quite a long name", 0.5, 3, 4, 1.0)
        for work in (READY, Work(True, 9.0, 2)):
            for line in text(snapshot, work, width, BUSY):
                assert len(line) == width


def test_what_matters_most_stays_when_there_is_no_room() -> None:
    status = StatusBar()
    for late, now_s in ((0, 0.0), (30, 1.0)):
        snapshot = Snapshot(STATUS, {}, "device", 0.1, late, 0, 0.5)
        lines = status.lines(snapshot, Work(True, 9.0), Touch(), 48, now_s)
    above, below = ("".join(t for _, t, *_ in line) for line in lines)
    assert "Ctrl-C interrupts" in above
    assert "dB" in below
    assert "you hear this" in below


def test_a_word_says_whether_dropouts_matter() -> None:
    status = StatusBar()

    def judged(late: int, underruns: int, now_s: float) -> tuple[str, str]:
        snapshot = Snapshot(late=late, underruns=underruns)
        _, below = status.lines(snapshot, READY, Touch(), 120, now_s)
        at = next(n for n, (_, text, *_) in enumerate(below) if f"late {late} · " in text)
        assert f"xruns {underruns} " in below[at][1]
        return below[at + 1][1], below[at + 1][0].rpartition(".")[2]

    assert judged(1215, 7, 0.0) == ("ok", "dim"), "of an evening long ago"
    assert judged(1215, 8, 1.0) == ("now and then", "loud")
    assert judged(1216, 8, 30.0) == ("now and then", "loud")
    assert judged(1216, 11, 31.0) == ("you hear this", "alarm")
    assert judged(1216, 11, 42.0) == ("now and then", "loud")
    assert judged(1216, 11, 92.0) == ("ok", "dim")
    for now_s in range(100, 110):
        said = judged(1216 + 3 * (now_s - 99), 11, float(now_s))
    assert said == ("you hear this", "alarm")


def test_late_blocks_do_not_matter_where_nobody_hears_them() -> None:
    status = StatusBar()

    def below(late: int, underruns: int, now_s: float, heard: bool) -> str:
        snapshot = Snapshot(late=late, underruns=underruns, heard=heard)
        return "".join(each[1] for each in status.lines(snapshot, READY, Touch(), 120, now_s)[1])

    below(0, 0, 0.0, False)
    assert "late 90 · xruns 0 ok" in below(90, 0, 1.0, False)
    assert "xruns 5 now and then" in below(90, 5, 2.0, False), "a recording has their holes"
    assert "late 190 · xruns 5 you hear this" in below(190, 5, 3.0, True)


def test_the_master_shows_its_held_peak_and_its_loudness() -> None:
    level = MasterLevel(0.1, 0.7, -18.4)
    _, below = text(Snapshot(STATUS, peak=0.02, master=level), width=160)
    bars = meter(0.1)  # five cells and a part; the mark stands where 0.7 would reach
    assert f"{bars[:7]}▕" in below
    assert "−3 dB" in below
    assert "−18 LUFS" in below
    assert "−∞ LUFS" in text(Snapshot(STATUS), width=160)[1]


def test_every_name_that_sounds_has_its_level_or_the_mark_of_one_that_is_muted() -> None:
    _, below = text(Snapshot(FULL, LEVELS), width=200)
    for shown in ("ego ▇ ▁▅█ +0.32", "hall M", "bells ▄", "rain █", "choir ·", "echo · █ −0.10"):
        assert shown in below


def test_a_name_says_whether_it_is_solo_or_muted_itself_or_because_another_is_solo() -> None:
    sounds = {
        "bass": SoundStatus("notes", muted=True, by_name=True),
        "hats": SoundStatus("hits", muted=True),
        "kick": SoundStatus("hits", solo=True),
    }
    _, below = StatusBar().lines(
        Snapshot(Status(sounding=sounds), {"kick": 0.5}), READY, Touch(), 80, 0.0
    )
    shown = "".join(text for _, text in below)
    assert "bass M  hats M  kick S ▇" in shown
    assert [style for style, text in below if text == " M"] == [
        "class:status.loud", "class:status.dim",
    ]  # fmt: skip


def test_names_lose_their_details_before_any_is_left_out_and_then_it_is_said_how_many() -> None:
    _, below = text(Snapshot(FULL, LEVELS), width=80)
    assert "ego ▇  hall M  bells ▄  rain █  choir ·  drone ·  sub ·  +2" in below
    assert "dB" in below
    _, below = text(
        Snapshot(Status(sounding={"ego": SoundStatus(), "hall": SoundStatus()}), LEVELS), width=80
    )
    assert "+" not in below


def test_a_names_meter_rises_at_once_and_falls_slowly() -> None:
    status = StatusBar()
    sounds = Status(sounding={"ego": SoundStatus()})

    def shown(peak: float, now_s: float) -> str:
        _, below = status.lines(Snapshot(sounds, {"ego": peak}), READY, Touch(), 80, now_s)
        return "".join(t for _, t in below)[5]

    assert [shown(0.0, 0.0), shown(0.5, 0.1), shown(0.0, 0.2)] == ["·", "▇", "▇"]
    assert shown(0.0, 2.2) == "▃"
    assert shown(0.0, 9.0) == "·"


def test_the_fader_at_hand_and_a_like_are_shown() -> None:
    above, _ = text(Snapshot(STATUS), width=80, touch=Touch((3, 0.55), "like"))
    assert "fader 3 ▅ 0.55" in above
    assert "like" in above


def test_an_orphan_is_named_with_the_key_that_fades_it() -> None:
    above, _ = text(Snapshot(STATUS), width=80, touch=Touch(orphans=("echo",)))
    assert "orphan: echo (F4 ends it)" in above
    above, _ = text(Snapshot(STATUS), width=80, touch=Touch(orphans=("echo", "ego")))
    assert "orphan: echo +1 (F4 ends it)" in above
    above, _ = text(Snapshot(STATUS), Work(True, 9.0), 60, Touch((1, 0.0), "", ("echo",)))
    assert "F4 ends echo" in above
    assert "Ctrl-C interrupts" in above


def test_some_values_are_shown_where_there_is_room() -> None:
    above, _ = text(Snapshot(FULL), width=200)
    assert "ego.level 0.53  hall.cut 4000  r7.temperature −12.2  a.pan −0.50" in above
    above, _ = text(Snapshot(Status(values=FULL.values)), width=50)
    assert "ego.level 0.53  hall.cut 4000 " in above
    assert "temperature" not in above


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0, -1e9])
def test_any_number_can_be_shown(value: float) -> None:
    assert number(value)
    status = Status(values={"a": value}, sounding={"a": SoundStatus()})
    assert text(Snapshot(status, {"a": value}))
    assert decibels(value) >= -48


@given(st.floats(0, 4) | st.just(float("nan")))
def test_a_meter_is_always_as_wide(peak: float) -> None:
    assert len(meter(peak)) == 8


def test_meters_and_clocks() -> None:
    assert meter(0.0).strip() == ""
    assert meter(1.0) == "█" * 8
    assert (bar(0.0), bar(0.99), bar(2.0), bar(float("nan"))) == ("▁", "█", "█", "?")
    assert (clock(0.0), clock(59.1), clock(60.5)) == ("0:00", "1:00", "1:01")


def test_it_shows_that_it_records_and_for_how_long_and_that_it_had_to_stop() -> None:
    tape = Tape("/a/night.wav")
    assert "● 1:05 " in text(Snapshot(STATUS, tape=tape, recorded_s=65.9))[0]
    stems = Tape("/a/night.wav", "/a")
    assert "● 0:07 stems" in text(Snapshot(STATUS, tape=stems, recorded_s=7.0))[0]
    assert "●" in text(Snapshot(FULL, tape=tape), width=40)[0], (
        "the dot stays when there is no room"
    )
    stopped = Tape(error="the disk is full")
    assert "not recording" in text(Snapshot(STATUS, tape=stopped))[0]
    assert "recording" not in text(Snapshot(STATUS))[0]


def test_it_says_in_red_for_as_long_as_nobody_hears_what_sounds() -> None:
    snapshot = Snapshot(FULL, unheard="the JACK server is gone")
    for width in (80, 120, 200):
        above, _ = StatusBar().lines(snapshot, READY, BUSY, width, 0.0)
        (style, said), *_ = [
            (style, text) for style, text, *_ in above if "nobody" in text or "UNHEARD" in text
        ]
        assert style == "class:status.alarm"
        assert width == 80 or "nobody hears this: the JACK server is gone" in said
    assert "nobody" not in text(Snapshot(FULL))[0]
