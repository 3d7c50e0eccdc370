"""Store: making a read model's table equal to what was computed."""
