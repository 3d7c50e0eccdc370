"""What is recorded of effects."""

from cqrs_routing.sandbox.effect import LIMIT, LONGEST, Effect, Recorded


def test_effects_are_kept_in_their_order():
    recorded = Recorded()
    recorded.add("mail", "1 recipient: hello")
    recorded.add("file", "open x for writing")
    assert recorded.effects == [Effect("mail", "1 recipient: hello"), Effect("file", "open x for writing")]


def test_a_tolerated_kind_is_not_kept():
    recorded = Recorded(["cache"])
    recorded.add("cache", "set a")
    recorded.add("mail", "1 recipient: hello")
    assert [effect.kind for effect in recorded.effects] == ["mail"]
    assert not recorded.left_out


def test_many_effects_are_counted_and_only_the_first_are_kept():
    recorded = Recorded()
    for number in range(LIMIT + 7):
        recorded.add("cache", f"set {number}")
    assert len(recorded.effects) == LIMIT
    assert recorded.left_out == 7


def test_a_detail_is_one_short_line():
    recorded = Recorded()
    recorded.add("mail", "subject\r\nof two lines " + "x" * 10_000)
    [effect] = recorded.effects
    assert effect.detail.startswith("subject of two lines x")
    assert len(effect.detail) == LONGEST


def test_an_effect_reads_as_a_line():
    assert str(Effect("socket", "connect api.example.com:443")) == "socket: connect api.example.com:443"
