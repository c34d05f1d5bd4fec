"""Makes a film of a past performance: the stage page drawn picture by picture, and the replay's sound."""

import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError
from livecode.files import replacing
from livecode.films.browser import Browser, Tab
from livecode.films.page import served
from livecode.films.reel import Reel, ReelPicture
from livecode.offline.replay import Replayed, play_again, timelines_of
from livecode.stage.showing import Versions, composed
from livecode.transport.stage import PALETTES

#: What a film is, by the end of its file's name, and how its sound is kept without a loss: MP4 takes integers
#: of 24 bits (FLAC), Matroska and QuickTime the floats that the engine computes.
SOUND = {
    ".mp4": ("-c:a", "flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24", "-strict", "experimental"),
    ".mkv": ("-c:a", "pcm_f32le"),
    ".mov": ("-c:a", "pcm_f32le"),
}  # fmt: skip
#: Bits of a sample of the sound, by the end of the file's name.
BITS = {".mp4": 24, ".mkv": 32, ".mov": 32}
SMALLEST, LARGEST = 160, 3840
#: The picture's quality (x264's constant rate factor): 16 leaves thin bright lines on black as they are.
QUALITY = "16"
#: FFmpeg and the browser answer within this time, in seconds, or something is wrong.
ANSWERS_S = 120.0


@dataclass(frozen=True)
class FilmOptions:
    """How a film is made."""

    out: Path
    fps: float = 30.0
    width: int = 1280
    height: int = 720
    palette: str = ""  # "": as the set said


def film(
    journal: Path, options: FilmOptions, progress: Callable[[float], None] = lambda seconds: None
) -> Replayed:
    """Play a journal's performance, and make a film of it. `progress` is told the seconds that are done.

    Raises LivecodeError if the journal cannot be replayed, FFmpeg or Chromium is missing, or the file cannot
    be written.
    """
    ffmpeg = checked(options)
    played = timelines_of(journal)
    rate, kind = played[0].opening.sample_rate, options.out.suffix.lower()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="livecode-film-")))
        address = stack.enter_context(served())
        size = options.width, options.height
        browser = stack.enter_context(Browser(folder / "profile", size=size, beside=False))
        # on a plain canvas: WebGL without a graphics chip takes many times as long
        tab = browser.open(f"{address}?film&canvas")
        tab.until("window.film")
        pictures = stack.enter_context(_Pictures(ffmpeg, folder / "pictures.mkv", options.fps))
        drawing = _Drawing(tab, options)

        def shown(picture: ReelPicture) -> None:
            pictures.add(drawing.draw(picture))
            progress(picture.position / rate)

        with closing(WavFile.fresh(folder / "sound.wav", rate, bits=BITS[kind])) as sound:
            reel = Reel(rate, options.fps, sound.write, shown)
            replayed = play_again(played, reel.hear, reel.open)
        pictures.close()
        with replacing(options.out) as unfinished:
            _run(
                ffmpeg, "-i", pictures.path, "-i", sound.path, "-map", "0:v", "-map", "1:a", "-c:v", "copy",
                *SOUND[kind], "-movflags", "+faststart", "-f", _FORMAT[kind], unfinished,
            )  # fmt: skip
    return replayed


_FORMAT = {".mp4": "mp4", ".mkv": "matroska", ".mov": "mov"}


def checked(options: FilmOptions) -> str:
    """Return the program FFmpeg; raises LivecodeError if it is missing, or no film can be made as asked."""
    if options.out.suffix.lower() not in SOUND:
        raise LivecodeError(f"{options.out}: a film's name ends in {', '.join(SOUND)}")
    if not 1 <= options.fps <= 120:
        raise LivecodeError(f"--fps {options.fps:g}: a film has 1 to 120 pictures a second")
    for side in (options.width, options.height):
        if not SMALLEST <= side <= LARGEST or side % 2:
            raise LivecodeError(
                f"--size {options.width}x{options.height}: each side has an even number of pixels, "
                f"{SMALLEST} to {LARGEST}"
            )
    if options.palette and options.palette not in PALETTES:
        raise LivecodeError(
            f"there is no palette called {options.palette!r}: {', '.join(PALETTES)}"
        )
    found = shutil.which("ffmpeg")
    if found is None:
        raise LivecodeError(
            "a film is put together by FFmpeg, which is not installed here: apt-get install ffmpeg, or brew "
            "install ffmpeg"
        )
    return found


class _Drawing:
    """A page that draws one picture after the other."""

    def __init__(self, tab: Tab, options: FilmOptions):
        self._tab, self._options = tab, options
        self._seen: Versions = {}

    def draw(self, picture: ReelPicture) -> bytes:
        """Return a picture as PNG."""
        messages = [
            base64.b64encode(data).decode() if binary else self._dressed(data.decode())
            for data, binary in composed(picture.documents, picture.sound, self._seen)
        ]
        ms = 1000 * picture.number / self._options.fps
        self._tab.run(
            f"film.tell({json.dumps(messages)}), film.picture({ms!r}, {picture.frame!r}), null"
        )
        return self._tab.picture()

    def _dressed(self, document: str) -> str:
        """Return what the page is told, with the palette that was asked for."""
        if not self._options.palette or '"stage":' not in document:
            return document
        told = json.loads(document)
        told["stage"]["palette"] = self._options.palette
        return json.dumps(told)


class _Pictures:
    """Pictures on their way into a file, as H.264."""

    def __init__(self, ffmpeg: str, path: Path, fps: float):
        self.path = path
        self._ffmpeg = subprocess.Popen(
            [ffmpeg, "-nostdin", "-v", "error", "-y", "-f", "image2pipe", "-framerate", f"{fps:g}",
             "-c:v", "png", "-i", "pipe:0", "-c:v", "libx264", "-preset", "veryfast", "-crf", QUALITY,
             "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-colorspace", "bt709",
             "-color_primaries", "bt709", "-color_trc", "bt709", path],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> "_Pictures":
        return self

    def __exit__(self, *_: object) -> None:
        if self._ffmpeg.poll() is None:
            self._ffmpeg.kill()
        self._ffmpeg.wait()

    def add(self, picture: bytes) -> None:
        """Add a picture, PNG."""
        assert self._ffmpeg.stdin is not None
        try:
            self._ffmpeg.stdin.write(picture)
        except BrokenPipeError:
            self.close()

    def close(self) -> None:
        """Wait until all pictures are in the file."""
        try:
            _, told = self._ffmpeg.communicate(timeout=ANSWERS_S)
        except BrokenPipeError:
            told = b""
        if self._ffmpeg.returncode:
            raise LivecodeError(f"FFmpeg cannot make the film: {_last_line(told)}")


def _run(ffmpeg: str, *arguments: object) -> None:
    done = subprocess.run(
        [ffmpeg, "-nostdin", "-v", "error", "-y", *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=ANSWERS_S * 10,
    )  # fmt: skip
    if done.returncode:
        raise LivecodeError(f"FFmpeg cannot make the film: {_last_line(done.stderr)}")


def _last_line(told: bytes) -> str:
    lines = told.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it says nothing"
