"""Alignment: which row of one side is which of the other, though keys and clocks have moved on."""
