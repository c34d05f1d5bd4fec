"""`bench tilt`: what an untilted stream is compared by."""

from livecode.bench import tilt
from livecode.neural.model_file import find_model
from livecode.voices.loaded import Loaded


def test_an_untilted_full_band_stream_is_as_surprising_as_its_file_says() -> None:
    loaded = Loaded(find_model("tabla"))
    plain = tilt.bent(loaded, tilt.REWARDS["flux"], 0.0, 0.5)
    assert plain.bits == loaded.usual_bits > 0


def test_a_tilted_full_band_stream_says_how_surprising_it_is() -> None:
    loaded = Loaded(find_model("tabla"))
    tilted = tilt.bent(loaded, tilt.REWARDS["flux"], 1.0, 0.5)
    assert 0 < tilted.bits != loaded.usual_bits
