"""Public holidays, by country and region, and of which countries and regions they are known."""

from datetime import date

import holidays
from holidays.registry import EntityLoader


def closing_days(country: str, region: str | None, years: list[int]) -> dict[date, str]:
    """The public holidays of some years with their names, as they are called there.

    Raises ValueError for a country or region (ISO 3166) of which none are known.
    """
    try:
        language = holidays.country_holidays(country).default_language
        found = holidays.country_holidays(country, subdiv=region, years=years, language=language)
    except NotImplementedError as error:
        raise ValueError("no holidays are known there") from error
    return dict(sorted(found.items()))


def countries() -> list[str]:
    """The countries (ISO 3166) whose holidays are known."""
    return sorted(EntityLoader.get_country_codes(include_aliases=False))


def regions(country: str) -> dict[str, str]:
    """The regions of a country that have holidays of their own, by code, with their names.

    Raises ValueError for a country of which no holidays are known.
    """
    try:
        known = holidays.country_holidays(country)
    except NotImplementedError as error:
        raise ValueError("no holidays are known there") from error
    names: dict[str, str] = {code: code for code in known.subdivisions}
    # Some have short forms beside the name that people know; the longest one is that name.
    for name, code in known.subdivisions_aliases.items():
        if names.get(code) == code or len(name) > len(names.get(code, "")):
            names[code] = name
    return dict(sorted(names.items(), key=lambda each: each[1]))
