"""What a trained stream is given before it plays: figures of its source, moments, loudness and a card."""
