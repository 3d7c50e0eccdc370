import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cqrs_write import trace
from cqrs_write.outbox.span_context import span_context

STATES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60)


def properties(text: str) -> dict[str, str]:
    """What ``java.util.Properties.load`` makes of lines that are neither comments nor continued."""
    pairs = (line.split("=", 1) for line in text.splitlines())
    return {key: re.sub(r"\\(.)", r"\1", value.lstrip(" \t\f")) for key, value in pairs}


def test_it_is_the_tracers_headers_line_by_line():
    caused = replace(trace.new(), tracestate="vendor=1")

    assert span_context(caused) == f"traceparent={caused.traceparent}\ntracestate=vendor=1\n"


@given(STATES)
def test_debezium_reads_what_was_written(state):
    caused = replace(trace.new(), tracestate=state)

    expected = {"traceparent": caused.traceparent} | ({"tracestate": state} if state else {})
    assert properties(span_context(caused)) == expected
