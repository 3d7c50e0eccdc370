"""What may be asked: commands, and the handlers that answer, under the terms that their decorators give."""
