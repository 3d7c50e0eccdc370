"""``manage.py cqrs_status``: endpoints, read models and queues at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cqrs_read.lag import read_model_status
from cqrs_routing.status import ALARMING, change_log_sizes, endpoint_statuses
from cqrs_routing.tables import (
    change_log_alarm,
    endpoint_table,
    obstacles,
    queue_table,
    read_model_table,
    reasons,
    traffic_tables,
)
from cqrs_write.cli import ServiceCommand
from cqrs_write.queues import queue_status


class Command(ServiceCommand):
    requires_system_checks = []  # It tells what is wrong; it does not wait until nothing is.

    help = "Show which side serves each endpoint, how far the read models are, and what the queues hold."

    def serve(self, **options: Any) -> None:
        endpoints, read_models, queues = endpoint_statuses(), read_model_status(), queue_status()
        change_logs = change_log_sizes()
        if options["json"]:
            statuses: dict[str, Sequence[Any]] = {
                "endpoints": endpoints,
                "read_models": read_models,
                "queues": queues,
                "change_logs": change_logs,
            }
            self.print_json({name: [asdict(one) for one in many] for name, many in statuses.items()})
            return
        for part in (
            endpoint_table(endpoints),
            *obstacles(endpoints),
            *traffic_tables(endpoints),
            read_model_table(read_models),
            *reasons(read_models),
            queue_table(queues),
        ):
            self.console.print(part)
        for size in change_logs:
            if size.share > ALARMING:
                self.console.print(change_log_alarm(size))
