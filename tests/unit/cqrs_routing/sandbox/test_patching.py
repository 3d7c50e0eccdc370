"""Methods that are replaced."""

import inspect

from cqrs_routing.sandbox.patching import family, replace, replace_in_family


def shouting(original):
    def replacement(self, *args, **kwargs):
        return original(self, *args, **kwargs).upper()

    return replacement


def family_of_three():
    class Base:
        def speak(self, word="hello"):
            """Say something."""
            return word

    class Child(Base):
        def speak(self):
            return "from the child"

    class Silent(Base):
        pass

    return Base, Child, Silent


def test_the_replacement_looks_like_the_original():
    base, _, _ = family_of_three()
    before = base.speak
    replace(base, "speak", shouting)
    assert base().speak("bye") == "BYE"
    assert base.speak.__wrapped__ is before
    assert base.speak.__doc__ == "Say something."
    assert inspect.signature(base.speak) == inspect.signature(before)


def test_each_class_that_defines_the_method_gets_its_own_replacement():
    base, child, silent = family_of_three()
    replace_in_family(base, {"speak": shouting})
    assert [kind().speak() for kind in (base, child, silent)] == ["HELLO", "FROM THE CHILD", "HELLO"]
    assert "speak" not in vars(silent)


def test_a_class_of_later_is_of_the_family_too():
    base, child, _ = family_of_three()
    replace_in_family(base, {"speak": shouting})

    class Grandchild(child):
        def speak(self):
            return "later"

    assert Grandchild().speak() == "LATER"


def test_classes_may_be_left_out():
    base, child, _ = family_of_three()
    replace_in_family(base, {"speak": shouting}, without=(child,))
    assert child().speak() == "from the child"


def test_a_class_with_two_parents_is_met_once():
    base, child, silent = family_of_three()
    both = type("Both", (child, silent), {})
    assert sorted(kind.__name__ for kind in family(base)) == ["Base", "Both", "Child", "Silent"]
    assert both in set(family(base))
