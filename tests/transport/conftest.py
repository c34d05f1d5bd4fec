"""A small shared arena for each test."""

from collections.abc import Iterator

import pytest

from livecode.transport import Arena
from tests.transport.partner import LAYOUT


@pytest.fixture
def arena() -> Iterator[Arena]:
    made = Arena.create(48000, 256, LAYOUT)
    yield made
    made.unlink()
