"""`livecode replay`: a performance once more from its journal, offline."""
