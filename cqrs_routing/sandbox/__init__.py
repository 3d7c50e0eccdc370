"""Sandboxes: code runs for real, and then nothing of it is there: writes are rolled back, effects kept in."""
