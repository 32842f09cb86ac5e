"""Who is named: organisations by their form or last word, persons with their posts."""

import pytest

from service.notices.wording.naming import body_name, names_organisation, organisation, person, post


@pytest.mark.parametrize(
    ("chunk", "name"),
    [
        ("Malli Oy", "Malli Oy"),
        ("Rekisterinpitäjä Malli Oy", "Malli Oy"),
        ("Malli Oy:n toiminnassa", "Malli Oy"),
        ("Malli Group consists of Malli Oy and its subsidiaries", "Malli Oy"),
        ("ABC -Advanced Malli Oy", "ABC -Advanced Malli Oy"),
        ("Oy Malli Ab", "Oy Malli Ab"),
        ("Malli & Muut Oy Ab", "Malli & Muut Oy Ab"),
        ("Bostads Ab Mallklippan", "Bostads Ab Mallklippan"),
        ("Asunto Oy Mallilan Helmi", "Asunto Oy Mallilan Helmi"),
        ("Näsets hemslöjdsvänner rf", "Näsets hemslöjdsvänner rf"),
        ("Stiftelsen Modell sr", "Stiftelsen Modell sr"),
        ("Tmi Maija Mallinen", "Tmi Maija Mallinen"),
        ("Example Software Ltd", "Example Software Ltd"),
        ("Se on vain tekstiä", None),
        ("Oy", None),
    ],
)
def test_organisations_with_a_legal_form(chunk: str, name: str | None) -> None:
    assert organisation(chunk) == name
    assert names_organisation(chunk) == (name is not None)


@pytest.mark.parametrize(
    ("chunk", "name"),
    [
        ("Mallilan kaupunki", "Mallilan kaupunki"),
        ("Modell svenska församling", "Modell svenska församling"),
        ("City of Example", "City of Example"),
        ("Sivistyslautakunta", None),
        ("Maija Mallinen", None),
    ],
)
def test_organisations_without_one(chunk: str, name: str | None) -> None:
    assert body_name(chunk) == name


@pytest.mark.parametrize(
    ("chunk", "found"),
    [
        ("Maija Mallinen", ("Maija Mallinen", None)),
        ("Maija Mallinen Toimitusjohtaja", ("Maija Mallinen", "Toimitusjohtaja")),
        ("Yhteyshenkilönä toimii hallituksen puheenjohtaja Anna-Liisa Malli", ("Anna-Liisa Malli", "hallituksen puheenjohtaja")),
        ("Front Office Manager Ada Sample", ("Ada Sample", "Front Office Manager")),
        ("Head of Preschool Eve Sample", ("Eve Sample", "Head of Preschool")),
        ("vår dataskyddsansvariga Eva Modell-Holm per e-post", ("Eva Modell-Holm", "dataskyddsansvariga")),
        ("Lars von Modell", ("Lars von Modell", None)),
        ("Maija M. Mallinen", ("Maija M. Mallinen", None)),
        ("Data Protection Officer", None),
        ("Google Analytics", None),
        ("Malli Oy", None),
        ("Voit ottaa yhteyttä", None),
    ],
)
def test_persons(chunk: str, found: tuple[str, str | None] | None) -> None:
    assert person(chunk) == found


def test_posts() -> None:
    assert post("toimitusjohtaja") == "toimitusjohtaja"
    assert post("our Head of Sales") == "Head of Sales"
    assert post("Mallikatu 1") is None
    assert post("Espoo") is None
