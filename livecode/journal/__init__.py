"""The journal of a performance: what it records, how it is read again, and the archive of past ones."""
