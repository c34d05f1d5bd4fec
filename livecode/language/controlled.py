"""Sounding things whose keywords are controls: graphs and notes, with the keywords of their functions."""

from typing import Any

from livecode.errors import LivecodeError
from livecode.language.sources import EFFECTS, Sounding
from livecode.language.things import Setting, Thing
from livecode.language.units import finite, is_number
from livecode.language.values import Value, as_value


class Controlled(Sounding):
    """A thing that has a setting for each keyword of a function; its `settings["defaults"]` lists them."""

    @property
    def controls(self) -> dict[str, Any]:
        """The keywords, each with its number, curve, signal or function."""
        set_by_hand = self.settings.get("controls", {})
        defaults = self.settings.get("defaults", {})
        return {key: set_by_hand.get(key, default) for key, default in defaults.items()}

    def adopt(self, other: Thing) -> None:
        """Take over other code; controls that were set by hand stay, unless they are given anew."""
        stay = {**self.settings.get("controls", {}), **other.settings.get("controls", {})}
        super().adopt(other)
        if stay:
            self.settings["controls"] = stay

    def __getattribute__(self, key: str) -> Any:
        if key in EFFECTS:  # a keyword that is called like an effect is meant in its place
            settings = super().__getattribute__("settings")
            if key in settings.get("defaults", {}):
                return self.controls[key]
        return super().__getattribute__(key)

    def __setattr__(self, key: str, value: Any) -> None:
        if key in self.__dict__.get("settings", {}).get("defaults", {}):
            try:
                checked = finite(value, "it") if is_number(value) else as_value(value)
            except LivecodeError as error:
                raise LivecodeError(f"{self}.{key}: {error}") from None
            self.put_back(key, checked)
        else:
            super().__setattr__(key, value)

    def put_back(self, setting: str, value: Any) -> None:
        """Set a value that has been set before, without a check."""
        if setting in self.settings.get("defaults", {}):
            # a new dictionary: a copy of the settings keeps the former one
            self.settings["controls"] = {**self.settings.get("controls", {}), setting: value}
        else:
            super().put_back(setting, value)

    def __getattr__(self, key: str) -> Any:
        settings = self.__dict__.get("settings", {})
        if key in settings.get("defaults", {}):
            return self.controls[key]
        return super().__getattr__(key)

    def attributes(self) -> list[str]:  # type: ignore[override]
        """Return the names of all settings and controls."""
        return [*type(self)._class_attributes(), *self.settings.get("defaults", {})]

    @classmethod
    def _class_attributes(cls) -> list[str]:
        return [key for key in dir(cls) if isinstance(getattr(cls, key, None), Setting)]

    def values(self) -> list[Value]:
        """Return the settings and controls that vary in time."""
        every = [*self.settings.values(), *self.controls.values()]
        return [value for value in every if isinstance(value, Value)]
