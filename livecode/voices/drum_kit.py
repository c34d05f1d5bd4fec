"""Our own kit: drums that code makes once, after the circuits of the classic machines, kept as files."""

import hashlib
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from livecode.files import replacing
from livecode.transport.kits import KITS, OWN_SOUNDS
from livecode.voices import drum_parts
from livecode.voices.drum_parts import (
    RATE_HZ,
    Sound,
    blend,
    bursts,
    fall,
    filtered,
    metal,
    noise,
    quiet_end,
    shell,
    softly,
    sweep,
)


def _bd(
    base: float,
    top: float,
    drop_s: float,
    decay_s: float,
    click: float,
    drive: float,
    hold_s: float,
) -> Sound:
    """A sine that falls from `top` to `base` Hz, with a click where the beater hits."""
    n = int((decay_s * 5 + hold_s) * RATE_HZ)
    body = sweep(n, base, top, drop_s) * fall(n, decay_s, hold_s)
    body = softly(body, drive)
    beater = filtered(noise(n, "beater"), "band", 3200, 0.7) * fall(n, 0.0016)
    knock = sweep(n, base * 3.2, top * 1.6, 0.004) * fall(n, 0.007)
    return blend((body, 1.0), (beater, click), (knock, click * 0.7))


def _sn(
    low: float, high: float, tone_s: float, wires_s: float, wires: float, bright: float, snap: float
) -> Sound:
    """Two modes of a shell under the rattle of the wires."""
    n = int(max(wires_s, tone_s) * 6 * RATE_HZ)
    tone = shell(n, low, 1.5, 0.018) * fall(n, tone_s) + 0.6 * shell(n, high, 1.35, 0.01) * fall(
        n, tone_s * 0.7
    )
    hiss = noise(n, f"wires {low}")
    rattle = filtered(filtered(hiss, "high", 1400, 0.7), "low", bright, 0.7)
    rattle *= fall(n, wires_s) * 0.8 + fall(n, wires_s * 0.25) * 0.5
    attack = filtered(hiss, "high", 4500, 0.8) * fall(n, 0.003)
    return blend((softly(tone, 1.3), 0.75), (rattle, wires), (attack, snap))


def _rim(low: float, high: float, decay_s: float, hiss: float) -> Sound:
    n = int(decay_s * 9 * RATE_HZ)
    tone = shell(n, low, 1.05, 0.003) * fall(n, decay_s) + 0.8 * shell(n, high, 1.0, 1) * fall(
        n, decay_s * 0.6
    )
    return blend(
        (softly(filtered(tone, "high", 300, 0.7), 2.2), 1.0),
        (filtered(noise(n, "rim"), "band", 5000, 0.8) * fall(n, 0.002), hiss),
    )


def _cp(centre: float, spread_s: float, hands: int, tail_s: float, tail: float) -> Sound:
    """Hands that do not quite clap together, and a room."""
    n = int((tail_s * 6 + spread_s * hands) * RATE_HZ)
    hiss = filtered(noise(n, f"hands {centre}"), "high", 500, 0.7)
    clap = filtered(hiss, "band", centre, 1.4) + 0.35 * filtered(hiss, "band", centre * 2.3, 1.2)
    dry = clap * bursts(n, spread_s, hands, 0.0045)
    room = clap * fall(n, tail_s, at=spread_s * (hands - 1))
    return blend((dry, 1.0), (room, tail))


def _hat(decay_s: float, metallic: float, pitch: float, low: float, tick: float) -> Sound:
    """Six squares that do not fit together, and noise, without what is below `low` Hz."""
    n = int(decay_s * 6.5 * RATE_HZ)
    plates = filtered(metal(n, pitch), "band", 8200, 0.7)
    hiss = filtered(noise(n, f"hat {pitch}"), "band", 8600, 0.6)
    mixed = blend((plates, metallic), (hiss, 1 - 0.7 * metallic))
    mixed = filtered(filtered(mixed, "high", low, 0.8), "high", low * 0.7, 0.7)
    mixed = filtered(filtered(mixed, "low", 12_500, 0.6), "low", 14_000, 0.7)
    envelope = fall(n, decay_s) + 0.5 * fall(n, min(decay_s, 0.012))
    return mixed * envelope + tick * filtered(mixed, "high", 9000, 0.7) * fall(n, 0.002)


