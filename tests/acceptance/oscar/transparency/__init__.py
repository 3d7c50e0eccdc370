"""A walk through the shop, for the comparison of the shop with and without the toolkit."""
