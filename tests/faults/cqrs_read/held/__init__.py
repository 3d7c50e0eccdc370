"""A project whose backfills wait for as long as they live."""
