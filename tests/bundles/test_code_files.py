"""What a bundle finds in code: files that it names, and calls whose files it computes."""

import pytest

from livecode.bundles.code_files import named_in


@pytest.mark.parametrize(
    ("code", "computed"),
    [
        ("open(f'part{n}.txt').read()", "open(f'part{n}.txt')"),
        ("x = np.load(folder + '/t.npy')", "np.load(folder + '/t.npy')"),
        ("Path(name).read_text()", "Path(name).read_text()"),
        ("[open(each) for each in Path('parts').glob('*.txt')]", "Path('parts').glob('*.txt')"),
        ("k = kit(where)", "kit(where)"),
        ("ego.load(name)", "ego.load(name)"),
        ("importlib.import_module(which)", "importlib.import_module(which)"),
    ],
)
def test_a_call_whose_file_is_computed_is_told(code: str, computed: str) -> None:
    assert computed in named_in([code]).computed


@pytest.mark.parametrize(
    "code",
    [
        "words = 'words.txt'\nopen(words).read()",
        "json.load(open('words.txt'))",
        "Path('words.txt').read_text()",
        "open(f'log{n}.txt', 'w')\nopen('words.txt')",
        "sample(f'door{n}.wav')\nopen('words.txt')",
    ],
)
def test_a_file_that_is_named_is_followed(code: str) -> None:
    named = named_in([code])
    assert not named.computed
    assert "words.txt" in named.texts


def test_a_module_that_is_imported_by_its_name_is_followed() -> None:
    assert "scales" in named_in(["importlib.import_module('scales.minor')"]).modules
