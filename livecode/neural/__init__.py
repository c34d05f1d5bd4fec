"""Models: their files, and what each kind of them plays and learns."""
