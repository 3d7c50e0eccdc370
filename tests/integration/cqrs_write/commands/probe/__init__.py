"""An app of the tests: commands that behave in every way a command can."""
