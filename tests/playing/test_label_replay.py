"""What streams are told sounds the same in a replay: pitches, and a tempo on the beat of the performance."""

from pathlib import Path

from tests.replayed import assert_replayed


def test_a_drummer_on_the_beat_and_a_chorale_told_pitches_are_replayed(tmp_path: Path) -> None:
    assert_replayed(
        [
            'tempo(112)\ndrums = stream("drummer", seed=3)\ndrums.tempo = tempo',
            'choir = stream("chorale", seed=2, level=0.5)\nchoir.pitch = pattern("<d a>")',
            'drums.source = pattern("<house funk>")\nchoir.loudness = ramp(-3, 3, over=2*s)',
            "tempo(96)",
        ],
        1.2,
        tmp_path,
    )
