"""No rival: Django alone, in the rivals' environment, for what they add to be measured against."""
