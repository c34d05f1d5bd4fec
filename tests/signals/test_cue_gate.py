"""The gate of cues: signatures instead of tokens on the network, and pauses for those who guess."""

import contextlib
import importlib.util
from pathlib import Path
from types import ModuleType

from hypothesis import example, given, settings
from hypothesis import strategies as st

from livecode.signals import cue_gate
from livecode.signals.cue_gate import CueGate
from livecode.signals.osc import OscMessage, PacketError, decode, encode, encode_bundle
from livecode.signals.udp import Address

TOKEN = "token-of-the-evening"
TABLET, GUEST, HERE = ("10.0.0.5", 9000), ("10.0.0.66", 9000), ("127.0.0.1", 9000)
SECOND = 10**9


def load_example() -> ModuleType:
    """Return the program of the second person, which shares no code with the gate."""
    path = Path(__file__).parents[2] / "examples" / "cue.py"
    spec = importlib.util.spec_from_file_location("cue_example", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sender = load_example()


class Stage:
    """A gate, what it has said, and what it has answered."""

    def __init__(self, token: str = TOKEN, in_clear: bool = False):
        self.said: list[str] = []
        self.answers: list[tuple[bytes, Address]] = []
        self.gate = CueGate(
            token, in_clear, self.said.append, lambda *answer: self.answers.append(answer), 0
        )

    def admits(self, packet: bytes, source: Address = TABLET, now_ns: int = 0) -> list[OscMessage]:
        messages: list[OscMessage] = []
        for admitted in self.gate.admit(packet, source, now_ns):
            with contextlib.suppress(PacketError):
                messages += decode(admitted)
        return messages

    def signed(self, count: int, *arguments: str | float, source: Address = TABLET) -> bytes:
        self.admits(encode("/livecode/hello"), source)
        (message,) = decode(self.answers[-1][0])
        assert (message.address, self.answers[-1][1]) == ("/livecode/challenge", source)
        packet: bytes = sender.signed(TOKEN, message.args[0], count, "cue", *arguments)
        return packet


def in_clear(token: str = TOKEN) -> bytes:
    return encode("/livecode/cue", "coda", token)


FOLLOWED = [OscMessage("/livecode/cue", ("coda", TOKEN))]


def test_a_signed_cue_is_followed_though_it_does_not_show_the_token() -> None:
    stage = Stage()
    packet = stage.signed(1, "coda")
    assert TOKEN.encode() not in packet
    assert stage.admits(packet) == FOLLOWED
    for count, argument in enumerate((0.25, 7, "+1"), 2):
        assert stage.admits(stage.signed(count, argument))[0].args == (argument, TOKEN)


def test_what_is_overheard_is_worth_nothing() -> None:
    stage = Stage()
    packet = stage.signed(5, "coda")
    assert stage.admits(packet) == FOLLOWED
    assert stage.admits(packet) == []  # sent again
    assert stage.admits(packet, GUEST) == []  # from elsewhere
    assert stage.admits(stage.signed(5, "other")) == []  # its count is spent
    assert stage.admits(stage.signed(6, "coda")) == FOLLOWED
    assert Stage().admits(packet) == []  # another evening


def test_a_signed_cue_that_was_changed_on_its_way_is_not_followed() -> None:
    stage, refused = Stage(), 0
    for at in range(len(stage.signed(1, "coda"))):
        stage = Stage()
        packet = bytearray(stage.signed(1, "coda"))
        packet[at] ^= 1
        followed = stage.admits(bytes(packet))
        # it may be no cue any more, and what fills strings up to a multiple of four means nothing
        assert not followed or followed == FOLLOWED or not stage.gate._counts
        refused += not followed
    assert refused >= len(packet) - 16


def test_a_sender_whose_nonce_is_out_of_date_is_told_the_present_one() -> None:
    stage, former = Stage(), Stage()
    assert stage.admits(former.signed(5, "coda")) == []
    (message,) = decode(stage.answers[-1][0])
    assert message.args == (stage.gate.nonce(TABLET[0]),)
    assert stage.admits(sender.signed(TOKEN, message.args[0], 6, "cue", "coda")) == FOLLOWED


def test_a_token_in_clear_is_followed_from_this_machine_and_elsewhere_only_if_that_was_asked_for() -> (
    None
):
    stage = Stage()
    assert stage.admits(in_clear(), HERE) == FOLLOWED
    assert stage.admits(in_clear(), ("::1", 9)) == FOLLOWED
    assert stage.admits(in_clear()) == []
    assert len(stage.said) == 1
    assert "showed the token to the network" in stage.said[0]
    assert Stage(in_clear=True).admits(in_clear()) == FOLLOWED
    assert Stage(in_clear=True).admits(encode("/livecode/cue", TOKEN, "coda")) == FOLLOWED


def test_a_host_that_guesses_waits_longer_each_time() -> None:
    stage, looked_at = Stage(in_clear=True), 0
    for guess in range(69_000):  # as many as were tried in a second
        now_ns = guess * SECOND // 69_000
        waited = stage.gate._failures.get(GUEST[0])
        assert stage.admits(in_clear(f"{guess:012}"), GUEST, now_ns) == []
        looked_at += stage.gate._failures.get(GUEST[0]) != waited
    assert looked_at <= 2
    assert stage.admits(in_clear(), GUEST, SECOND) == []  # the right one does not help it now
    assert stage.admits(in_clear(), TABLET, SECOND) == FOLLOWED
    assert len(stage.said) == 1
    assert stage.admits(in_clear(), GUEST, 60 * SECOND) == FOLLOWED
    assert stage.admits(in_clear("wrong-again"), GUEST, 60 * SECOND) == []
    assert stage.admits(in_clear(), GUEST, 61 * SECOND) == FOLLOWED


def test_hosts_that_guess_together_are_held_back_together_and_who_was_right_is_not() -> None:
    stage = Stage(in_clear=True)
    assert stage.admits(in_clear()) == FOLLOWED
    for n in range(5_000):
        stage.admits(in_clear(f"{n:012}"), (f"10.1.{n // 250}.{n % 250}", 9), n * SECOND // 5_000)
    tried = cue_gate.ATTEMPTS_AT_ONCE + cue_gate.ATTEMPTS_PER_S
    assert len(stage.gate._failures) <= tried
    assert stage.admits(in_clear(), now_ns=SECOND) == FOLLOWED
    assert stage.admits(in_clear(), HERE, SECOND) == []
    assert stage.admits(in_clear(), HERE, 2 * SECOND) == FOLLOWED
    assert len(stage.said) <= cue_gate.MOST_SAID


def test_answers_are_few_whoever_asks() -> None:
    stage = Stage()
    for n in range(1_000):
        stage.admits(encode("/livecode/hello"), (f"10.1.0.{n % 250}", 9))
    assert len(stage.answers) == cue_gate.ANSWERS_AT_ONCE
    assert all(len(answer) <= 4 * len(encode("/livecode/hello")) for answer, _ in stage.answers)
    closed = Stage(token="")
    closed.admits(encode("/livecode/hello"))
    assert closed.answers == []


def test_closed_cues_are_let_through_without_arguments_so_that_it_can_be_said() -> None:
    stage = Stage(token="")
    assert stage.admits(in_clear("")) == [OscMessage("/livecode/cue")]
    assert sum(len(stage.admits(in_clear(), GUEST)) for _ in range(1_000)) < 20


def test_what_is_no_cue_passes_as_it_is_and_so_does_the_rest_of_a_bundle() -> None:
    stage = Stage()
    for packet in (encode("/0/raw", 1.0), b"/livecode/ and no message", b""):
        assert stage.gate.admit(packet, GUEST, 0) == [packet]
    ring = encode("/0/raw", *[0.5] * 22)
    assert len(stage.admits(encode_bundle(ring, in_clear()), HERE)) == 2
    assert [m.address for m in stage.admits(encode_bundle(ring, in_clear("no")))] == ["/0/raw"]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=80), st.booleans(), st.lists(st.integers(0, 2**31), max_size=6))
@example(b"", True, [])
def test_whatever_comes_ends_nothing_and_is_never_followed(
    junk: bytes, bundled: bool, flips: list[int]
) -> None:
    stage = Stage()
    packet = bytearray(stage.signed(1, "coda"))
    for flip in [*flips, 8 * len("/livecode/c") + 1]:
        packet[flip // 8 % len(packet)] ^= 1 << flip % 8
    whole = bytes(packet) + junk
    for each in (whole, encode_bundle(whole) if bundled else whole):
        assert FOLLOWED[0] not in [
            message for part in stage.gate.admit(each, GUEST, 0) if part is not each
            for message in decode(part)
        ]  # fmt: skip
