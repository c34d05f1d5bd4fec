"""Keywords of graphs and synths as controls: one for each keyword that the thing has now."""

from livecode.language.controlled import Controlled
from livecode.language.sources import EFFECTS
from livecode.playing.sound_player import LineControl, PlayerSetup, SettingControl


def follow_keywords(
    thing: Controlled, setup: PlayerSetup, controls: dict[str, SettingControl], own: set[str]
) -> None:
    """Open a control for each new keyword of a thing, and forget those that it no longer has.

    `own`: the settings that are controls in any case.
    """
    for key in thing.controls:
        if key not in controls:
            controls[key] = LineControl(thing, key, setup, setup.engine_lead)
    for key in [*controls]:
        if key not in thing.controls and key not in own and key not in EFFECTS:
            del controls[key]
