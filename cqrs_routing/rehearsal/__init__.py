"""Rehearsal: the rows that both sides of a write change, recorded and compared."""
