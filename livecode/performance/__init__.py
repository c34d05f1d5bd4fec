"""The performance, composed of its parts: the words, the tick, and the hand-over to the next mind."""
