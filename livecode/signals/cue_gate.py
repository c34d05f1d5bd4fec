"""Lets cues through that are signed or carry the token, and holds back whoever guesses.

A signed cue does not show the token to those who listen to the network. The sender asks with
`/livecode/hello`, and gets `/livecode/challenge NONCE`. The nonce is another one for each address and
each performance. The sender then makes the message `/livecode/WORD … NONCE COUNT`, with a count that
grows from message to message, and appends HMAC-SHA256(token, that message) as hexadecimal text. The
packet cannot be sent again by anybody: its count is spent, and elsewhere its nonce is worth nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from livecode.signals import osc
from livecode.signals.intake import CUES
from livecode.signals.udp import Address, TokenBucket

HELLO, CHALLENGE = f"{CUES}hello", f"{CUES}challenge"
#: After a wrong token a host is not listened to for this long; the pause doubles each time.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
#: Hosts that have not been right yet have so many attempts a second, all together.
ATTEMPTS_PER_S, ATTEMPTS_AT_ONCE = 10.0, 30.0
ANSWERS_PER_S, ANSWERS_AT_ONCE = 20.0, 20.0
#: So many hosts are remembered that have failed, and as many that have been right.
MOST_HOSTS = 256
#: This many sentences are said: somebody who guesses must not fill the screen.
MOST_SAID = 20
SIGNATURE_CHARACTERS = 2 * hashlib.sha256().digest_size
_SIGNATURE_BYTES = SIGNATURE_CHARACTERS + 4  # as an OSC string
_CUES = CUES.encode()


class _Refusal(Exception):
    """Why a cue is not let through. A `guess` makes its host wait."""

    def __init__(self, sentence: str = "", guess: bool = False):
        super().__init__(sentence)
        self.sentence, self.guess = sentence, guess


class CueGate:
    """Checks the cues of one performance at the socket, before anything of them is journalled.

    What is let through carries the token, whether it was signed or not. Times are monotonic.
    """

    def __init__(
        self,
        token: str,
        in_clear: bool,
        say: Callable[[str], None],
        reply: Callable[[bytes, Address], None],
        now_ns: int,
    ):
        """`in_clear`: other machines may send the token as it is. `reply` sends a packet to an address."""
        self._token, self._in_clear, self._say, self._reply = token, in_clear, say, reply
        self._secret = secrets.token_bytes(32)
        self._attempts = TokenBucket(ATTEMPTS_PER_S, ATTEMPTS_AT_ONCE, now_ns)
        self._answers = TokenBucket(ANSWERS_PER_S, ANSWERS_AT_ONCE, now_ns)
        self._failures: dict[str, tuple[int, int]] = {}  # host -> (failures, until when it waits)
        self._counts: dict[str, int] = {}  # host that has been right -> its last count
        self._said: set[str] = set()

    def admit(self, packet: bytes, source: Address, now_ns: int) -> list[bytes]:
        """Return the packets that a packet from `source` is worth: itself, if it holds no cue."""
        if _CUES not in packet:
            return [packet]
        try:
            messages = osc.decode(packet)
        except osc.PacketError:
            return [packet]  # the intake counts why
        if not any(message.address.startswith(CUES) for message in messages):
            return [packet]
        admitted = []
        for message in messages:
            if not message.address.startswith(CUES):
                admitted.append(osc.encode(message.address, *message.args))
            elif (cue := self._cue(message, packet, source, now_ns)) is not None:
                admitted.append(cue)
        return admitted

    def nonce(self, host: str) -> str:
        """Return the nonce that cues of that host are signed with."""
        return hmac.new(self._secret, host.encode(), "sha256").hexdigest()[:32]

    def _cue(
        self, message: osc.OscMessage, packet: bytes, source: Address, now_ns: int
    ) -> bytes | None:
        """Return a cue as it is let through, None if it is not."""
        host = source[0]
        if message.address == HELLO:
            self._challenge(source, now_ns)
            return None
        if not self._token:  # that cues are closed is said where they are followed
            return osc.encode(message.address) if self._answers.take(now_ns) else None
        if not self._may_try(host, now_ns):
            return None
        try:
            if _is_signed(message):
                arguments = self._signed(message, packet, source, now_ns)
            else:
                arguments = self._with_token(message, host)
        except _Refusal as refusal:
            if refusal.guess:
                self._fail(host, now_ns)
            self._say_once(refusal.sentence)
            return None
        self._failures.pop(host, None)
        return osc.encode(message.address, *arguments, self._token)

    def _challenge(self, source: Address, now_ns: int) -> None:
        """Tell a sender its nonce; not more often than senders need, since addresses may be forged."""
        if self._token and self._answers.take(now_ns):
            self._reply(osc.encode(CHALLENGE, self.nonce(source[0])), source)

    def _signed(
        self, message: osc.OscMessage, packet: bytes, source: Address, now_ns: int
    ) -> tuple[osc.Argument, ...]:
        """Return the arguments of a signed cue."""
        *arguments, nonce, count, signature = message.args
        host = source[0]
        if nonce != self.nonce(host):  # of a mind that has died, or sent again from elsewhere
            self._challenge(source, now_ns)
            raise _Refusal
        expected = hmac.new(self._token.encode(), _unsigned(packet), "sha256").hexdigest()
        if not hmac.compare_digest(str(signature).lower().encode(), expected.encode()):
            raise _Refusal(f"a cue from {host} was not signed with the token", guess=True)
        assert isinstance(count, int)
        if count <= self._counts.get(host, count - 1):
            raise _Refusal(f"a cue from {host} came twice, or its count does not grow")
        self._remember(host, count)
        return tuple(arguments)

    def _with_token(self, message: osc.OscMessage, host: str) -> tuple[osc.Argument, ...]:
        """Return the arguments of a cue that holds the token, as its last argument or its first."""
        arguments = message.args
        for at in (-1, 0):
            token = str(arguments[at]).encode() if arguments else b""
            if hmac.compare_digest(token, self._token.encode()):
                break
        else:
            raise _Refusal(
                f"a cue without the right token has come from {host}, and was not followed",
                guess=True,
            )
        if not (self._in_clear or _is_here(host)):
            raise _Refusal(
                f"a cue from {host} showed the token to the network and was not followed: sign cues, or "
                "play with --cues-in-clear"
            )
        self._remember(host, self._counts.get(host, 0))
        return arguments[:-1] if at else arguments[1:]

    def _may_try(self, host: str, now_ns: int) -> bool:
        """Return whether a token of that host is looked at."""
        if now_ns < self._failures.get(host, (0, 0))[1]:
            return False
        return host in self._counts or self._attempts.take(now_ns)

    def _fail(self, host: str, now_ns: int) -> None:
        """Let a host wait, the longer the more often it has been wrong in a row."""
        failures = self._failures.pop(host, (0, 0))[0] + 1
        pause_s = min(FIRST_PAUSE_S * 2 ** min(failures - 1, 16), LONGEST_PAUSE_S)
        _make_room(self._failures)
        self._failures[host] = failures, now_ns + round(pause_s * 1e9)

    def _remember(self, host: str, count: int) -> None:
        """Note that a host has been right."""
        self._counts.pop(host, None)
        _make_room(self._counts)
        self._counts[host] = count

    def _say_once(self, sentence: str) -> None:
        if sentence and sentence not in self._said and len(self._said) < MOST_SAID:
            self._said.add(sentence)
            self._say(sentence)


def _is_signed(message: osc.OscMessage) -> bool:
    """Return whether a message ends like a signed cue: with a nonce, a count, and a signature."""
    if len(message.args) < 3:
        return False
    nonce, count, signature = message.args[-3:]
    return (
        isinstance(nonce, str)
        and type(count) is int
        and isinstance(signature, str)
        and len(signature) == SIGNATURE_CHARACTERS
    )


def _unsigned(packet: bytes) -> bytes:
    """Return the bytes of a message without its last argument, which is a signature.

    A message that is not a packet of its own has other bytes, and so no valid signature.
    """
    address_end = packet.find(b"\0") // 4 * 4 + 4
    tags = packet[address_end : packet.find(b"\0", address_end)][:-1]
    tags_end = packet.find(b"\0", address_end) // 4 * 4 + 4
    padded_tags = tags + bytes(4 - len(tags) % 4)
    return packet[:address_end] + padded_tags + packet[tags_end:-_SIGNATURE_BYTES]


def _is_here(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _make_room(hosts: dict[str, Any]) -> None:
    """Forget the host that was noted longest ago, if no more may be remembered."""
    if len(hosts) >= MOST_HOSTS:
        del hosts[next(iter(hosts))]
