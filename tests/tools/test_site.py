"""The site: every page is in its menu, every link leads somewhere, and nothing is asked of the network."""

from pathlib import Path

import pytest

from livecode.films.browser import Browser, chromium
from tools.site import reference
from tools.site.checked import faults
from tools.site.navigation import HIDDEN, SECTIONS
from tools.site.sources import lay_out

PAGE = "<html><body id='top'>{}</body></html>"


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "commands", lambda: "# Commands\n")  # all of them bring torch
        return folder, lay_out(folder)


def test_every_page_is_in_the_menu_or_below_a_page_of_it(laid_out: tuple[Path, list[str]]) -> None:
    folder, places = laid_out
    listed = [page for pages in SECTIONS.values() for page in pages]
    assert len(listed) == len(set(listed))
    assert [page for page in listed if not (folder / page).is_file()] == []
    trees = "\n".join(
        (folder / page).read_text(encoding="utf-8") for page in ("index.md", *HIDDEN)
    ).splitlines()
    assert [
        page for page in places if page != "index.md" and page.removesuffix(".md") not in trees
    ] == []
    assert "gallery.md" in places


def test_a_set_that_is_linked_to_is_a_page_and_a_sound_is_a_player(
    laid_out: tuple[Path, list[str]],
) -> None:
    folder, _ = laid_out
    gallery = (folder / "gallery.md").read_text(encoding="utf-8")
    assert "[The set](sets/aego.md)" in gallery
    assert '<audio controls preload="none" src="gallery/aego.mp3">' in gallery
    assert (folder / "_extra" / "gallery" / "aego.mp3").stat().st_size < 300_000
    assert "ego = agent(" in (folder / "sets" / "aego.md").read_text(encoding="utf-8")
    pages = (folder / "all-pages.md").read_text(encoding="utf-8")
    assert "[first hour](first-hour.md)" in pages
    assert "[security](project/security.md)" in pages
    decision = (folder / "decisions" / "001-four-processes-and-shared-memory.md").read_text()
    assert "../" not in decision or "](../" in decision


def test_each_word_of_the_reference_has_a_heading(laid_out: tuple[Path, list[str]]) -> None:
    words = (laid_out[0] / "reference" / "words.md").read_text(encoding="utf-8")
    assert "\n## agent\n\n```python\nagent(\n    space, dims=None" in words
    assert "\n**`" not in words
    assert set(reference.LEADS) <= {Path(page).stem for page in SECTIONS["Reference"]}


def test_faults_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        PAGE.format(
            "<a href='b.html'></a><a href='#gone'></a><a href='#top'></a><a href='https://elsewhere.org'></a>"
            "<script src='https://elsewhere.org/x.js'></script><img src='no.png'>"
        )
    )
    (tmp_path / "x.css").write_text("@import url(https://elsewhere.org/font.css);")
    assert faults(tmp_path) == [
        "a.html: fetches https://elsewhere.org/x.js",
        "a.html: has no file no.png",
        "a.html: links to b.html, which is not there",
        "a.html: links to #gone, an anchor that is not there",
        "x.css: fetches https://elsewhere.org/font.css",
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore:.*is deprecated. Check CHANGES")
def test_it_is_built_without_a_warning_and_asks_nothing_of_the_network(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="the extra docs is not installed here: make docs")
    from tools.site.__main__ import build
    from tools.site.pictures import looked_at

    site = tmp_path / "site"
    assert build(site) == 0
    assert (site / "search.html").is_file()
    if chromium() is None:
        pytest.skip("Chromium is not installed here: apt-get install chromium")
    assert list(looked_at(site)) == []
    with Browser(tmp_path / "profile") as browser:
        tab = browser.open((site / "search.html").as_uri() + "?q=temperature")
        tab.until("document.querySelectorAll('#search-results li').length > 5")
        assert browser.complaints == []
    index = site / "index.html"
    index.write_text(
        index.read_text(encoding="utf-8") + "<img src='https://elsewhere.invalid/x.png' width=2000>"
    )
    said = "\n".join(looked_at(site, ["index"]))
    assert "index asks for https://elsewhere.invalid/x.png" in said
