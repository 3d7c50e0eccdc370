"""Mismatches: in what both sides of an endpoint differ, counted by kind, with examples."""
