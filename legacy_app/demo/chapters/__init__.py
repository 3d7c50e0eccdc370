"""The chapters of the demo, one module each, in the order of ``legacy_app.demo.programme``."""
