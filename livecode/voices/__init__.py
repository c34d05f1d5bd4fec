"""The voices: neural sources that compute without the interpreter lock, each into a sample buffer."""
