"""An app of the tests: notes, and commands that write, refuse, fail and take their time."""
