"""The training of latent spaces, in torch."""
