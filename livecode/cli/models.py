"""`livecode models`: lists the models that can be named on stage; shows, packs and unpacks one."""

import argparse
from pathlib import Path

from rich.box import SIMPLE
from rich.table import Table

from livecode.cli.console import PlainConsole
from livecode.cli.parser import Command, Parser, add_commands
from livecode.neural.model_file import described, list_models, user_models
from livecode.transport.plain_text import plain_line

CARD = "README.md"
WHAT = (
    Command("show", "tell what a model is, draw and play a few seconds of it", "show_model"),
    Command("pack", "put a model into one file, for somebody else", "pack_model"),
    Command("unpack", "take a model out of such a file, once it is checked", "unpack_model"),
)


def add_arguments(parser: Parser) -> None:
    """Add what can be done with one model; all are listed if it is left out."""
    parser.set_defaults(run=run)
    add_commands(parser, WHAT, "WHAT", required=False)


def run(options: argparse.Namespace) -> int:
    """Print name, kind, size, licence and first sentence of the card of each model."""
    console = PlainConsole()
    found = list_models()
    if not found:
        console.print("There are no models yet; `livecode train space` makes one.")
        return 0
    table = Table("name", "kind", "size", "licence", "card", box=SIMPLE)
    for name, path in found.items():
        kind, licence = described(path)
        size = f"{path.stat().st_size / 1e6:.1f} MB"
        told = (name, kind, size, licence, first_line(path.with_name(CARD)))
        table.add_row(*map(plain_line, told))
    console.print(table)
    console.print(f"Your own go to {user_models()}", soft_wrap=True)
    return 0


def first_line(card: Path) -> str:
    """Return the first line of a card that is neither empty nor a heading; "" if there is none."""
    try:
        lines = card.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return next((line for line in lines if line.strip() and not line.startswith("#")), "")
