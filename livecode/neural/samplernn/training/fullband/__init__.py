"""Training of full-band SampleRNNs: data, nets, outlines, and the course of it."""
