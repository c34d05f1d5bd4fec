"""Full-band SampleRNN: residuals of a linear predictor, told an outline of the bands to sound."""