def _tom(freq: float, decay_s: float, bend: float, skin: float) -> Sound:
    n = int(decay_s * 6 * RATE_HZ)
    tone = shell(n, freq, bend, 0.05) * fall(n, decay_s)
    tone += 0.35 * shell(n, freq * 1.59, bend, 0.03) * fall(n, decay_s * 0.4)
    hit = filtered(noise(n, f"tom {freq}"), "band", freq * 9, 0.6) * fall(n, 0.012)
    return blend((softly(tone, 1.4), 1.0), (hit, skin))


def _cb(low: float, high: float, decay_s: float) -> Sound:
    n = int(decay_s * 6 * RATE_HZ)
    pair = drum_parts.square(n, low) + drum_parts.square(n, high)
    rung = filtered(pair, "band", (low * high) ** 0.5 * 1.25, 1.6)
    return rung * (0.6 * fall(n, decay_s) + fall(n, 0.018))


def _crash(decay_s: float, pitch: float, low: float, ping: float) -> Sound:
    """A wide plate: noise that darkens, over a dense chord of metal, with a stroke."""
    n = int(decay_s * 4.5 * RATE_HZ)
    hiss = noise(n, f"crash {pitch}")
    plates = filtered(
        metal(n, pitch) + metal(n, pitch * 1.47) + metal(n, pitch * 2.11), "high", low, 0.7
    )
    bright = filtered(filtered(hiss, "high", 5000, 0.7), "low", 12_000, 0.6)
    bright *= fall(n, decay_s * 0.4)
    middle = filtered(filtered(hiss, "high", low, 0.7), "low", 7500, 0.6) * fall(n, decay_s)
    wash = blend((bright, 0.8), (middle, 0.55), (plates * fall(n, decay_s * 0.8), 0.45))
    wash *= 1 - 0.55 * np.exp(-np.arange(n) / (0.004 * RATE_HZ))  # a plate takes a moment to move
    bell = blend(
        *(
            (drum_parts.sine(n, 205 * pitch * ratio) * fall(n, decay_s * share), share)
            for ratio, share in ((5.1, 0.5), (8.37, 0.35), (12.9, 0.25))
        )
    )
    stroke = filtered(hiss, "high", 5000, 0.7) * fall(n, 0.004)
    return blend((wash, 1.0), (bell, ping), (stroke, 0.5))


def _shaker(rise_s: float, decay_s: float, centre: float) -> Sound:
    n = int((rise_s + decay_s * 6) * RATE_HZ)
    grains = filtered(noise(n, f"shaker {centre}"), "band", centre, 0.9)
    seconds = np.arange(n) / RATE_HZ
    up = np.minimum(seconds / rise_s, 1.0) ** 2
    return np.asarray(grains * up * np.exp(-np.maximum(seconds - rise_s, 0) / decay_s))


def _clave(freq: float, decay_s: float) -> Sound:
    n = int(decay_s * 8 * RATE_HZ)
    tone = drum_parts.sine(n, freq) + 0.25 * drum_parts.sine(n, freq * 1.52)
    return softly(tone * fall(n, decay_s), 1.5)


