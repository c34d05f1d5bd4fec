"""Streams that answer: what they listen to, and how they are primed with it."""
