"""The whole migration on the sample shop: real servers, real load, both endpoints moved and moved back."""
