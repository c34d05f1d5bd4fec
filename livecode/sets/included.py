"""The sets that come with livecode, in a checkout and in an installed package."""

from pathlib import Path

from livecode.errors import LivecodeError, did_you_mean

#: What a new set begins as; it is no piece of its own.
TEMPLATE = "template"


def included_sets() -> dict[str, Path]:
    """Return the sets that come with livecode, as name -> file, the template among them."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_sets", package.parent / "sets"):
        if paths := sorted(folder.glob("*.py")):
            return {path.stem: path for path in paths}
    raise LivecodeError(
        "the sets that come with livecode are not installed; install livecode again"
    )


def included_set(name: str) -> Path:
    """Return the file of a set that comes with livecode; raises LivecodeError with the nearest names."""
    sets = included_sets()
    if name in sets:
        return sets[name]
    raise LivecodeError(f"no set named {name!r} comes with livecode{did_you_mean(name, sets)}")
