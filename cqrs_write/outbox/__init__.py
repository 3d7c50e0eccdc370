"""The outbox: events for the world outside, committed with what they tell of.

A handler emits; the row is the truth, as with commands, and whoever publishes reads it later. The columns are those
that Debezium's outbox event router expects (https://debezium.io/documentation/reference/stable/transformations/outbox-event-router.html),
which takes the rows from PostgreSQL's log, in the order of commits, whether or not they are still in the table::

    connector.class=io.debezium.connector.postgresql.PostgresConnector
    plugin.name=pgoutput
    table.include.list=public.cqrs_outbox
    tombstones.on.delete=false
    transforms=outbox
    transforms.outbox.type=io.debezium.transforms.outbox.EventRouter
    transforms.outbox.table.field.event.id=id
    transforms.outbox.table.field.event.key=aggregateid
    transforms.outbox.table.field.event.type=type
    transforms.outbox.table.field.event.payload=payload
    transforms.outbox.table.fields.additional.placement=type:header:eventType,occurred_at:header:occurredAt,\
actor:header,correlation_id:header:correlationId,causation_id:header:causationId
    transforms.outbox.route.by.field=aggregatetype
    transforms.outbox.route.topic.replacement=events.${routedByValue}
    transforms.outbox.tracing.span.context.field=tracingspancontext
    key.converter=org.apache.kafka.connect.storage.StringConverter
    value.converter=org.apache.kafka.connect.storage.StringConverter

- Leave ``table.field.event.timestamp`` out: the router takes numbers for it, and Debezium gives a column with a time
  zone, as ``occurred_at`` is, as text. Hence the header.
- The value is the payload's JSON as it is. ``table.expand.json.payload`` would leave out what is null.
- With OpenTelemetry's agent in Kafka Connect the router goes on with the trace that ``tracingspancontext`` has.
- What ``cqrs_outbox trim`` deletes is no event to it: it skips deletes.
- Deliveries may repeat; the header ``id`` tells an event that was there before.

Emit with :mod:`cqrs_write.outbox.emit`, which needs Django's models to be loaded.
"""

from cqrs_write.outbox.event import Event

__all__ = ["Event"]
