"""Why a benchmark has no figures."""


class StandFailed(Exception):
    """A command that prepares or runs a benchmark failed."""


class AnswersDiffer(Exception):
    """Two sides do different things, so their speeds cannot be compared."""
