"""What ends a demo early, each in one clear line."""


class DemoError(Exception):
    """The demo cannot go on."""


class CannotStart(DemoError):
    """Something that the demo needs is not there: its user has to mend it."""


class ProcessDied(DemoError):
    """A process ended that should run."""
