"""`livecode models`: a table of the models that are found by name."""

from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from livecode.neural.model_file import described, list_models, user_models

CARD = "README.md"


def print_models(console: Console) -> int:
    """Name, kind, licence and size of each, and what its card begins with."""
    found = list_models()
    if not found:
        console.print("There are no models yet; `livecode train space` makes one.")
        return 0
    table = Table("name", "kind", "size", "licence", "card", box=SIMPLE)
    for name, path in found.items():
        kind, licence = described(path)
        size = f"{path.stat().st_size / 1e6:.1f} MB"
        table.add_row(name, kind, size, licence, first_line(path.with_name(CARD)))
    console.print(table)
    console.print(f"Your own go to {user_models()}", soft_wrap=True)
    return 0


def first_line(card: Path) -> str:
    """The first line of a card that is neither a heading nor empty."""
    try:
        lines = card.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return next((line for line in lines if line.strip() and not line.startswith("#")), "")
