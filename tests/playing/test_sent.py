"""What is sent to other programs: each note, number and message for its sample, whatever is typed."""

from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.journal.journal_file import Journal
from livecode.kernel import beginning
from livecode.offline.replay import replay
from livecode.sending.outbox import Due, Outbox
from livecode.signals.osc import OscMessage, decode
from livecode.transport.sending import SendPacket, taken
from tests.performance.test_take_over import killed

RATE = 48000
LEAD = 'tempo(120)\nlead = midi.out("0 3 5*2", port="synth", channel=2)\n'
BAR = 2 * RATE


class Wire:
    """Plays a performance, with a sender's outbox at its end."""

    def __init__(self, session: Session):
        self.session, self.outbox = session, Outbox(RATE)
        self._orders = session.performance.arena.messages["mind", "sender"]
        self._panics = 0

    def play(self, seconds: float) -> list[tuple[int, Due]]:
        """When what goes out goes out, in frames."""
        found: list[tuple[int, Due]] = []
        end = self.session.frame + round(seconds * RATE)
        while self.session.frame < end:
            self.session.advance(256 / RATE)
            if (panics := self.session.performance.arena.header.panics) != self._panics:
                self._panics = panics
                found += [(self.session.frame, due) for due in self.outbox.panic(panics)]
            for order in taken(self._orders):
                self.outbox.take(order)
            while self.outbox.next_due <= self.session.frame:
                at = round(self.outbox.next_due)
                found += [(at, due) for due in self.outbox.due(self.outbox.next_due)]
        return found

    def notes(self, seconds: float) -> list[tuple[int, int, int]]:
        """(frame, note, velocity) of notes that begin; velocity 0 of those that end."""
        return [
            (at, due.data[1], due.data[2] if due.data[0] & 0xF0 == 0x90 else 0)
            for at, due in self.play(seconds)
            if due.data[0] & 0xF0 in (0x80, 0x90)
        ]

    def begun(self, seconds: float) -> list[tuple[int, int]]:
        """(frame, note) of notes that begin."""
        return [(at, note) for at, note, velocity in self.notes(seconds) if velocity]

    def told(self, seconds: float) -> list[tuple[int, OscMessage]]:
        """OSC messages, and the frames at which they take effect."""
        return [
            (at if due.at is None else round(due.at), message)
            for at, due in self.play(seconds)
            for message in decode(due.data)
        ]


@pytest.fixture
def wire(session: Session) -> Wire:
    return Wire(session)


def test_notes_are_on_their_samples_in_their_scale_and_end_by_their_legato(wire: Wire) -> None:
    assert wire.session.eval(
        'tempo(132.7)\nlead = midi.out("0 2 4 <7 c#5>", scale="c minor", octave=3, legato=0.5)'
    ).ok
    beat = RATE * 60 / 132.7
    found = wire.notes(3.7)
    begun = [(at, note) for at, note, velocity in found if velocity]
    assert [note for _, note in begun[:7]] == [51, 55, 60, 48, 51, 55, 73]
    for number, (at, _) in enumerate(begun, start=1):
        assert 0 <= at - number * beat < 1
    ends = [at for at, _, velocity in found if not velocity]
    assert ends == pytest.approx([at + beat / 2 for at, _ in begun[: len(ends)]], abs=1.5)


def test_notes_go_out_for_the_samples_at_which_hits_are_heard(wire: Wire, tmp_path: Path) -> None:
    import soundfile

    (tmp_path / "tick").mkdir()
    soundfile.write(tmp_path / "tick/1.wav", np.eye(1, 480)[0] * 0.5, RATE, "FLOAT")
    session = wire.session
    assert session.eval(
        f"tempo(133)\nticks = kit({str(tmp_path)!r})\ndrums = hits('tick(5,8)', ticks)\n"
        "lead = midi.out('0(5,8)')\ndrums.swing = lead.swing = 1/3"
    ).ok
    audio, sent = [], []
    for _ in range(25):
        audio.append(session.advance(0.1))
        for order in taken(session.performance.arena.messages["mind", "sender"]):
            sent += [order.at] if hasattr(order, "note") else []
    heard = np.flatnonzero(np.abs(np.concatenate(audio)[:, 0]) > 0.1).tolist()
    assert len(heard) > 5
    assert [at for at in sent if at <= heard[-1]] == heard


def test_channel_velocity_gain_and_level_are_those_of_each_note(wire: Wire) -> None:
    assert wire.session.eval(
        "tempo(240)\nlead = midi.out(pattern('0 1').gain('1 0.5'), channel=pattern('3 4'))\n"
        "lead.velocity = pattern('0.5 1')"
    ).ok
    wire.play(1.0)
    data = [due.data for _, due in wire.play(1.0) if due.data[0] & 0xF0 == 0x90]
    assert sorted(data) == [bytes([0x92, 60, 64]), bytes([0x93, 61, 64])]
    wire.session.eval("lead.level = 0.5")
    wire.play(0.2)
    data = [due.data for _, due in wire.play(1.0) if due.data[0] & 0xF0 == 0x90]
    assert {each[2] for each in data} == {32}


