"""The table of what shipped streams learn: bold is what is asked for, and what is heard is told."""

from tools.learned_table import BEGIN, END, refreshed, table


def test_what_reaches_what_is_asked_for_is_bold_and_what_is_too_dear_is_not_heard(tmp_path) -> None:
    row = {"model": "piano", "reward": "in_key", "better": True, "gained": 1.25, "bits": -0.3}
    rows = [row | {"variety": 0.9}, row | {"variety": 0.6, "gained": 0.5}]
    one, other = table(rows).splitlines()[2:]
    assert one == "| piano | in_key | **+1.25** | **-0.30** | **0.90** | yes |"
    assert other == "| piano | in_key | +0.50 | **-0.30** | 0.60 | no |"
    document = refreshed(f"before\n{BEGIN}\nold\n{END}\nafter\n", tmp_path / "nothing.jsonl")
    assert document.startswith("before\n")
    assert document.endswith("after\n")
    assert "old" not in document
