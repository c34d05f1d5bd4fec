"""Names of models, offered where they are typed."""

import asyncio

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from livecode.terminal.completer import MindCompleter
from livecode.terminal.models import model_begun, models_for


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('glass = space("', ("space", '"', "")),
        ("glass = space('add", ("space", "'", "add")),
        ('r7 = stream( "qu', ("stream", '"', "qu")),
        ('ego = agent(space("a', ("space", '"', "a")),
        ('glass = space("additive")', None),
        ('myspace("a', None),
        ('print("space', None),
        ("space(", None),
    ],
)
def test_a_models_name_is_begun_within_the_quotes_of_a_call(
    line: str, expected: tuple[str, str, str] | None
) -> None:
    assert model_begun(line) == expected


def test_each_word_is_offered_the_models_that_it_takes() -> None:
    assert "additive" in models_for("space")
    assert "additive" not in models_for("stream")
    assert "test" in models_for("stream")


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [('space("ad', "", 'additive"'), ("space('ad", "')", "additive")],
)
def test_a_models_name_is_completed_with_its_quote(before: str, after: str, written: str) -> None:
    async def offered() -> list[str]:
        document = Document(before + after, len(before))
        completer = MindCompleter(lambda code, cursor: None, lambda: document)  # type: ignore[arg-type,return-value]
        event = CompleteEvent(completion_requested=True)
        return [each.text async for each in completer.get_completions_async(document, event)]

    assert written in asyncio.run(offered())