def test_an_edit_keeps_its_place_and_undo_brings_the_former_notes_back(wire: Wire) -> None:
    wire.session.eval(LEAD)
    wire.play(2.1)
    wire.session.eval('lead.pattern = "12*3"')
    third = BAR / 3
    assert wire.begun(1.85) == [(round(BAR + third), 72), (round(BAR + 2 * third), 72)]
    wire.session.eval("undo()")
    assert wire.begun(2.0) == [
        (2 * BAR, 60), (round(7 * third), 63), (round(8 * third), 65), (round(8.5 * third), 65)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("end", "again"),
    [
        ("mute(lead)", "unmute(lead)"),
        ("free(lead)", "undo()"),
        pytest.param("hush(0)", "undo()", marks=pytest.mark.slow),
        ("panic()", "undo()"),
        pytest.param("lead.port = 'other'", "undo()", marks=pytest.mark.slow),
    ],
)
def test_whatever_ends_a_name_ends_its_notes(wire: Wire, end: str, again: str) -> None:
    wire.session.eval(LEAD + "lead.legato = 4")
    wire.play(2.9)
    assert {note.note for note in wire.outbox.sounding} == {60, 63, 65}
    assert wire.session.eval(end).ok
    wire.play(0.6)
    assert not [each for each in wire.outbox.sounding if each.port == "synth"]
    if "port" not in end:
        assert not wire.begun(2.0)
    assert wire.session.eval(again).ok
    assert {note for _, note in wire.begun(2.1)} == {60, 63, 65}
    assert {note.port for note in wire.outbox.sounding} == {"synth"}


def test_a_hush_lets_notes_get_softer_to_its_end(wire: Wire) -> None:
    wire.session.eval('tempo(240)\nlead = midi.out("0*8")')
    wire.play(1.0)
    wire.session.eval("hush(1*bars)")
    loud = [velocity for _, _, velocity in wire.notes(2.0) if velocity]
    assert len(loud) == 8
    assert loud == sorted(loud, reverse=True)
    assert loud[-1] < 30 < 80 < loud[0]


def test_a_change_waits_for_its_quant(wire: Wire) -> None:
    wire.session.eval(LEAD)
    wire.play(2.1)
    wire.session.eval("lead.quant = 1*bars\nlead.pattern = '12*4'\nlead.port = 'drums'")
    found = [(at, due) for at, due in wire.play(4.0) if due.data[0] & 0xF0 == 0x90]
    ports = {(due.source.port, due.data[1]) for _, due in found}
    assert ports == {("synth", 63), ("synth", 65), ("drums", 72)}
    assert next(at for at, due in found if due.source.port == "drums") == 2 * BAR


