"""A later deployment of the shop, in which the order summary is declared differently."""
