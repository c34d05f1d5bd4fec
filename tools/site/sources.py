"""Lays out the pages of the site: the repository's Markdown, with links that lead to pages of the site.

The pages are written to be read in a repository. Here each gets its place in the site, what it links to
becomes a page as well, and the reference within docs/language.md becomes pages of its own.
"""

import re
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path, PurePosixPath

from tools.site import reference
from tools.site.navigation import HIDDEN, SECTIONS

ROOT = Path(__file__).parents[2]
#: Where the pages outside docs/ stand.
ELSEWHERE = {
    "README.md": "index.md",
    "docs/README.md": "all-pages.md",
    "examples/README.md": "examples.md",
    "CHANGELOG.md": "project/changelog.md",
    "CODE_OF_CONDUCT.md": "project/code-of-conduct.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
}
FOLDERS = {"docs/decisions": "decisions.md", "examples": "examples.md"}
#: What a page may show and play, beside what Sphinx copies by itself.
PLAYED = (".mp3",)
#: Languages of the files that become pages because a page links to them.
LANGUAGES = {".py": "python", ".cff": "yaml", ".toml": "toml"}
_FENCE = re.compile(r"^ *```")
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
#: The text of a link that is the name of a page's file.
_FILE = re.compile(r"[\w/-]+\.md")
#: A sound, alone or under its picture.
_SOUND = re.compile(
    r"(?:^!\[(?P<alt>[^\]]*)\]\((?P<picture>[^)]+)\)\n\n)?^\[(?P<text>[^\]]+)\]\((?P<sound>[^)]+\.mp3)\)$",
    re.MULTILINE,
)
_EMPHASIS = re.compile(r"\*([^*]+)\*")


def lay_out(folder: Path) -> list[str]:
    """Write all pages to `folder`, and what they show to `folder`/_extra; return the pages' places."""
    site = Site(folder)
    site.lay_out()
    return sorted(site.pages.values())


class Site:
    """The pages as they are laid out: `pages` says where each file of the repository stands."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.pages: dict[str, str] = {}
        self._linked: list[str] = []  # files that are shown because a page links to them
        for path in _markdown():
            name = path.relative_to(ROOT).as_posix()
            self.pages[name] = place_of(name)

    def lay_out(self) -> None:
        """Write the pages."""
        for name, place in list(self.pages.items()):
            if name not in ("README.md", "docs/language.md") and not name.startswith(
                "docs/tutorial/"
            ):
                self._write(
                    place, self.turned((ROOT / name).read_text(encoding="utf-8"), name, place)
                )
        self._write_language()
        self._write_tutorial()
        self._write("decisions.md", _decisions())
        self._write("reference/commands.md", reference.commands())
        for name in self._linked:  # it grows while they are written
            self._write(self.pages[name], _shown(ROOT / name))
        self._write_navigation()

    def turned(self, text: str, name: str, place: str) -> str:
        """Return a file's Markdown with the links of its place in the site."""
        parts, code = [], False
        text = _SOUND.sub(lambda found: self._player(found, name, place), text)
        for line in text.splitlines(keepends=True):
            code ^= bool(_FENCE.match(line))
            parts.append(line if code else _LINK.sub(lambda f: self._link(f, name, place), line))
        return "".join(parts)

    def _link(self, found: re.Match[str], name: str, place: str) -> str:
        picture, text, target = found.groups()
        if target.startswith(("https://", "#", "mailto:")):
            return found.group()
        path, _, anchor = target.partition("#")
        file = _within(name, path)
        if picture:
            self._copy(file, self.folder / place_of(file))
            return f"![{text}]({_from(place, place_of(file))})"
        if _FILE.fullmatch(text):  # in the site it is no file
            text = PurePosixPath(text).stem.replace("-", " ").replace("_", " ").lower()
        page = FOLDERS[file] if file in FOLDERS else self._page_of(file)
        return f"[{text}]({_from(place, page)}{'#' if anchor else ''}{anchor})"

    def _page_of(self, file: str) -> str:
        """Return where a file stands; one that is no page becomes one."""
        if file not in self.pages:
            place = PurePosixPath(file)
            self.pages[file] = f"files/{place.parent / place.name.replace('.', '-')}.md".lower()
            if place.parts[0] in ("sets", "examples") and place.suffix == ".py":
                self.pages[file] = str(place.with_suffix(".md"))
            self._linked.append(file)
        return self.pages[file]

    def _player(self, found: re.Match[str], name: str, place: str) -> str:
        up = "../" * place.count("/")
        sound = place_of(_within(name, found["sound"]))
        self._copy(_within(name, found["sound"]), self.folder / "_extra" / sound)
        picture = ""
        if found["picture"]:
            shown = place_of(_within(name, found["picture"]))
            self._copy(_within(name, found["picture"]), self.folder / "_extra" / shown)
            picture = f'<div class="strip"><img src="{up}{shown}" alt="{found["alt"]}" loading="lazy"></div>'
        text = _EMPHASIS.sub(r"<em>\1</em>", found["text"])
        return (
            f'<figure class="sound">{picture}<figcaption>{text}</figcaption>'
            f'<audio controls preload="none" src="{up}{sound}"></audio></figure>'
        )

    def _write_language(self) -> None:
        """The guide without its reference, and a page for each part of the reference."""
        name = "docs/language.md"
        text = (ROOT / name).read_text(encoding="utf-8")
        before, parts = reference.divided(text)
        links = ", ".join(f"[{part}](reference/{part}.md)" for part in parts)
        guide = self.turned(before, name, "language.md")
        self._write("language.md", f"{guide}\n## Reference\n\nEvery word by itself: {links}.\n")
        for part, written in parts.items():
            place = f"reference/{part}.md"
            self._write(place, self.turned(written, name, place))

    def _write_tutorial(self) -> None:
        """All steps of the tutorial on one page."""
        steps = sorted(name for name in self.pages if name.startswith("docs/tutorial/"))
        parts = [
            "# The tutorial\n\nType `tutorial()` in the terminal: it says these steps one by one.\n"
        ]
        for name in steps:
            text = self.turned((ROOT / name).read_text(encoding="utf-8"), name, "tutorial.md")
            parts.append(_one_deeper(text))
        self._write("tutorial.md", "\n".join(parts))

    def _write_navigation(self) -> None:
        """Put the sections of the menu onto the first page, and what stands below a page onto that page."""
        index = self.folder / "index.md"
        trees = [_tree(pages, title) for title, pages in SECTIONS.items()]
        index.write_text(index.read_text(encoding="utf-8") + "".join(trees), encoding="utf-8")
        left = set(self.pages.values()) - {"index.md", *chain(*SECTIONS.values())}
        left -= {page for page in left if page.startswith(tuple(HIDDEN.values()))}
        for parent, beginning in HIDDEN.items():
            below = sorted(
                {p for p in self.pages.values() if p.startswith(beginning) and p != parent}
            )
            if parent == list(HIDDEN)[-1]:
                below += sorted(left)
            if below:
                path = self.folder / parent
                path.write_text(path.read_text(encoding="utf-8") + _tree(below), encoding="utf-8")

    def _write(self, place: str, text: str) -> None:
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _copy(self, file: str, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, to)


