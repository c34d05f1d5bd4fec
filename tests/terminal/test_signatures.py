"""Signatures: which argument one is in, and how much of a long one is shown."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.terminal.signatures import LOOKED_BACK, Signature, Signatures, argument, pieces

RAMP = "ramp(start, end, over=4*s, *, lag=(0, 1), name='a, b')"
PRINT = "print(*values, sep=' ')"


@pytest.mark.parametrize(
    ("signature", "typed", "expected"),
    [
        (RAMP, "", "start"),
        (RAMP, "1, ", "end"),
        (RAMP, "f(1, 2), [3, 4]", "end"),
        (RAMP, '"a, b", ', "end"),
        (RAMP, "1, 2, 8*s", "over=4*s"),
        (RAMP, "1, name=", "name='a, b'"),
        (RAMP, "1, lag=(1, ", "lag=(0, 1)"),
        (RAMP, "1, 2, 3, 4", ""),
        (RAMP, "1, x == 2", "end"),
        (RAMP, "1, unknown=3", ""),
        (PRINT, "1, 2, 3", "*values"),
        (PRINT, "1, sep=", "sep=' '"),
        ("go()", "", ""),
        ("", "", ""),
    ],
)
def test_the_argument_at_hand(signature: str, typed: str, expected: str) -> None:
    begin, end = argument(signature, typed)
    assert signature[begin:end] == expected


def test_a_long_signature_is_cut_around_the_argument_at_hand() -> None:
    whole = Signature(RAMP, *argument(RAMP, "1, name="))
    cut = whole.cut(20)
    assert len(cut.text) == 20
    assert cut.text[cut.begin : cut.end] == "name='a, b'"
    assert cut.text.startswith("…")
    first = Signature(RAMP, *argument(RAMP, "")).cut(20)
    assert first.text == "ramp(start, end, ov…"
    assert whole.cut(200) is whole


@given(
    st.text("ab=,()[]'\"* /", max_size=30), st.text("ab=,()[]'\" ", max_size=30), st.integers(1, 40)
)
def test_whatever_is_typed_the_argument_lies_within_what_is_shown(
    inside: str, typed: str, columns: int
) -> None:
    text = f"f({inside})"
    cut = Signature(text, *argument(text, typed)).cut(columns)
    assert len(cut.text) <= columns
    assert 0 <= cut.begin <= cut.end <= columns


@given(st.text("ab,()'", max_size=30))
def test_pieces_and_commas_are_the_whole(text: str) -> None:
    assert ",".join(text[begin:end] for begin, end in pieces(text)) == text


def test_a_key_in_a_long_block_looks_back_a_few_lines_only() -> None:
    asked: list[str] = []
    code = "x = f(1)\n" * 20_000 + "y = ramp(0,"

    async def inspect(call: str, cursor: int) -> str:
        asked.append(call)
        return RAMP

    async def follow() -> Signature:
        signatures = Signatures(lambda: (code, len(code)), inspect, lambda: None)
        signatures.follow()
        while not signatures.shown.text:
            await asyncio.sleep(0)
        return signatures.shown

    shown = asyncio.run(follow())
    assert shown.text[shown.begin : shown.end] == "end"
    assert len(asked[0]) <= LOOKED_BACK + 10
