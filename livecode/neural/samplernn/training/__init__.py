"""The training of SampleRNN models, in torch."""
