"""Cookies have attributes that fit TLS, or its absence."""

from aiohttp import web

from chatserver.auth.cookie_names import Cookie
from chatserver.web.cookies import set_cookie
from tests.web.mocked_request import request


def test_over_tls_a_cookie_is_bound_to_the_host_and_sent_over_tls_only() -> None:
    response = web.Response()
    secure = request(public_url="https://chat.example.org")
    set_cookie(secure, response, Cookie.SESSION, secret="s", valid_for_s=60.4)
    [cookie] = response.cookies.values()
    assert cookie.key.startswith("__Host-")
    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
    assert (cookie["max-age"], cookie["samesite"], cookie["domain"]) == ("60", "Strict", "")


def test_without_tls_a_cookie_can_be_sent_and_is_hidden_from_scripts_all_the_same() -> None:
    response = web.Response()
    set_cookie(request(), response, Cookie.SESSION, secret="s", samesite="Lax")
    [cookie] = response.cookies.values()
    assert not cookie.key.startswith("__Host-")
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (False, True, "Lax")
    assert "max-age" not in cookie
