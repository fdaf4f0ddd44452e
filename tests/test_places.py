"""The city's kelurahan: all of them, found under every name people write.

P001  46 kelurahan in three kecamatan, each with its own code and name.
P002  A code of the ministry names one kelurahan; any other text none.
P003  A name is found whatever its letter case, spaces, and a "Kelurahan" in front.
"""

import pytest

from survey_app.places import kelurahan, kelurahan_by_code, kelurahan_by_name


def test_the_city_is_complete() -> None:
    """P001: Mojoroto 14, Kota 17, Pesantren 15; codes and names are unique and in order."""
    every = kelurahan()
    counts = [
        sum(place.kecamatan == kecamatan for place in every)
        for kecamatan in ("Mojoroto", "Kota", "Pesantren")
    ]
    assert counts == [14, 17, 15]
    codes = [place.code for place in every]
    assert codes == sorted(set(codes))
    assert len({place.name for place in every}) == 46


def test_a_code_names_one_kelurahan() -> None:
    """P002: every code leads back to its own kelurahan."""
    assert all(kelurahan_by_code(place.code) == place for place in kelurahan())


@pytest.mark.parametrize("code", ["", "35.71.01", "35.71.01.1099", "Pojok", "35.71.01.1001 "])
def test_other_codes_name_nothing(code: str) -> None:
    """P002: what is no code of the city is None."""
    assert kelurahan_by_code(code) is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Bandar Lor", "Bandar Lor"),
        ("BANDAR  LOR", "Bandar Lor"),
        ("bandarlor", "Bandar Lor"),
        ("Setono Pande", "Setonopande"),
        ("Ringin anom", "Ringinanom"),
        ("setono gedong", "Setonogedong"),
        ("Kampungdalem", "Kampung Dalem"),
        ("Kelurahan Pojok", "Pojok"),
        ("Kel. Pesantren", "Pesantren"),
        ("kel Kemasan ", "Kemasan"),
    ],
)
def test_a_name_is_found_as_people_write_it(written: str, name: str) -> None:
    """P003: school lists and old documents spell differently."""
    found = kelurahan_by_name(written)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("written", ["", "Kediri", "Bandar", "Kelurahan", "Pare"])
def test_other_names_are_not_guessed(written: str) -> None:
    """P003: half a name or another town is None, never the nearest kelurahan."""
    assert kelurahan_by_name(written) is None
