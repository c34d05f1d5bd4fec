"""Going through the scenes of a set: by their lengths, by name, or by hand."""

from typing import Any

from livecode.errors import LivecodeError
from livecode.language.sets import Scene, SetFile, read_set


class Scenes:
    """Where a performance is in its set."""

    def __init__(self, sample_rate: int):
        self._sample_rate = sample_rate
        self.set_file: SetFile | None = None
        self.index: int | None = None
        self._ends: float | None = None  # sample time

    def find(self, where: str | int) -> int:
        """The index of the scene of that name, or so many scenes on from the present one."""
        if self.set_file is None or not self.set_file.scenes:
            raise LivecodeError(
                "there is no set to go through; open one with `livecode play SET.py`"
            )
        scenes = self.set_file.scenes
        if isinstance(where, str):
            names = [scene.name for scene in scenes]
            if where not in names:
                raise LivecodeError(f"the set has no scene {where!r}; it has {', '.join(names)}")
            return names.index(where)
        index = (-1 if self.index is None else self.index) + where
        if not 0 <= index < len(scenes):
            raise LivecodeError("the set has no scene there; go('name') goes to any")
        return index

    def refresh(self) -> str | None:
        """Read the set again if its file has changed; a sentence if it cannot be read now.

        A scene that has gone from under the index leaves the set as it was.
        """
        if self.set_file is None or not self.set_file.path.exists():
            return None
        try:
            if self.set_file.path.read_text("utf-8") == self.set_file.text:
                return None
            again = read_set(self.set_file.path)
        except (LivecodeError, OSError, UnicodeDecodeError) as error:
            return str(error)
        if len(again.scenes) < len(self.set_file.scenes):
            return f"{again.path} has fewer scenes than before"
        self.set_file = again
        return None

    def begin(self, index: int, frame: int, tempo_bpm: float) -> Scene:
        """Make that scene the present one from sample time `frame` on."""
        assert self.set_file is not None
        scene = self.set_file.scenes[index]
        self.index = index
        self._ends = None
        if scene.lasts is not None:
            self._ends = frame + scene.lasts.at(tempo_bpm) * self._sample_rate
        return scene

    def due(self, frame: int) -> int | None:
        """The scene that is to begin at or before sample time `frame`, if the set goes on by itself."""
        if self._ends is None or frame < self._ends:
            return None
        self._ends = None
        assert self.set_file is not None
        assert self.index is not None
        following = self.index + 1
        return following if following < len(self.set_file.scenes) else None

    def status(self, frame: int) -> dict[str, Any]:
        """What the desk shows, and what `take_over` needs."""
        if self.set_file is None or self.index is None:
            return {"scene": None, "scene_index": None, "scene_left_s": None}
        left = None if self._ends is None else max(0.0, self._ends - frame) / self._sample_rate
        name = self.set_file.scenes[self.index].name
        return {"scene": name, "scene_index": self.index, "scene_left_s": left}

    def take_over(self, status: dict[str, Any], frame: int) -> None:
        """Be where a former mind was."""
        if self.set_file is None or status.get("scene_index") is None:
            return
        self.index = status["scene_index"]
        if status.get("scene_left_s") is not None:
            self._ends = frame + status["scene_left_s"] * self._sample_rate
