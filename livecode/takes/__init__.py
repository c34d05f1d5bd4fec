"""Takes of a SampleRNN, away from the stage: making many, listening, keeping some, splicing them."""
