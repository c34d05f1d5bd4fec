"""Bundles: one file with all that a past performance needs, to be replayed or gone on with elsewhere."""
