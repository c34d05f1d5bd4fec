"""The voices: neural sources as loops without the interpreter lock, each writing a sample ring."""
