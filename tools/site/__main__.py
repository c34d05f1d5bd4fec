"""Builds the site of the documents, and looks it over; no step needs a network.

    python -m tools.site build/site

It needs the extra: pip install -e ".[docs]". Any warning, broken link or request to elsewhere is an error.
"""

import argparse
import shutil
import sys
from pathlib import Path

from tools.site.checked import faults
from tools.site.sources import lay_out

HERE = Path(__file__).parent


def main() -> int:
    """Build, check, and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m tools.site")
    parser.add_argument("folder", type=Path, help="where the site goes; it is made anew")
    return build(parser.parse_args().folder)


def build(folder: Path) -> int:
    """Build the site into `folder`; return 0 if nothing is amiss."""
    try:
        from sphinx.cmd.build import build_main
    except ModuleNotFoundError:
        print('the site is built by Sphinx: pip install -e ".[docs]"', file=sys.stderr)
        return 2
    folder = folder.resolve()
    pages = folder.with_name(folder.name + "-pages")
    for made in (folder, pages):
        shutil.rmtree(made, ignore_errors=True)
    lay_out(pages / "source")
    options = ["-q", "-W", "--keep-going", "-n", "-b", "html", "-c", str(HERE)]
    options += ["-D", f"html_extra_path={pages / 'source' / '_extra'}"]
    status = build_main([*options, "-d", str(pages / "trees"), str(pages / "source"), str(folder)])
    if status:
        return int(status)
    amiss = faults(folder)
    for each in amiss:
        print(each, file=sys.stderr)
    if not amiss:
        print(f"open {folder / 'index.html'}")
    return 1 if amiss else 0


if __name__ == "__main__":
    raise SystemExit(main())
