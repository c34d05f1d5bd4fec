"""Plays what sounds: generations of sources, players of things, automation of settings, listening."""
