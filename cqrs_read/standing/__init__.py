"""Standing: how far each read model has come, whether it may be served, and why not."""
