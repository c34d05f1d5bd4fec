"""Takes of a SampleRNN, made away from the stage: many are generated, some are kept and spliced."""
