"""What `bench endurance` concludes from its snapshots."""

from dataclasses import replace

import numpy as np
import pytest

from livecode.bench import endurance
from livecode.bench.endurance import BLOCKS, BPM, ProcessSample
from livecode.errors import LivecodeError
from livecode.signals import osc
from livecode.signals.simulate import LEFT_ID, riot_packet

RATE = 48_000


def steady(rounds: int = 12) -> list[ProcessSample]:
    """Return the snapshots of a performance in which nothing grows and nothing drifts."""
    rng = np.random.default_rng(0)
    snapshots = []
    for at_s in np.arange(1, rounds * len(BLOCKS) + 1) * endurance.EVERY_S:
        memory = {name: 100.0 + rng.normal(0, 0.1) for name in endurance.PLAYERS}
        tick = round(at_s * RATE)
        snapshots.append(ProcessSample(at_s, memory, 90, tick + 100.0, tick, at_s * BPM / 60))
    return snapshots


def verdicts(snapshots: list[ProcessSample], delays: np.ndarray) -> dict[str, bool | None]:
    rows = [
        *endurance.growth_rows(snapshots, 300.0),
        *endurance.drift_rows(snapshots, delays, RATE),
    ]
    return {
        f"{row.what} {row.about.get('process', row.about.get('of', ''))}": row.ok for row in rows
    }


def test_what_is_steady_passes():
    assert all(verdicts(steady(), np.full(1000, 200.0)).values())


@pytest.mark.parametrize("process", endurance.PLAYERS)
def test_a_leak_in_one_process_is_that_process(process: str):
    snapshots = [
        replace(r, memory_mb={**r.memory_mb, process: 100 + r.at_s / 60}) for r in steady()
    ]
    found = verdicts(snapshots, np.full(1000, 200.0))
    assert [what for what, ok in found.items() if not ok] == [f"growth of memory {process}"]


def test_what_grows_before_it_has_settled_is_no_leak():
    snapshots = [
        replace(r, memory_mb={name: 100 + min(r.at_s, 299) for name in r.memory_mb})
        for r in steady()
    ]
    assert all(verdicts(snapshots, np.full(1000, 200.0)).values())


def test_each_clock_that_drifts_is_found():
    slow = np.linspace(0, 0.005 * RATE, 12 * len(BLOCKS))
    rings = verdicts(steady(), np.linspace(0, 0.005 * RATE, 1000))
    ticks = verdicts(
        [replace(r, sound_frame=r.sound_frame + d) for r, d in zip(steady(), slow, strict=True)],
        np.zeros(1000),
    )
    beats = verdicts([replace(r, beat=r.beat * 1.00001) for r in steady()], np.zeros(1000))
    for what, found in (("ring packets", rings), ("ticks", ticks), ("beats", beats)):
        assert [each for each, ok in found.items() if not ok] == [f"drift from the sound {what}"]


def test_the_number_of_a_packet_stands_where_the_temperature_does():
    plain, numbered = (
        list(osc.decode(packet))
        for packet in (riot_packet(LEFT_ID, 30), endurance.numbered(riot_packet(LEFT_ID, 30), 77))
    )
    changed = [
        i for i, (a, b) in enumerate(zip(plain[0].args, numbered[0].args, strict=True)) if a != b
    ]
    assert [numbered[0].args[i] for i in changed] == [77.0]
    assert changed == [9]


def test_too_short_a_time_is_refused_at_once():
    with pytest.raises(LivecodeError, match="give --for 180 or more"):
        endurance.run(20)
