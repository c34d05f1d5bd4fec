"""The menu of the site: its sections, the pages in each, and what stands below a page."""

#: Section -> its pages, by their places in the site.
SECTIONS = {
    "Begin": [
        "install.md",
        "first-hour.md",
        "tutorial.md",
        "five-minutes.md",
        "gallery.md",
        "examples.md",
    ],
    "How to": [
        "how-to/two-phones.md",
        "how-to/album.md",
        "how-to/rave.md",
        "how-to/tidal-and-link.md",
        "how-to/project-it.md",
        "how-to/play-with-a-friend.md",
    ],
    "Play": [
        "language.md",
        "patterns.md",
        "agents.md",
        "spaces.md",
        "streams.md",
        "takes.md",
        "rings.md",
        "signals.md",
        "sending.md",
        "outputs.md",
        "sound-files.md",
        "editors.md",
    ],
    "Perform": ["sets.md", "stage.md", "recording.md", "sessions.md"],
    "Models of your own": [
        "models.md",
        "samplernn.md",
        "samplernn-speed.md",
        "training-sound.md",
        "tilt-table.md",
    ],
    "Reference": [
        "reference/words.md",
        "reference/settings.md",
        "reference/curves.md",
        "reference/rewards.md",
        "reference/patterns.md",
        "reference/signals.md",
        "reference/units.md",
        "reference/keys.md",
        "reference/commands.md",
        "session.md",
        "glossary.md",
    ],
    "Explanations": [
        "how-the-agent-thinks.md",
        "why-four-processes.md",
        "architecture.md",
        "decisions.md",
    ],
    "The project": [
        "project/contributing.md",
        "project/security.md",
        "project/code-of-conduct.md",
        "licences.md",
        "releasing.md",
        "project/changelog.md",
        "all-pages.md",
    ],
}
#: Page -> how the places begin of the pages below it.
HIDDEN = {
    "gallery.md": "sets/",
    "examples.md": "examples/",
    "models.md": "models/",
    "decisions.md": "decisions/",
    "all-pages.md": "files/",
}
