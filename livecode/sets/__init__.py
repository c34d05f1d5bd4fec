"""Set files and their scenes: read, followed, cued."""
