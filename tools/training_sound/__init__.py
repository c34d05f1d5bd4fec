"""Recipes of the sound that the shipped streams are trained on; not part of the installed package."""
