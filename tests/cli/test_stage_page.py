"""The options of the stage page: where it is, and what is said of a page that others can read."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from livecode.cli.command import command_parser
from livecode.cli.stage_page import open_stage, page_of, stage_of
from livecode.errors import LivecodeError
from livecode.processes.attachment import Attachment
from livecode.processes.options import stage_place
from livecode.transport.stage import Audience, encode_stage


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", ("127.0.0.1", 0)),
        ("0", ("127.0.0.1", 0)),
        ("8900", ("127.0.0.1", 8900)),
        ("192.168.1.20", ("192.168.1.20", 0)),
        ("localhost:8900", ("localhost", 8900)),
        ("[::1]:8900", ("::1", 8900)),
    ],
)
def test_a_place_is_a_host_a_port_or_both(text: str, place: tuple[str, int]) -> None:
    assert stage_place(text) == place


@pytest.mark.parametrize("text", ["here:there", "127.0.0.1:70000"])
def test_what_is_no_place_is_refused_with_one(text: str) -> None:
    with pytest.raises(LivecodeError, match="HOST:PORT"):
        stage_place(text)


def test_a_page_that_a_network_reads_is_told_of_and_one_of_this_machine_is_not() -> None:
    parse = command_parser().parse_args
    assert open_stage(parse(["play", "--stage"])) == []
    assert open_stage(parse(["play", "--stage", "8900"])) == []
    (sentence,) = open_stage(parse(["play", "--stage", "0.0.0.0:8900"]))
    assert "without TLS" in sentence
    assert "change nothing" in sentence


def test_the_set_may_stand_behind_the_option() -> None:
    options = command_parser().parse_args(["play", "--stage", "mine.py"])
    assert open_stage(options) == []
    assert options.set == Path("mine.py")
    assert stage_of(options) == "0"


def test_without_the_option_there_is_no_page(tmp_path: Path) -> None:
    parse = command_parser().parse_args
    assert stage_of(parse(["play"])) == ""
    with pytest.raises(LivecodeError, match="no such file"):
        open_stage(parse(["play", "--stage", "--stage-cert", str(tmp_path / "none.pem")]))
    file = tmp_path / "cert.pem"
    file.touch()
    with pytest.raises(LivecodeError, match="write --stage as well"):
        open_stage(parse(["play", "--stage-cert", str(file)]))


def test_the_secret_is_printed_for_eyes_and_not_where_it_may_end_in_a_log() -> None:
    document = encode_stage(Audience("http://127.0.0.1:43127/a-secret/", 43127))
    board = SimpleNamespace(look=lambda: document)
    attachment: Any = SimpleNamespace(arena=SimpleNamespace(audience=board))
    assert page_of(cast(Attachment, attachment), secretly=False).endswith("43127/a-secret/")
    told = page_of(cast(Attachment, attachment), secretly=True)
    assert "http://127.0.0.1:43127/…/" in told
    assert "a-secret" not in told
