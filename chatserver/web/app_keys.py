"""The keys under which HTTP handlers find the services, by subject, and the settings."""

from aiohttp import web

from chatserver.services.bundle import Services
from chatserver.settings import Settings

SERVICES = web.AppKey("services", Services)
SETTINGS = web.AppKey("settings", Settings)
