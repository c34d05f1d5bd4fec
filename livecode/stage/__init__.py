"""What the room sees: a page for the projector, served by a process of its own."""
