"""A performance in one process under a virtual clock: render, rehearse, check, replay."""
