"""The doctor: what it makes of what it finds, and the whole screen in a real run."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from livecode.cli import command as cli
from livecode.cli import doctor
from livecode.errors import LivecodeError
from livecode.signals.udp import UdpListener
from livecode.transport import Arena
from tests.portable import segments

WORKS = {"works": True, "text": "48000 Hz in blocks of 256", "realtime": False}
FAILS = {"works": False, "text": "no one answered; try again", "realtime": False}


def answers(jack: bool, portaudio: bool, headless: bool = True) -> dict[str, doctor.Answer]:
    works = {"jack": jack, "portaudio": portaudio, "headless": headless}
    found = {name: {**(WORKS if works[name] else FAILS)} for name in works}
    found["portaudio"]["devices"] = ["A card with quite a long name (hw:0,0)"] * portaudio
    return found


def survey(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def worst() -> list[doctor.Diagnosis]:
    def slow() -> float:
        return 0.9

    def nothing(rate: int, block: int) -> Arena:
        raise LivecodeError("1 MB of shared memory are free, and 10 MB are needed: give more")

    with UdpListener(port=0) as other:
        return [
            *doctor.audio(answers(False, False)),
            doctor.realtime(answers(False, False), "linux"),
            doctor.processor(slow),
            doctor.memory(nothing, 1_000_000),
            doctor.rings(other.port),
            doctor.models({}),
            *doctor.versions(lambda package: None),
        ]


def test_all_that_can_be_amiss_fits_one_screen_with_its_remedies_whole() -> None:
    findings = worst()
    screen = Console(width=200)
    with screen.capture() as shown:
        screen.print(doctor.screen(findings), soft_wrap=True)
    lines = shown.get().splitlines()
    assert len(lines) <= 23  # the shell's next prompt takes one
    assert max(map(len, lines)) <= 80
    assert all(f.remedy in shown.get() for f in findings)
    assert all(f.remedy for f in findings if f.state != "well")


@pytest.mark.parametrize(
    ("jack", "portaudio", "words"),
    [
        (True, True, "takes jack"),
        (False, True, "takes portaudio"),
        (False, False, "plays headless"),
    ],
)
def test_the_back_end_that_auto_takes_is_named(jack: bool, portaudio: bool, words: str) -> None:
    first = doctor.audio(answers(jack, portaudio))[0]
    assert words in first.text
    assert first.state == ("well" if jack or portaudio else "amiss")


def test_a_pyo_that_does_not_start_is_not_playable() -> None:
    assert doctor.audio(answers(False, False, headless=False))[0].state == "broken"


def test_devices_are_named_with_markup_shown_as_it_stands() -> None:
    found = answers(False, True)
    found["portaudio"] = {**WORKS, "devices": ["card [red]"]}
    console = Console(width=100)
    with console.capture() as shown:
        console.print(doctor.screen(doctor.audio(found)))
    assert "card [red]" in shown.get()


def test_each_device_has_a_line_with_its_whole_name() -> None:
    names = [f"USB Audio: a card with quite a long name, number {n}" for n in range(8)]
    found = answers(True, True)
    found["portaudio"] = {**WORKS, "devices": names}
    lines = [each.text.strip() for each in doctor.audio(found)]
    assert lines[1:3] == [
        "jack      48000 Hz in blocks of 256",
        "portaudio 48000 Hz in blocks of 256",
    ]
    assert lines[3:] == [*names[:6], "and 2 more: audio() lists them"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "status -11"),
        ("print('ALSA is not happy')", "status 0"),
        ('print(\'noise\'); print(\'{"works": true, "text": "yes"}\')', "yes"),
    ],
)
def test_a_survey_that_crashes_or_chatters_is_one_line(code: str, words: str) -> None:
    answer = doctor.answer_of(survey(code))
    assert words in answer["text"]
    assert answer["works"] == (words == "yes")


def test_a_survey_that_hangs_is_ended() -> None:
    hanging = survey("import time; time.sleep(60)")
    assert "no answer" in doctor.answer_of(hanging, limit_s=0.1)["text"]
    assert hanging.returncode is not None


@pytest.mark.parametrize(
    ("granted", "system", "state"),
    [
        (False, "linux", "amiss"),
        (True, "linux", "well"),
        (False, "darwin", "well"),
        (False, "win32", "well"),
    ],
)
def test_real_time_scheduling_has_a_remedy_where_it_is_needed(
    granted: bool, system: str, state: str
) -> None:
    found = {"jack": {**FAILS, "realtime": granted}}
    finding = doctor.realtime(found, system)
    assert finding.state == state
    assert ("rtprio" in finding.remedy) == (state == "amiss")


@pytest.mark.parametrize(("share", "state"), [(0.02, "well"), (0.4, "amiss"), (0.9, "broken")])
def test_the_processor_is_judged_by_what_a_voice_takes(share: float, state: str) -> None:
    finding = doctor.processor(lambda: share)
    assert finding.state == state
    assert f"{share:.1%}" in finding.text


def test_a_voice_is_measured_on_the_real_decoder_and_sine_bank() -> None:
    assert 0.0005 < doctor.latent_voice_share() < 0.8


def test_no_voice_to_measure_is_said_once_and_no_fault_of_the_processor() -> None:
    def none() -> float:
        raise LivecodeError("there is no space")

    assert doctor.processor(none).state == "well"


def test_the_check_of_the_memory_leaves_none_behind() -> None:
    before = segments()
    assert doctor.memory().state == "well"
    assert segments() == before


def test_a_port_that_is_taken_is_amiss_and_one_that_is_free_is_not() -> None:
    with UdpListener(port=0) as other:
        assert doctor.rings(other.port).state == "amiss"
    assert doctor.rings(other.port).state == "well"


def test_a_missing_package_is_not_playable_but_a_missing_torch_is() -> None:
    def without(package: str) -> Callable[[str], str | None]:
        return lambda name: None if name == package else "1.0"

    training = doctor.versions(without("torch"))
    assert [each.state for each in training] == ["well", "well"]
    assert "make setup" in training[1].text
    playing = doctor.versions(without("msgspec"))
    assert playing[0].state == "broken"
    assert "msgspec" in playing[0].text


def test_the_status_is_2_where_nothing_can_be_played(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "list_models", dict)
    assert cli.main(["doctor"]) == 2
    said = capsys.readouterr().out
    assert "Not playable before this is mended: models." in said
    assert "livecode train space" in said


def test_a_real_run_finds_this_machine_playable_in_a_moment() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "livecode.cli", "doctor"], capture_output=True, text=True
    )
    assert time.monotonic() - began < 30  # 1.5 on a machine that does nothing else
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""  # no chatter of PortAudio, ALSA or JACK
    assert "Ready to play" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.fixture
def virtual_card() -> Iterator[None]:
    """A JACK server with a dummy card, under a name of its own."""
    name = f"doctor{os.getpid()}"
    command = ["jackd", "-n", name, "-r", "-d", "dummy", "-r", "48000", "-p", "256"]
    environment = {**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"}
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as card,
    ):
        patch.setenv("JACK_DEFAULT_SERVER", name)
        yield
        card.terminate()


@pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed here")
@pytest.mark.usefixtures("virtual_card")
def test_a_jack_server_that_runs_is_found() -> None:
    deadline = time.monotonic() + 15
    while not (answer := doctor.answer_of(doctor.begin_survey("jack")))["works"]:
        assert time.monotonic() < deadline, answer
    assert re.match(r"48000 Hz in blocks of 256", answer["text"])
