"""Random writes, as the code that does them: every path by which a row may change."""

from django.db import connection
from hypothesis import strategies as st

from tests.property import orm_writes, sql_writes
from tests.property.drawing import Draw


class Write(str):
    """Code that writes; prints as itself."""

    def __repr__(self) -> str:
        return str(self)


@st.composite
def writes(draw: Draw) -> Write:
    """One write, by any path that the database under the test has."""
    form = draw(st.sampled_from((*orm_writes.FORMS, *sql_writes.FORMS[connection.vendor])))
    return Write(form(draw))
