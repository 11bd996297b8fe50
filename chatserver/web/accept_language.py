"""The languages of a request, by its query and by Accept-Language (RFC 9110, section 12.5.4)."""

from aiohttp import web

from chatserver.i18n.languages import FALLBACK, Texts, choose_language, texts_in


def accepted_languages(request: web.Request) -> list[str]:
    """Return the tags of Accept-Language in their order, which browsers send best first."""
    tags = request.headers.get("Accept-Language", "").split(",")
    return [tag.partition(";")[0].strip() for tag in tags]


def preferred_language(request: web.Request) -> str:
    """Return the first language of Accept-Language, or English without one."""
    return accepted_languages(request)[0] or FALLBACK


def reader_texts(request: web.Request) -> Texts:
    """Return the server's texts in the language of `?language=`, else of the browser."""
    return texts_in(choose_language([request.query.get("language"), *accepted_languages(request)]))
