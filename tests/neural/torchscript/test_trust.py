"""Models from others: trusted once by their hash, described, or refused in a sentence."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from livecode.cli import command as cli
from livecode.errors import LivecodeError
from livecode.neural.torchscript import trust
from livecode.neural.torchscript.model import TorchScriptModel
from livecode.transport.messages import LatentSource
from livecode.voices.torchscript import TorchScriptVoice
from tests import torchscript_model as made

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def tones(tmp_path: Path) -> Path:
    return made.write(made.Tones(), tmp_path / "tones.ts")


def test_it_runs_only_after_yes_has_been_said_once_to_that_very_file(tones: Path) -> None:
    with pytest.raises(LivecodeError, match="trust=True"):
        trust.describe(tones)
    about = trust.describe(tones, trust=True)
    assert about == trust.Description(4, 512, 1, 48_000, deaf="has no method encode")
    assert trust.describe(tones) == about
    made.write(made.Tones(latent=5), tones)
    with pytest.raises(LivecodeError, match="trust=True"):
        trust.describe(tones)


def test_a_damaged_list_of_trusted_files_trusts_none(tones: Path) -> None:
    trust.describe(tones, trust=True)
    trust.trust_file().write_text("{half")
    with pytest.raises(LivecodeError, match="trust=True"):
        trust.describe(tones)


def test_decoding_follows_the_seed_and_the_state_and_both_can_be_begun_again(tones: Path) -> None:
    model = TorchScriptModel(tones)
    latents = np.zeros((4, 2), np.float32)
    first, second = model.decode(latents, 1), model.decode(latents, 1)
    assert first.shape == (1024,)
    assert not (first == second).all(), "the phase goes on"
    model.reset()
    assert (model.decode(latents, 1) == first).all()
    model.reset()
    assert not (model.decode(latents, 2) == first).all(), "the noise is another"


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (made.Raises, r"fails when it decodes \(.*deliberately"),
        (made.NoDecode, "has no method decode"),
        (made.WrongShape, r"decodes to shape \(1, 1, 200\), but its decode_params promise"),
        (made.NoRate, "does not say its sample rate"),
        (lambda: made.Tones(params=[4, 512, 1]), "decode_params must be four whole numbers"),
        (lambda: made.Tones(params=[4, 512, 0, 1]), "decode_params must be four whole numbers"),
        (lambda: made.Tones(params=[4, 512, 1, 3]), "cannot be played"),
    ],
)
def test_what_does_not_follow_the_convention_is_refused_in_one_sentence(
    tmp_path: Path, model, says: str
) -> None:
    path = made.write(model(), tmp_path / "broken.ts")
    with pytest.raises(LivecodeError, match=says) as refused:
        TorchScriptModel(path)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_model_is_refused_by_the_process_that_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "text.ts"
    path.write_text("no model")
    with pytest.raises(LivecodeError, match="is not a TorchScript model"):
        trust.describe(path, trust=True)
    with pytest.raises(LivecodeError, match="cannot read the model"):
        trust.describe(tmp_path / "nowhere.ts", trust=True)


def test_an_imported_model_has_a_name(tones: Path) -> None:
    trust.import_torchscript(tones, "bells", trust=True)
    found = trust.find_torchscript("bells")
    assert found is not None
    assert found.read_bytes() == tones.read_bytes()
    assert trust.find_torchscript("additive") is None


def test_the_command_asks_once_and_imports(tones: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", str(tones), "--name", "bells"]) == 2
    assert "--trust" in capsys.readouterr().err
    assert cli.main(["import", str(tones), "--name", "bells", "--trust"]) == 0
    assert "bells: 4 dimensions, 512 samples each at 48000 Hz" in capsys.readouterr().out
    assert cli.main(["import", str(tones), "--name", "again"]) == 0
    assert cli.main(["import", str(tones), "--name", "a/b"]) == 2


def test_what_is_imported_is_what_was_shown_though_the_file_changes_at_the_prompt(
    tones: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = tones.read_bytes()

    def answer(question: str) -> str:
        made.write(made.Tones(latent=7), tones)
        return "y"

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("livecode.cli.import_model.can_ask", lambda: True)
    assert cli.main(["import", str(tones), "--name", "bells"]) == 0
    said = capsys.readouterr().out
    assert hashlib.sha256(content).hexdigest() in said
    assert "4 dimensions" in said
    imported = trust.find_torchscript("bells")
    assert imported is not None
    assert imported.read_bytes() == content
    with pytest.raises(LivecodeError, match="trust=True"):
        trust.describe(tones)


def test_a_voice_runs_what_was_trusted_and_nothing_else(tones: Path) -> None:
    first = trust.read_program(tones)
    source = LatentSource(str(tones), 1, first.digest)
    assert TorchScriptVoice(source, 48_000, 256).play(None).shape == (256,)
    made.write(made.Tones(latent=7), tones)
    for changed in (source, LatentSource(str(tones), 1)):
        with pytest.raises(LivecodeError, match="is not the file that was trusted"):
            TorchScriptVoice(changed, 48_000, 256)


def test_where_trust_cannot_be_kept_it_plays_now_and_is_asked_about_again(
    tones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file" / "data"))
    program = trust.read_program(tones)
    assert trust.describe(program, trust=True).latent == 4
    assert trust.program_as_trusted(tones, program.digest).content == program.content
    with pytest.raises(LivecodeError, match="trust=True"):
        trust.describe(tones)
