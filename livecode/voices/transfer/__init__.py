"""Voices of timbre transfers: what comes in is encoded, moved in the latent space, and decoded again."""
