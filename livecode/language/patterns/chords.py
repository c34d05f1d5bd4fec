"""The chords that can be named, as semitones above their root; the names are those of TidalCycles."""

from collections.abc import Iterator, Mapping

#: A row: the intervals, and every name that they go by.
_TABLE = """
0 4 7             major maj M
0 4 8             aug augmented plus sharp5 +
0 4 7 9           six 6 sixth maj6 major6
0 4 7 9 14        sixnine six9 sixby9 6by9 69
0 4 7 11          major7 maj7 M7
0 4 7 11 14       major9 maj9 M9
0 4 7 14          add9
0 4 7 11 14 17    major11 maj11 M11
0 4 7 17          add11
0 4 7 11 14 21    major13 maj13 M13
0 4 7 21          add13
0 4 7 10          dom7 dominant7 7 seven
0 4 7 10 14       dom9 dominant9 9 nine
0 4 7 10 14 17    dom11 dominant11 11 eleven
0 4 7 10 14 17 21 dom13 dominant13 13 thirteen
0 4 6 10          sevenflat5 7f5 7b5
0 4 8 10          sevensharp5 7s5 7#5 aug7
0 4 7 10 13       sevenflat9 7f9 7b9
0 4 7 10 15       sevensharp9 7s9 7#9 sevenflat10 7f10
0 4 8 10 13       sevensharp5flat9 7s5f9
0 4 8 10 14       ninesharp5 9sharp5 9s5
0 4 6 10 14       nineflat5 9f5
0 4 7 10 14 18    elevensharp 11s 11#
0 3 7             minor min m
0 3 6             diminished dim
0 3 8             minorsharp5 msharp5 ms5
0 3 7 9           minor6 min6 m6
0 3 7 9 14        minorsixnine minor69 min69 minsixnine m69 msixnine m6by9 minor6by9
0 3 6 10          minor7flat5 min7flat5 m7flat5 m7f5 m7b5 halfdim
0 3 8 10          minor7sharp5 min7sharp5 m7sharp5 m7s5
0 3 6 9           diminished7 dim7
0 3 6 9 14        diminished9 dim9
0 3 7 10          minor7 min7 m7
0 3 7 10 13       minor7flat9 min7flat9 m7flat9 m7f9
0 3 7 10 15       minor7sharp9 min7sharp9 m7sharp9 m7s9
0 3 7 10 14       minor9 min9 m9
0 3 7 14          minoradd9 minadd9 madd9
0 3 7 10 14 17    minor11 min11 m11
0 3 7 10 14 17 21 minor13 min13 m13
0 3 7 10 14 18    minor11sharp m11sharp m11s
0 3 7 11          minormajor7 minmaj7 mmaj7
0                 one 1
0 7               five 5 power
0 2 7             sus2
0 5 7             sus4 sus
0 2 7 10          sevensus2 7sus2
0 5 7 10          sevensus4 7sus4
0 5 7 10 14       ninesus4 ninsus4 9sus4
"""


def _rows() -> Iterator[tuple[str, tuple[int, ...]]]:
    for row in _TABLE.strip().splitlines():
        intervals, names = row[:18].split(), row[18:].split()
        for name in names:
            yield name, tuple(map(int, intervals))


#: Name -> semitones.
CHORDS: Mapping[str, tuple[int, ...]] = dict(_rows())
