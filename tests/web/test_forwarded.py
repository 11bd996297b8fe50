"""The address of a client behind proxies."""

from chatserver.web.forwarded import remote_address
from tests.web.mocked_request import HOME, request


def test_only_a_trusted_proxy_says_where_a_request_comes_from() -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert remote_address(request(forwarded)) == HOME
    assert remote_address(request(forwarded, trusted_proxies=[HOME])) == "203.0.113.7"
