"""Traffic: what is counted of the requests, by endpoint and side, and summed up over processes."""
