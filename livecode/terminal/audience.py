"""What the performer is told of the room: the page's address as text and as QR code, and who watches."""

from collections import Counter

import segno

from livecode.transport.stage import Audience

#: Light modules at the sides of a QR code, and above and below it, so that a camera finds it.
QUIET = 2
#: What stands for an upper and a lower module, by whether they are dark.
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def qr_code(text: str) -> str:
    """Return the QR code of a text in rows of two modules each, to be drawn dark on light."""
    code = segno.make_qr(
        text, error="l", boost_error=False
    )  # the smallest: it is read off a screen
    rows = [list(map(int, row)) for row in code.matrix_iter(border=QUIET)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    return "\n".join(
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )


def audience_line(audience: Audience, now_ns: int) -> str:
    """Return who watches, from where and since when, and what was refused; `now_ns` is monotonic time."""
    if not audience.viewers:
        said = "nobody watches"
    else:
        counts = Counter(host for host, _ in audience.watching)
        first_ns = dict(reversed(audience.watching))
        places = [
            f"{host}{f' ×{count}' if count > 1 else ''} for {_length((now_ns - first_ns[host]) * 1e-9)}"
            for host, count in counts.items()
        ]
        verb = "watches" if audience.viewers == 1 else "watch"
        said = f"{audience.viewers} {verb}: {', '.join(places)}"
    if refused := sum(audience.refused.values()):
        reasons = ", ".join(f"{why} ×{count}" for why, count in sorted(audience.refused.items()))
        said += f"; {refused} refused: {reasons}"
    return said


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
