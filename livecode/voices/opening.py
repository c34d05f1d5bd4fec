"""Which voice plays a source: opens what it needs, such as a model or a file."""

from livecode.neural.torchscript.trust import is_torchscript
from livecode.transport import Arena
from livecode.transport.messages import (
    TEST_MODEL,
    FileSource,
    HitsSource,
    LatentNotesSource,
    LatentSource,
    StreamSource,
    TransferSource,
    VoiceSource,
)
from livecode.transport.timing import HOP
from livecode.voices.file import FileVoice
from livecode.voices.hits import HitsVoice
from livecode.voices.noise import NoiseVoice
from livecode.voices.sound_store import SoundStore
from livecode.voices.space_voices import space_voice
from livecode.voices.stream import StreamVoice
from livecode.voices.transfer.opening import open_transfer
from livecode.voices.voice import SoundSource


def open_source(source: VoiceSource, arena: Arena, sounds: SoundStore) -> SoundSource:
    """Return what plays a source. Raises LivecodeError if its model or file cannot be played."""
    sample_rate = arena.header.sample_rate
    if isinstance(source, LatentSource) and is_torchscript(source.model):
        # imported here, because PyTorch is optional
        from livecode.voices.torchscript import TorchScriptVoice

        return TorchScriptVoice(source, sample_rate, HOP)
    if isinstance(source, (LatentSource, LatentNotesSource)):
        return space_voice(source, sample_rate)
    if isinstance(source, TransferSource):
        return open_transfer(source, sample_rate, arena.taps)
    if isinstance(source, StreamSource):
        if source.model == TEST_MODEL:
            return NoiseVoice(sample_rate, HOP, source.seed)
        return StreamVoice(source, sample_rate, HOP, arena.header.block)
    if isinstance(source, HitsSource):
        return HitsVoice(sounds, sample_rate, HOP)
    assert isinstance(source, FileSource)
    return FileVoice(source.path, sample_rate, HOP)
