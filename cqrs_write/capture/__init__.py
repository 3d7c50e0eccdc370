"""Capture: the database itself reports, in the change log, every write to a watched table."""