def test_a_controller_follows_its_curve_and_says_nothing_twice(wire: Wire) -> None:
    wire.session.eval("tempo(120)\nknob = midi.out(cc=74, value=square(0.25, 1, period=1*beats))")
    found = [(at, due.data) for at, due in wire.play(1.4)]
    assert [data[2] for _, data in found] == [127, 32] * 3 or [d[2] for _, d in found][:2] == [
        32,
        127,
    ]
    assert all(data[:2] == bytes([0xB0, 74]) for _, data in found)
    assert [at for at, _ in found[1:]] == [RATE // 4 * n for n in range(1, len(found))]
    wire.session.eval("knob.value = 0.5\nknob.fade = 0*s\nknob.channel = 3")
    wire.play(0.2)
    assert len({due.data for _, due in wire.play(2.5)}) == 1, "again and again the same"


def test_what_superdirt_is_told(wire: Wire) -> None:
    assert wire.session.eval(
        "tempo(120)\ndrums = osc.send('/dirt/play', pattern('bd:3 [sn hh]').gain('0.5 1'), room=0.3,"
        " vowel='<a e>', pan='-1 1', orbit=2)"
    ).ok
    told = [(at, m) for at, m in wire.told(4.5) if at >= BAR]
    at, message = told[0]
    pairs = dict(zip(message.args[::2], message.args[1::2], strict=True))
    assert (at, message.address) == (BAR, "/dirt/play")
    assert pairs == {
        "cps": 0.5, "cycle": 1.0, "delta": 1.0, "orbit": 2, "s": "bd", "n": 3.0, "gain": 0.5,
        "room": pytest.approx(0.3), "vowel": "e", "pan": 0.0,
    }  # fmt: skip
    assert [m.args[m.args.index("s") + 1] for _, m in told[:3]] == ["bd", "sn", "hh"]
    wire.session.eval("drums.room = 0.5\ndrums.vowel = 'o'")
    wire.play(0.2)
    args = wire.told(1.0)[-1][1].args
    assert (args[args.index("room") + 1], args[args.index("vowel") + 1]) == (0.5, "o")


def test_notes_for_superdirt_count_from_middle_c(wire: Wire) -> None:
    wire.session.eval("x = osc.send('/dirt/play', '0 2 c5', s='superpiano', scale='d dorian')")
    told = [message.args for _, message in wire.told(4.1)][-3:]
    notes = {args[args.index("note") + 1] for args in told}
    assert notes == {2.0, 5.0, 12.0}
    assert {args[args.index("s") + 1] for args in told} == {"superpiano"}


def test_a_pattern_for_visuals_is_one_word_or_number_each(wire: Wire) -> None:
    wire.session.eval(
        "tempo(120)\nseen = osc.send('/hit', 'bd 0.5', to='localhost:9000', timed=False)"
    )
    told = wire.told(4.1)
    assert [(at, m.args) for at, m in told[-3:]] == [
        (BAR, ("bd",)), (BAR + BAR // 2, (0.5,)), (2 * BAR, ("bd",))
    ]  # fmt: skip


def test_a_curve_is_sent_so_many_times_a_second(wire: Wire) -> None:
    wire.session.eval("x = osc.send('/x', ramp(0, 1, over=2*s), to='127.0.0.1:9000', rate=50)")
    wire.play(0.5)
    told = wire.told(1.0)
    assert len(told) == 50
    assert all(at % (RATE // 50) == 0 for at, _ in told)
    numbers = [message.args[0] for _, message in told]
    assert np.diff(numbers) == pytest.approx(1 / 100, abs=1e-3)


@pytest.mark.parametrize(
    ("made", "axes"),
    [("midi.out('0')", 6), ("osc.send('/hit', '1', to='127.0.0.1:9000')", 4)],
)
def test_what_is_sent_goes_by_the_rhythm_where_an_agent_is(
    wire: Wire, made: str, axes: int
) -> None:
    assert wire.session.eval(
        f"tempo(240)\nx = {made}\nego = agent(rhythms(x, steps=(8,)), dims=['rotation'], seed=3)\n"
        "ego.pause()"
    ).ok
    assert wire.session.get("ego").space.latent == axes

    def begun(seconds: float) -> list[float]:
        played = [(due.at or at, due.data) for at, due in wire.play(seconds)]
        return [8 * at / RATE for at, data in played if data[0] == 0x90 or data[0] == ord("/")]

    inside = [step for step in begun(3.3) if step > 15]
    assert inside[:4] == pytest.approx([16, 19, 22, 24], abs=1e-3)
    wire.session.eval("mute(x)")
    assert not begun(5.0)[1:]
    assert len(wire.session.get("x").player.parts) <= 3, "what is over is forgotten"
    wire.session.eval("unmute(x)")
    assert {round(step) % 8 for step in begun(2.6)} == {0, 3, 6}


def test_a_new_mind_sends_on_without_a_gap_or_a_double(wire: Wire, tmp_path: Path) -> None:
    wire.session.performance.journal = Journal(tmp_path / "journal")
    wire.session.eval(LEAD)
    wire.play(2.2)
    killed(wire.session, tmp_path / "journal")
    begun = wire.begun(4.0)
    assert [note for _, note in begun] == [63, 65, 65, 60, 63, 65, 65, 60][: len(begun)]
    assert len(begun) >= 7
    steps = np.diff([at for at, _ in begun])
    assert set(steps) <= {round(BAR / 3), round(BAR / 6)}


def test_a_replay_is_the_same_and_sends_nothing(tmp_path: Path) -> None:
    journal, out = tmp_path / "journal", tmp_path / "again.wav"
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, journal, live=False)
        for block in (
            LEAD + "ego = agent(space('additive'))",
            "x = osc.send('/x', lambda ego: ego.rms, to='127.0.0.1:9000')\nmidi.play(60)",
            "panic()",
            "undo()",
        ):
            session.eval(block)
            session.advance(0.4)
        session.performance.recorder.closed()
    assert replay(journal, out).differs_at_s is None


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("x = midi.out('bd sn')", "bd"),
        ("x = midi.out()", "takes a pattern"),
        ("x = midi.out('0', cc=74)", "a name of its own"),
        ("x = midi.out(cc=200, value=1)", "0 to 127"),
        ("x = midi.out('0', channel=17)", "1 to 16"),
        ("x = midi.out('0', offset=2)", "offset"),
        ("x = osc.send('/x', '0 1')", "where to send"),
        ("x = osc.send('/x', '0 1', to='here')", "host and a UDP port"),
        ("x = osc.send('no slash', 1, to='a:1')", "takes an address"),
        ("x = osc.send('/x', sine(), to='a:1', room=1)", "go with a pattern"),
        ("x = midi.out('0')\nx.room = 0.3", "nothing called 'room'"),
        ("x = midi.out('0')\nx.rms", "nothing called 'rms'"),
        ("x = midi.out('0')\ny = grab(x, 1*bars)", "grab takes what sounds"),
    ],
)
def test_what_cannot_be_sent_is_said(session: Session, code: str, why: str) -> None:
    result = session.eval(code)
    assert not result.ok
    assert why in result.error


def test_a_full_queue_stops_nothing(session: Session) -> None:
    """No sender takes the orders here."""
    session.eval("tempo(400)\nx = osc.send('/dirt/play', 'bd*64')\nego = agent(space('additive'))")
    session.performance.arena.messages["mind", "sender"]._size = 4096
    assert np.abs(session.advance(1.0)).max() > 0.01
    packets = list(taken(session.performance.arena.messages["mind", "sender"]))
    assert any(isinstance(order, SendPacket) for order in packets)
