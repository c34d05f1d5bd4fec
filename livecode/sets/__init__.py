"""Plays sets: reads set files, follows their scenes, and takes cues."""
