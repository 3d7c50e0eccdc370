"""The span context: the trace of an event, as Debezium's tracing reads it from the column ``tracingspancontext``."""

from cqrs_write.trace import TRACER_HEADERS, Trace


def span_context(trace: Trace) -> str:
    """The tracer's headers as ``java.util.Properties`` writes them, where a backslash introduces an escape."""
    headers = trace.headers()
    lines = (f"{name}={headers[name]}\n" for name in TRACER_HEADERS if name in headers)
    return "".join(line.replace("\\", "\\\\") for line in lines)
