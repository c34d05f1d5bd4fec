"""What names sound from: spaces, streams, files, kits and graphs, as messages say it."""

import msgspec

from livecode.transport.sending import SentSource


class LatentSource(msgspec.Struct, frozen=True, tag="latent"):
    """A latent space, played at the control `<name>.position`, in two channels. Equal sources sound alike."""

    model: str
    seed: int
    version: str = ""  # of the model's file, when it was asked for


#: The stream that needs no model file: noise whose temperature can be heard.
TEST_MODEL = "test"


class StreamSource(msgspec.Struct, frozen=True, tag="stream"):
    """A model that samples audio, at the temperature of the control `<name>.temperature`."""

    model: str
    seed: int
    prime: str = ""  # path of a sound file that the stream continues
    take: int = 0  # how often the performer asked the stream to begin again
    since: int = 0  # sample time of the saved state from which the stream continues; 0: none
    moment: int = -1  # of the model, from which the stream begins; −1: chosen by seed and take
    version: str = ""  # of the model's file, when it was asked for
    prime_version: str = ""


class FileSource(msgspec.Struct, frozen=True, tag="file"):
    """A sound file, looped at the speed of the control `<name>.speed`."""

    path: str
    version: str = ""  # of the file, when it was asked for


class HitsSource(msgspec.Struct, frozen=True, tag="hits"):
    """Sounds of kits, which begin at the onsets of the control `<name>.onsets`; in two channels."""


class LatentNotesSource(msgspec.Struct, frozen=True, tag="latent_notes"):
    """Notes in a latent space: pitches from the onsets, the rest from `<name>.position`."""

    model: str
    seed: int
    voices: int


class TransferSource(msgspec.Struct, frozen=True, tag="transfer"):
    """Sound that a model encodes and decodes again, as the control `<name>.transfer` wires it."""

    model: str
    seed: int
    version: str = ""  # of the model's file, when it was asked for
    stereo: bool = False
    takes: str = ""  # the name that is heard through it, and no more by itself; "": an input


class GraphSource(msgspec.Struct, frozen=True, tag="graph"):
    """A @dsp or a @synth, which the engine builds; see `PlayGraph`."""

    source: str
    function: str
    first_line: int
    inputs: tuple[str, ...]
    controls: dict[str, float]
    voices: int = 0


VoiceSource = (
    LatentSource | StreamSource | FileSource | HitsSource | LatentNotesSource | TransferSource
)
#: Sources that play onsets.
OnsetSource = HitsSource | LatentNotesSource
#: Sources that are in two channels, whatever they play.
StereoSource = HitsSource | LatentNotesSource | LatentSource
Source = VoiceSource | GraphSource | SentSource
