"""What the performer is told of who watches, and the QR code of the page's address."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livecode.processes.attachment import Attachment
from livecode.terminal.audience import QUIET, audience_line, qr_code
from livecode.transport.stage import Audience, encode_stage
from tests.conftest import need
from tests.terminal.conftest import Player, play

S = 10**9
#: The longest address that is usual: another machine's, with a secret of 192 bits.
ADDRESS = "https://192.168.100.200:43127/0123456789abcdefghijklmnopqrstuv/"


def test_who_watches_is_told_with_places_and_times_and_what_was_refused() -> None:
    assert audience_line(Audience(), 0) == "nobody watches"
    watching = (("127.0.0.1", 1 * S), ("10.0.0.7", 40 * S), ("127.0.0.1", 50 * S))
    refused = {"token": 3, "host": 1}
    audience = Audience(viewers=3, watching=watching, refused=refused)
    assert audience_line(audience, 61 * S) == (
        "3 watch: 127.0.0.1 ×2 for 60 s, 10.0.0.7 for 21 s; 4 refused: host ×1, token ×3"
    )
    alone = Audience(viewers=1, watching=watching[:1])
    assert audience_line(alone, 301 * S) == "1 watches: 127.0.0.1 for 5 min"


def test_an_address_fits_a_small_screen_as_a_qr_code_whose_finders_are_there() -> None:
    rows = qr_code(ADDRESS).split("\n")
    assert len(rows) <= 19
    assert len({len(row) for row in rows}) == 1
    modules = np.array(
        [[half in dark for half in row] for row in rows for dark in ("▀█", "▄█")], dtype=bool
    )
    size = len(rows[0]) - 2 * QUIET
    inner = modules[QUIET : QUIET + size, QUIET : QUIET + size]
    assert modules.sum() == inner.sum(), "it is quiet around it"
    finder = np.ones((7, 7), bool)
    finder[1:6, 1:6] = False
    finder[2:5, 2:5] = True
    for corner in (inner[:7, :7], inner[:7, -7:], inner[-7:, :7]):
        assert (corner == finder).all()


@need("zbarimg")
def test_a_camera_reads_the_address_off_the_rows(tmp_path: Path) -> None:
    rows = qr_code(ADDRESS).split("\n")
    light = [[half not in dark for half in row] for row in rows for dark in ("▀█", "▄█")]
    shown = Image.fromarray(np.array(light, np.uint8) * 255)
    large = shown.resize((8 * shown.width, 8 * shown.height), Image.Resampling.NEAREST)
    on_dark = Image.new("L", (large.width + 200, large.height + 200), 16)
    on_dark.paste(large, (100, 100))
    on_dark.save(tmp_path / "screen.png")
    read = subprocess.run(
        ["zbarimg", "--raw", "-q", tmp_path / "screen.png"],
        capture_output=True,
        timeout=30,
        text=True,
    )
    assert read.stdout.strip() == ADDRESS


@pytest.mark.live
def test_a_key_shows_the_address_its_code_and_who_watches(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press("\x1bw")
        await player.until_said("there is no stage page")
        audience = Audience(ADDRESS, 43127, viewers=1, watching=(("10.0.0.7", 0),))
        without_mind.arena.audience.post(encode_stage(audience))
        await player.press("\x1bw")
        await player.until_said("1 watches: 10.0.0.7 for ")
        assert qr_code(ADDRESS) in player.said
        assert f"\n{ADDRESS}\n" in player.said

    play(script, without_mind)
