"""Public holidays, by country and region."""

from datetime import date

import holidays


def closing_days(country: str, region: str | None, years: list[int]) -> dict[date, str]:
    """The public holidays of some years with their names.

    Raises ValueError for a country or region (ISO 3166) of which none are known.
    """
    try:
        found = holidays.country_holidays(country, subdiv=region, years=years)
    except NotImplementedError as error:
        raise ValueError("no holidays are known there") from error
    return dict(sorted(found.items()))
