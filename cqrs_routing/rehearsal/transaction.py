"""A transaction of a recorded connection: the images that came in it, less what savepoints have taken back."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Savepoint:
    """Where it stood when it was set."""

    name: str
    images: int
    armed: bool


@dataclass(slots=True)
class Transaction:
    """``number`` is the database's, once it is armed; ``armed`` is undone by going back to before it."""

    began_before: bool = False
    """Whether it was open when the recording began."""

    number: str | None = None
    armed: bool = False
    images: list[str] = field(default_factory=list)
    savepoints: list[Savepoint] = field(default_factory=list)

    def set(self, name: str) -> None:
        self.savepoints.append(Savepoint(name, len(self.images), self.armed))

    def release(self, name: str) -> None:
        if (place := self._place(name)) is not None:
            del self.savepoints[place:]

    def roll_back_to(self, name: str) -> None:
        """Forget what came since. The savepoint itself stays; one that is not known was set before all we have seen."""
        place = self._place(name)
        back = Savepoint(name, 0, False) if place is None else self.savepoints[place]
        del self.savepoints[0 if place is None else place + 1 :]
        del self.images[back.images :]
        self.armed = back.armed

    def _place(self, name: str) -> int | None:
        """Of the latest savepoint with that name: a later one hides an earlier one."""
        names = [savepoint.name for savepoint in self.savepoints]
        return len(names) - 1 - names[::-1].index(name) if name in names else None
