"""What the tests of `@dsp` have in common."""

from livecode import Session
from tests.sound import rms

RATE = 48000
HALL = "@dsp\ndef hall(ego, gain=0.5): return ego * gain"


def fallbacks(session: Session) -> list[str]:
    return [str(event) for event in session.log if event.kind == "fallback"]


def level(session: Session, seconds: float = 0.5) -> float:
    return rms(session.advance(seconds))
