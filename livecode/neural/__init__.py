"""Models: their files, and what each kind plays and how it is trained."""
