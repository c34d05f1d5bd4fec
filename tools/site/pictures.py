"""Takes pictures of the built site as a phone and a laptop show it, with the network off.

    python -m tools.site.pictures build/site pictures/
    python -m tools.site.pictures build/site pictures/ --pages index gallery

It says which pages fetch anything from elsewhere, complain, or are wider than the screen.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from livecode.films.browser import Browser, Tab

#: Widths and heights in CSS pixels.
SCREENS = {"phone": (390, 844), "laptop": (1280, 800)}
HIGHEST = 6000  # pixels of a page that are taken


def main() -> int:
    """Take the pictures; the status is 1 if something is amiss."""
    parser = argparse.ArgumentParser(prog="python -m tools.site.pictures")
    parser.add_argument("site", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--pages", nargs="+", help="places such as how-to/album (all)")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    amiss = list(looked_at(options.site.resolve(), options.pages, options.pictures))
    print(*amiss, sep="\n")
    return 1 if amiss else 0


def looked_at(
    site: Path, places: list[str] | None = None, pictures: Path | None = None
) -> Iterator[str]:
    """Open the pages at each width without a network; yield what is amiss, a sentence each."""
    if places is None:
        places = [
            path.relative_to(site).as_posix().removesuffix(".html") for path in site.rglob("*.html")
        ]
    with (
        tempfile.TemporaryDirectory() as folder,
        Browser(Path(folder), size=SCREENS["laptop"]) as browser,
    ):
        tab = browser.open("about:blank")
        tab.send("Network.enable")
        tab.send("Network.emulateNetworkConditions", offline=True, latency=0,
                 downloadThroughput=-1, uploadThroughput=-1)  # fmt: skip
        for place in sorted(places):
            tab.send("Page.navigate", url=(site / f"{place}.html").as_uri())
            here = f"location.pathname.endsWith({f'/{place}.html'!r})"
            tab.until(f"{here} && document.readyState == 'complete'")
            for screen, (width, height) in SCREENS.items():
                tab.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                         deviceScaleFactor=1, mobile=screen == "phone")  # fmt: skip
                wide = tab.run("document.documentElement.scrollWidth")
                if wide > width:
                    yield f"{place} is {wide} pixels wide on a {screen} of {width}"
                if pictures is not None:
                    high = min(tab.run("document.documentElement.scrollHeight"), HIGHEST)
                    taken = _taken(tab, width, high)
                    (pictures / f"{place.replace('/', '-')}-{screen}.png").write_bytes(taken)
            for asked in tab.run("performance.getEntriesByType('resource').map(each => each.name)"):
                if not asked.startswith(("file:", "data:", "blob:")):
                    yield f"{place} asks for {asked}"
            yield from (f"{place}: {each}" for each in browser.complaints)
            browser.complaints.clear()


def _taken(tab: Tab, width: int, high: int) -> bytes:
    tab.run("document.querySelectorAll('img').forEach(each => { each.loading = 'eager' })")
    tab.until("[...document.images].every(each => each.complete)")
    tab.send("Emulation.setDeviceMetricsOverride", width=width, height=high,
             deviceScaleFactor=1, mobile=width < 600)  # fmt: skip
    return tab.picture(x=0, y=0, width=width, height=high)


if __name__ == "__main__":
    raise SystemExit(main())
