"""`livecode train`: one command for each kind of model."""

from livecode.cli.parser import Command, Parser, add_commands

KINDS = (
    Command("space", "a latent space, from a folder or generated tones", "train_space"),
    Command("samplernn", "a SampleRNN stream, from audio", "train_samplernn"),
    Command("fullband", "a full-band SampleRNN stream at 32 kHz, from audio", "train_fullband"),
)


def add_arguments(parser: Parser) -> None:
    """Add the kinds of model that can be trained."""
    add_commands(parser, KINDS, "KIND")
