"""How Sphinx builds the site: Markdown by MyST, furo as the theme, dark unless one chooses otherwise."""

from livecode import __version__

project = "livecode"
author = "the livecode authors"
copyright = "the livecode authors, Apache-2.0"
version = release = __version__

extensions = ["myst_parser"]
myst_heading_anchors = 4
nitpicky = True
exclude_patterns = ["_extra"]
highlight_language = "bash"  # a fence without a language shows commands
suppress_warnings = ["misc.highlighting_failure"]  # notation of set headers is not quite Python

html_theme = "furo"
html_title = "livecode"
html_static_path = ["static"]
templates_path = ["templates"]
html_css_files = ["livecode.css"]
html_js_files = [
    ("sound.js", {"defer": "defer"})
]  # dark.js stands in the head: templates/page.html
html_favicon = "static/livecode.svg"
html_logo = "static/livecode.svg"
html_copy_source = False
html_show_search_summary = False  # it would fetch pages, which a browser does not do for files
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "color-brand-primary": "#a8327d",
        "color-brand-content": "#a8327d",
        "color-brand-visited": "#6b3fa0",
        "color-sidebar-link-text--top-level": "#3b3547",
    },
    "dark_css_variables": {
        "color-brand-primary": "#ff9a6b",
        "color-brand-content": "#ff9a6b",
        "color-brand-visited": "#d9a0ff",
        "color-background-primary": "#0e0c13",
        "color-background-secondary": "#14111c",
        "color-background-hover": "#1f1a2b",
        "color-background-border": "#2a2438",
        "color-background-item": "#2a2438",
        "color-foreground-primary": "#e8e4ee",
        "color-foreground-secondary": "#b4acc2",
        "color-foreground-muted": "#948ca4",
        "color-foreground-border": "#6d6480",
        "color-inline-code-background": "#1d1828",
        "color-code-background": "#15121e",
        "color-code-foreground": "#e2ddea",
        "color-sidebar-search-border": "#2a2438",
        "color-sidebar-link-text": "#b4acc2",
        "color-sidebar-link-text--top-level": "#d3ccdf",
        "color-sidebar-caption-text": "#ff9a6b",
        "color-admonition-background": "#15121e",
    },
}
