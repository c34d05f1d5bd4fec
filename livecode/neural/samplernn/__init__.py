"""SampleRNN models: their file, their configuration, their levels."""
