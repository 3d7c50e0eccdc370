"""The tests of the toolkit and of the sample that it is shown on."""
