"""What to know of the keyboard on systems whose terminals keep keys for themselves."""

import sys

_NOTES = {
    "darwin": "Alt is Option, once the terminal sends it as Meta; or press Esc, then the key.",
    "win32": "Windows Terminal keeps Alt+Enter for itself: press Esc, then Enter.",
}


def key_note(platform: str = sys.platform) -> str:
    """Return a sentence for whoever begins to play; "" where every key comes through.

    `platform` is the name of the system, as in `sys.platform`.
    """
    return _NOTES.get(platform, "")
