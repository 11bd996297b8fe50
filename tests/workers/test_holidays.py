"""Public holidays, also those of only some municipalities of a region."""

from datetime import date

import pytest

from chatserver.workers.holidays import countries, public_holidays, regions

ASSUMPTION = date(2027, 8, 15)
CORPUS_CHRISTI = date(2027, 5, 27)


def test_bavaria_is_there_with_and_without_assumption_day() -> None:
    known = regions("DE")
    assert known["BY"] == "Bayern"
    assert known["BY+catholic"] == "Bayern (Mariä Himmelfahrt)"
    assert ASSUMPTION not in public_holidays("DE", "BY", [2027])
    assert public_holidays("DE", "BY+catholic", [2027])[ASSUMPTION] == "Mariä Himmelfahrt"


@pytest.mark.parametrize("region", ["SN", "TH"])
def test_so_are_the_regions_where_some_places_have_corpus_christi(region: str) -> None:
    assert CORPUS_CHRISTI not in public_holidays("DE", region, [2027])
    assert CORPUS_CHRISTI in public_holidays("DE", f"{region}+catholic", [2027])


def test_a_region_without_local_holidays_is_listed_once() -> None:
    known = regions("DE")
    assert [code for code in known if "+" in code] == ["BY+catholic", "SN+catholic", "TH+catholic"]


@pytest.mark.parametrize(
    ("country", "region"),
    [("XX", None), ("DE", "XX"), ("DE", "BY+orthodox"), ("FR", "BRE+catholic")],
)
def test_an_unknown_place_is_a_value_error(country: str, region: str | None) -> None:
    with pytest.raises(ValueError, match="no holidays"):
        public_holidays(country, region, [2027])


def test_every_country_that_is_offered_has_holidays() -> None:
    assert {"AT", "CH", "DE", "FR", "GB", "US"} <= set(countries())
    assert public_holidays("AT", None, [2027])[date(2027, 10, 26)] == "Nationalfeiertag"