#: How each name is made, of which numbers, and the loudest sample of its sounds: so they sit together.
_MADE: dict[str, tuple[Callable[..., Sound], float, tuple[tuple[float, ...], ...]]] = {
    "bd": (_bd, 0.46, (
        (49, 270, 0.022, 0.105, 0.55, 2.2, 0.018),  # punchy
        (46, 125, 0.012, 0.280, 0.16, 1.3, 0.030),  # long and round
        (55, 310, 0.016, 0.055, 0.60, 2.0, 0.010),  # short
        (47, 340, 0.030, 0.120, 0.70, 5.0, 0.030),  # hard
        (43, 95, 0.018, 0.160, 0.06, 1.1, 0.010),  # soft
        (52, 190, 0.045, 0.140, 0.35, 2.8, 0.000),  # rubbery
    )),
    "sn": (_sn, 0.42, (
        (188, 335, 0.032, 0.080, 1.70, 9500, 0.70),  # bright
        (172, 330, 0.050, 0.055, 1.10, 7500, 0.45),  # boxy
        (205, 370, 0.024, 0.048, 1.60, 11000, 0.90),  # tight
        (160, 290, 0.042, 0.130, 1.90, 8500, 0.60),  # big
        (235, 420, 0.022, 0.065, 1.50, 12000, 1.00),  # high
        (150, 270, 0.028, 0.100, 2.20, 6000, 0.30),  # dusty
    )),
    "rim": (_rim, 0.26, ((480, 1730, 0.009, 0.30), (620, 2150, 0.007, 0.45), (400, 1270, 0.013, 0.20))),
    "cp": (_cp, 0.38, (
        (1050, 0.0105, 4, 0.075, 0.55), (1250, 0.0085, 3, 0.050, 0.45),
        (900, 0.0130, 4, 0.120, 0.70), (1500, 0.0070, 5, 0.035, 0.35),
    )),
    "hh": (_hat, 0.25, (
        (0.024, 0.55, 1.00, 6800, 0.5), (0.036, 0.80, 0.92, 6200, 0.3), (0.014, 0.35, 1.12, 8000, 0.7),
        (0.050, 0.45, 1.05, 5600, 0.3), (0.020, 0.95, 1.30, 7200, 0.4), (0.030, 0.15, 0.85, 7600, 0.2),
    )),
    "oh": (_hat, 0.22, (
        (0.150, 0.60, 1.00, 6400, 0.4), (0.240, 0.75, 0.92, 5800, 0.3),
        (0.100, 0.40, 1.12, 7600, 0.5), (0.330, 0.50, 1.05, 5400, 0.3),
    )),
    "lt": (_tom, 0.36, ((82, 0.160, 1.55, 0.25), (75, 0.210, 1.30, 0.10), (92, 0.100, 1.80, 0.35))),
    "mt": (_tom, 0.34, ((118, 0.140, 1.50, 0.25), (108, 0.180, 1.30, 0.10), (130, 0.090, 1.75, 0.35))),
    "ht": (_tom, 0.32, ((165, 0.120, 1.45, 0.25), (152, 0.160, 1.30, 0.10), (184, 0.080, 1.70, 0.35))),
    "cb": (_cb, 0.22, ((540, 800, 0.075), (587, 845, 0.050), (496, 752, 0.120))),
    "cr": (_crash, 0.30, ((0.55, 1.00, 2600, 0.02), (0.38, 1.20, 3200, 0.01), (0.85, 0.85, 2200, 0.03))),
    "rd": (_crash, 0.22, ((0.45, 1.35, 4200, 0.16), (0.65, 1.15, 3600, 0.22))),
    "sh": (_shaker, 0.32, ((0.018, 0.022, 7200), (0.030, 0.030, 6000), (0.010, 0.015, 9000))),
    "cl": (_clave, 0.22, ((2480, 0.016), (1960, 0.022))),
}  # fmt: skip


def made_sound(name: str, index: int) -> np.ndarray:
    """Compute a sound of the kit, (frames,) float32 at `RATE_HZ`."""
    make, peak, made_of = _MADE[name]
    sound = quiet_end(filtered(make(*made_of[index]), "high", 24, 0.7))
    return np.asarray(sound * (peak / np.abs(sound).max()), np.float32)


def own_sound(name: str) -> np.ndarray:
    """Return a sound of the kit by a name such as `bd:0`, (frames, 1) float32 at `RATE_HZ`.

    It is made when it is first asked for, and kept as a file.
    """
    path = KITS / f"own-{_made_by():08x}" / f"{name.replace(':', '-')}.wav"
    try:
        if _is_whole(path):
            return np.asarray(soundfile.read(path, dtype="float32", always_2d=True)[0])
    except (OSError, soundfile.SoundFileError):
        pass  # it has not been made yet, or is damaged
    which, _, index = name.partition(":")
    sound = made_sound(which, int(index))[:, None]
    with suppress(OSError):  # without room for it, it is made again next time
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished:
            soundfile.write(unfinished, sound, RATE_HZ, subtype="FLOAT", format="WAV")
    return sound


def _is_whole(path: Path) -> bool:
    """Return whether a WAV file is as long as it says. Raises OSError if there is none."""
    with path.open("rb") as file:
        head = file.read(8)
    return int.from_bytes(head[4:], "little") + 8 == path.stat().st_size


def make_all() -> None:
    """Make all sounds that have not been made yet, which takes some seconds."""
    for name, count in OWN_SOUNDS.items():
        for index in range(count):
            own_sound(f"{name}:{index}")


@cache
def _made_by() -> int:
    """A number of the code that makes the sounds: other code, another file."""
    code = b"".join(Path(each).read_bytes() for each in (__file__, drum_parts.__file__))
    return zlib.crc32(hashlib.sha256(code).digest())
