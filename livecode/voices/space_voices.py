"""Which voice plays a space: held sounds, ambiences and hits, for an agent or for notes."""

from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.struck.space import HitSpace
from livecode.transport.messages import LatentNotesSource, LatentSource
from livecode.transport.timing import HOP
from livecode.voices.latent import LatentVoice
from livecode.voices.latent_ambience import AmbienceVoice
from livecode.voices.latent_hits import HitNotesVoice, LatentHitsVoice
from livecode.voices.latent_notes import LatentNotesVoice

SpaceVoice = LatentVoice | AmbienceVoice | LatentHitsVoice | LatentNotesVoice | HitNotesVoice


def space_voice(source: LatentSource | LatentNotesSource, sample_rate: int) -> SpaceVoice:
    """Return the voice of a space. Raises LivecodeError if there is none, or if it has no pitch for notes."""
    space = load_space(source.model)
    if isinstance(source, LatentNotesSource):
        if isinstance(space, HitSpace):
            return HitNotesVoice(space, sample_rate, HOP, source.seed)
        return LatentNotesVoice(space, sample_rate, HOP, source.seed, source.voices)
    if isinstance(space, HitSpace):
        return LatentHitsVoice(space, sample_rate, HOP, source.seed)
    if isinstance(space, AmbienceSpace):
        return AmbienceVoice(space, sample_rate, HOP, source.seed)
    return LatentVoice(space, sample_rate, HOP, source.seed)
