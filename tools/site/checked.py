"""Looks over the built site: links that lead nowhere, and whatever is fetched from outside."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Attributes by which a page fetches something by itself; a link is followed only by its reader.
FETCHED = {
    "audio": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "script": "src",
    "source": "src",
}
#: Links that name what is elsewhere, and fetch nothing.
NAMING = {"canonical", "alternate", "author", "license"}
_OUTSIDE = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)")


class Page(HTMLParser):
    """What a page has and asks for."""

    def __init__(self, text: str):
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note the anchors, links and assets of one element."""
        found = dict(attributes)
        self.anchors |= {str(found[name]) for name in ("id", "name") if found.get(name)}
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        asset = found.get(FETCHED.get(tag, ""))
        if asset and not (tag == "link" and found.get("rel") in NAMING):
            self.fetched.append(asset)


def faults(site: Path) -> list[str]:
    """Return what is wrong with a built site, a sentence each."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = [
        f"{path.relative_to(site)}: {fault}"
        for path, page in pages.items()
        for fault in _faults(path, page, pages)
    ]
    for path in sorted(site.rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(site)}: fetches {what}" for what in _OUTSIDE.findall(text)]
    return found


def _faults(path: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    for asset in page.fetched:
        parts = urlsplit(asset)
        if parts.scheme == "data" or not (parts.netloc or parts.path):
            continue
        if parts.scheme or parts.netloc:
            yield f"fetches {asset}"
        elif not (path.parent / unquote(parts.path)).is_file():
            yield f"has no file {asset}"
    for link in page.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            if parts.scheme not in ("https", "mailto"):
                yield f"links to {link}"
            continue
        there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if there.is_dir():
            there /= "index.html"
        if not there.is_file():
            yield f"links to {link}, which is not there"
        elif parts.fragment and there in pages and parts.fragment not in pages[there].anchors:
            yield f"links to {link}, an anchor that is not there"
