"""Tests of completing names while the mind is busy."""

import asyncio
import itertools

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from livecode.terminal import completer
from livecode.terminal.completer import MindCompleter
from livecode.terminal.mind_client import Completions


def offered(
    typed: str, later: str, answers_at: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], int]:
    """Complete `typed`, while the text becomes `later` after two questions; the mind answers one of them.

    Returns what is offered, and how often the mind was asked.
    """
    monkeypatch.setattr(completer, "ASK_AGAIN_S", 0.0)
    asked = itertools.count(1)
    count = 0

    async def ask(code: str, cursor: int) -> Completions | None:
        nonlocal count
        count = next(asked)
        return Completions(("dims",), 3) if count == answers_at else None

    def current() -> Document:
        return Document(typed if count < 2 else later)

    async def names() -> list[str]:
        found = MindCompleter(ask, current).get_completions_async(Document(typed), CompleteEvent())
        return [each.text async for each in found]

    return asyncio.run(names()), count


def test_attributes_are_offered_when_a_busy_mind_answers_at_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert offered("ego.dim", "ego.dim", 5, monkeypatch) == (["dims"], 5)


def test_nobody_waits_for_names_of_a_text_that_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("ego.dim", "ego.dims", 5, monkeypatch) == ([], 2)


def test_other_names_are_words_of_the_text_when_the_mind_is_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert offered("kick = 1; ki", "kick = 1; ki", 5, monkeypatch) == (["kick"], 1)
