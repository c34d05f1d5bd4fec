"""The list of arrows in docs/architecture.md: which room imports which, measured on the code.

    python -m tools.arrows docs/architecture.md

writes it anew between the two marks; a test compares it with the code.
"""

import sys
from collections import defaultdict
from pathlib import Path

import grimp

PACKAGE = "livecode"
#: Everything may raise errors that a person meets: arrows to them say nothing.
UNSAID = "errors"
BEGIN = "<!-- arrows: written by `python -m tools.arrows`, not by hand -->"
END = "<!-- end of the arrows -->"


def room(module: str) -> str:
    """The room of a module: the folder or the file of the package that it is in."""
    return module.split(".")[1]


def arrows() -> dict[str, set[str]]:
    """The rooms that each room imports; imports within functions and for types count, too."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    found: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules - {PACKAGE}:
        for imported in graph.find_modules_directly_imported_by(module) - {PACKAGE}:
            if room(imported) not in (room(module), UNSAID):
                found[room(module)].add(room(imported))
    return found


def listed() -> str:
    """One line for each room that imports others, as the page shows it."""
    found = arrows()
    width = max(map(len, found))
    lines = [f"{name:<{width}}  → {', '.join(sorted(found[name]))}" for name in sorted(found)]
    return "\n".join(["```text", *lines, "```"])


def refreshed(document: str) -> str:
    """The document with its list of arrows as the code has them."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{listed()}\n\n{END}{after}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
