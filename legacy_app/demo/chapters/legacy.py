"""The monolith as it is."""

from legacy_app.demo.stage import Stage

WRITERS = 2


def run_legacy(stage: Stage) -> None:
    stage.writers.start(1 if stage.options.sqlite else WRITERS)
    stage.lag.start()
    stage.clients.start(stage.options.clients)
    stage.play(0.2)
    stage.narrator.say(stage.load())
