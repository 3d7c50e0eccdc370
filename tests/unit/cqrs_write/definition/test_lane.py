import uuid

from hypothesis import given
from hypothesis import strategies as st

from cqrs_write.definition.lane import lane_key

KEY_OF_CUSTOMER_1 = -1891052901214070716


@given(st.text())
def test_a_key_fits_a_signed_64_bit_column(lane):
    assert -(2**63) <= lane_key(lane, uuid.uuid4()) < 2**63


def test_a_key_depends_on_the_lane_alone_and_is_the_same_in_every_process():
    assert lane_key("customer:1", uuid.uuid4()) == lane_key("customer:1", uuid.uuid4()) == KEY_OF_CUSTOMER_1


def test_commands_without_a_lane_share_none():
    assert lane_key("", uuid.uuid4()) != lane_key("", uuid.uuid4())