def place_of(name: str) -> str:
    """Return where a file of the repository stands in the site."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    path = PurePosixPath(name)
    if name.startswith("docs/tutorial/"):
        return "tutorial.md"
    if path.parts[0] == "models" and path.name == "README.md":
        return f"models/{path.parts[1]}.md"
    if path.parts[0] == "models":
        return f"models/{path.parts[1]}-{path.name}"
    return str(PurePosixPath(*path.parts[1:])) if path.parts[0] == "docs" else name


def _markdown() -> Iterator[Path]:
    yield from sorted(ROOT.glob("*.md"))
    yield from sorted(ROOT.glob("docs/**/*.md"))
    yield from sorted(ROOT.glob("models/*/README.md"))
    yield ROOT / "examples" / "README.md"


def _within(name: str, target: str) -> str:
    """Return the file of the repository that a link in `name` means."""
    return ((ROOT / name).parent / target).resolve().relative_to(ROOT).as_posix()


def _from(place: str, page: str) -> str:
    """Return the link from one place of the site to another."""
    here, there = PurePosixPath(place).parts[:-1], PurePosixPath(page).parts
    common = 0
    while common < min(len(here), len(there) - 1) and here[common] == there[common]:
        common += 1
    return "/".join([".."] * (len(here) - common) + list(there[common:]))


def _one_deeper(text: str) -> str:
    return re.sub(r"^#", "##", text, flags=re.MULTILINE)


def _shown(path: Path) -> str:
    """Return the page of a file that is shown as it is."""
    name = path.relative_to(ROOT).as_posix()
    language = LANGUAGES.get(path.suffix, "text")
    command = ""
    if path.parent.name == "sets":
        command = f"```\nlivecode play {name}\n```\n\n"
    elif path.parent.name == "examples":
        command = f"```\npython {name}\n```\n\n"
    text = path.read_text(encoding="utf-8").rstrip()
    return f"# {path.name}\n\n{command}````{language}\n{text}\n````\n"


def _decisions() -> str:
    """Return the list of decisions, each by its heading."""
    rows = []
    for path in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        heading = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ").strip()
        number, title = re.match(r"(\d+)[.:]? *(.*)", heading).groups()  # type: ignore[union-attr]
        rows.append(f"| {number} | [{title[0].upper()}{title[1:]}](decisions/{path.name}) |")
    return "\n".join(["# Decisions", "", "Why it is so and not otherwise, half a page each.", "",
                      "| | |", "|---|---|", *rows, ""])  # fmt: skip


def _tree(pages: list[str], title: str = "") -> str:
    caption = [f":caption: {title}"] if title else []
    entries = [page.removesuffix(".md") for page in pages]
    return "\n".join(["", "```{toctree}", ":hidden:", *caption, "", *entries, "```", ""])
