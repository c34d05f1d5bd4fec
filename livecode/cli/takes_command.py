"""`livecode takes`: the screen, or what it can do without one."""

import os
from dataclasses import dataclass
from pathlib import Path

from livecode.cli.arguments import THEMES
from livecode.errors import LivecodeError
from livecode.takes.choices import TakesFolder
from livecode.takes.selection import Selection


@dataclass(frozen=True)
class TakesOptions:
    """What `livecode takes` was told."""

    folder: Path
    audio: str = "auto"
    theme: str | None = None
    list: bool = False
    band: tuple[float, float] | None = None  # per cent hidden at the low end and at the top
    splice: Path | None = None
    fade_s: float = 1.0


def takes(options: TakesOptions) -> int:
    """Lists, splices, or opens the screen; returns the exit status."""
    if options.band is not None and sum(options.band) >= 100:
        raise LivecodeError("--band: nothing is left between its two shares; use 40 5.")
    if not options.folder.is_dir():
        raise LivecodeError(f"There is no folder {options.folder}: `livecode generate` makes one.")
    if options.list or options.splice is not None:
        folder = TakesFolder(options.folder)
        if options.list:
            _print(folder, options.band)
        if options.splice is not None:
            from livecode.takes.splice import splice

            kept = [take.path for take in folder.kept]
            if not kept:
                raise LivecodeError(
                    f"No take in {options.folder} is kept: keep some with `livecode takes "
                    f"{options.folder}` and its key k."
                )
            print(splice(kept, options.splice, options.fade_s))
        return 0
    from livecode.takes.screen import audition_screen
    from livecode.terminal.style import NO_COLOUR, style

    theme = options.theme or os.environ.get("LIVECODE_THEME") or THEMES[0]
    if theme not in THEMES:
        raise LivecodeError(
            f"LIVECODE_THEME={theme}: there is no such theme; use {', '.join(THEMES)}"
        )
    if os.environ.get("NO_COLOR"):
        theme = NO_COLOUR
    return audition_screen(
        options.folder,
        options.audio,
        style(theme),
        theme != NO_COLOUR,
        options.band,
        options.fade_s,
    )


def _print(folder: TakesFolder, band: tuple[float, float] | None) -> None:
    from livecode.takes.screen import HEADING, listed

    print(HEADING.rstrip())
    for take in Selection(band=band).of(folder.takes):
        print(listed(take).rstrip())
