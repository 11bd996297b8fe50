"""Public holidays by country and region."""

from collections.abc import Mapping
from datetime import date

import holidays
from holidays.holiday_base import HolidayBase
from holidays.registry import EntityLoader

LOCAL: Mapping[str, str] = {"DE": "catholic"}
"""The category of holidays that in some regions only a part of the municipalities has.

In Bavaria 1,700 of 2,056 municipalities have Assumption Day, in Saxony and Thuringia a few have
Corpus Christi; the library does not count these among the public ones.
"""

_WITH = "+"
"""Stands in the code of a region between its ISO 3166-2 code and such a category."""


def public_holidays(country: str, region: str | None, years: list[int]) -> dict[date, str]:
    """Return the public holidays of some years with their names, as they are called there.

    `region` is a code that `regions` returned. Raises ValueError for an unknown country or region.
    """
    code, _, category = (region or "").partition(_WITH)
    if category and LOCAL.get(country) != category:
        raise ValueError("no holidays are known there")
    return dict(sorted(_holidays(country, code or None, years, category).items()))


def countries() -> list[str]:
    """Return the countries (ISO 3166) whose holidays are known."""
    return sorted(EntityLoader.get_country_codes(include_aliases=False))


def regions(country: str) -> dict[str, str]:
    """Return the names of a country's regions with holidays of their own by their codes.

    A region of which only some municipalities have a holiday is there twice, once with it. Raises
    ValueError for an unknown country.
    """
    known = _holidays(country, None, [], "")
    names: dict[str, str] = {code: code for code in known.subdivisions}
    # Some have abbreviations beside the name that people know; the longest alias is that name.
    for name, code in known.subdivisions_aliases.items():
        if names.get(code) == code or len(name) > len(names.get(code, "")):
            names[code] = name
    category = LOCAL.get(country)
    if category is not None:
        names |= _with_local_days(country, category, names)
    return dict(sorted(names.items(), key=lambda each: each[1]))


def _with_local_days(country: str, category: str, names: Mapping[str, str]) -> dict[str, str]:
    found = {}
    # Any year has them: their dates differ from year to year, their names do not.
    years = [2026]
    for code, name in names.items():
        plain = _holidays(country, code, years, "")
        days = [
            day for at, day in _holidays(country, code, years, category).items() if at not in plain
        ]
        if days:
            found[f"{code}{_WITH}{category}"] = f"{name} ({', '.join(days)})"
    return found


def _holidays(country: str, code: str | None, years: list[int], category: str) -> HolidayBase:
    try:
        language = holidays.country_holidays(country).default_language
        return holidays.country_holidays(
            country,
            subdiv=code,
            years=years,
            language=language,
            categories=("public", category) if category else None,
        )
    except NotImplementedError as error:
        raise ValueError("no holidays are known there") from error
