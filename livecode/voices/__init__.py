"""The voices: neural sources as loops without the interpreter lock, each filling a sample buffer."""
