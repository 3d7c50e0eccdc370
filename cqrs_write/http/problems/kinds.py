"""The kinds of problems that views of commands answer with, each with a type that programs can tell it by."""

from dataclasses import dataclass

PREFIX = "urn:problem-type:gradual-cqrs:"
"""Of the types: names that stay the same in every installation, and lead nowhere."""


@dataclass(frozen=True)
class Kind:
    """What all problems of one type have in common."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        return f"{PREFIX}{self.name}"


COMMAND_INVALID = Kind("command-invalid", 400, "The command's fields are not as they must be")
COMMAND_REJECTED = Kind("command-rejected", 400, "The command is refused as things stand")
KEY_MISSING = Kind("idempotency-key-missing", 400, "Idempotency-Key is missing")
KEY_MALFORMED = Kind("idempotency-key-malformed", 400, "Idempotency-Key is malformed")
NONE_ACCEPTED = Kind("no-command-accepted", 400, "No command is accepted")
KEY_IN_USE = Kind(
    "idempotency-key-in-use", 409, "A request with this Idempotency-Key is still being answered"
)
NOT_WAITING = Kind("command-not-waiting", 409, "The command waits no more")
CALLED_OFF = Kind("command-called-off", 409, "The command was called off")
PRECONDITION_FAILED = Kind("precondition-failed", 412, "The resource is not in the state that If-Match names")
BODY_TOO_LARGE = Kind("body-too-large", 413, "The request's body is too large")
TOO_MANY_COMMANDS = Kind("too-many-commands", 413, "Too many commands in one request")
KEY_REUSED = Kind("idempotency-key-reused", 422, "Idempotency-Key was used for another request")
PRECONDITION_MISSING = Kind("precondition-missing", 428, "If-Match is missing")
COMMAND_FAILED = Kind("command-failed", 500, "The command failed")
QUEUE_FULL = Kind("queue-full", 503, "Too many commands are waiting")
