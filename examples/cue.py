"""Gives a signed cue: python examples/cue.py HOST[:PORT] TOKEN cue coda

The token does not cross the network. The program needs nothing but Python, so that it may be
copied to the machine of a second person. Words and arguments are those of docs/sets.md. The token
may stand in the environment as LIVECODE_CUES, where other users of the machine do not see it: then
write - in its place.
"""

import argparse
import hmac
import os
import socket
import struct
import sys
import time

ANSWERS_WITHIN_S = 1.0


def string(text: str) -> bytes:
    """Return a string as OSC has it: with a zero at its end, and more up to a multiple of four."""
    raw = text.encode()
    return raw + bytes(4 - len(raw) % 4)


def message(address: str, *arguments: str | int | float) -> bytes:
    """Return an OSC message; whole numbers have 64 bits, since counts are large."""
    tags, body = ",", b""
    for each in arguments:
        if isinstance(each, str):
            tags, body = tags + "s", body + string(each)
        elif isinstance(each, int):
            tags, body = tags + "h", body + struct.pack(">q", each)
        else:
            tags, body = tags + "f", body + struct.pack(">f", each)
    return string(address) + string(tags) + body


def signed(token: str, nonce: str, count: int, word: str, *arguments: str | int | float) -> bytes:
    """Return a cue that ends with the signature of all that stands before it."""
    whole = (*arguments, nonce, count)
    signature = hmac.new(token.encode(), message(f"/livecode/{word}", *whole), "sha256").hexdigest()
    return message(f"/livecode/{word}", *whole, signature)


def ask_nonce(out: socket.socket) -> str:
    """Return the nonce that this machine signs with, as livecode tells it."""
    out.send(message("/livecode/hello"))
    return out.recv(4096).rstrip(b"\0").rsplit(b"\0", 1)[-1].decode()


def number_or_text(text: str) -> str | int | float:
    """Return an argument as the number that it is; `+1` and `-1` stay text."""
    if text[:1] in "+-":
        return text
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def main() -> int:
    """Give one cue; return 1 if nobody answers."""
    parser = argparse.ArgumentParser(description="Gives a signed cue to livecode.")
    parser.add_argument("host", metavar="HOST[:PORT]")
    parser.add_argument("token")
    parser.add_argument("word", help="cue, hold, level, panic …")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    host, _, port = options.host.partition(":")
    token = os.environ.get("LIVECODE_CUES", "") if options.token == "-" else options.token
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect((host, int(port or 8888)))
        out.settimeout(ANSWERS_WITHIN_S)
        try:
            nonce = ask_nonce(out)
        except OSError:
            print(f"nobody at {options.host} takes cues", file=sys.stderr)
            return 1
        arguments = [number_or_text(each) for each in options.arguments]
        out.send(signed(token, nonce, time.time_ns() // 1000, options.word, *arguments))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
