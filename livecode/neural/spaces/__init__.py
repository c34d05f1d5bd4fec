"""Latent spaces at play, in numpy: decoding, searching, maps and texture."""
