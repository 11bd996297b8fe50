"""The mail queue's rules: pauses between attempts."""

from chatserver.core.mail import FIRST_PAUSE_MS, LONGEST_PAUSE_MS, retry_delay_ms


def test_retry_delays_begin_with_the_first_pause_and_double_up_to_a_limit() -> None:
    pauses = [retry_delay_ms(tries) for tries in range(1, 50)]
    assert pauses[:3] == [FIRST_PAUSE_MS, 2 * FIRST_PAUSE_MS, 4 * FIRST_PAUSE_MS]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_MS
