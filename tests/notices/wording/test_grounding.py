"""Legal bases in a text, by article and in words."""

import pytest

from service.notices.wording.grounding import articles, bases


def short(values: list[str]) -> str:
    """ "6(1)(a)" as "a", "9(2)(h)" as "9h"."""
    return "".join(("9" if value.startswith("9") else "") + value[-2] for value in values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EU:n yleisen tietosuoja-asetuksen 6 artiklan 1 kohdan a-, b- ja f-alakohta", "abf"),
        ("GDPR 6 art. 1 k. f)", "f"),
        ("Tietosuoja-asetus 6 artikla, kohta 1 f", "f"),
        ("asetuksen (EU) 2016/679 artiklan 6 kohdan 1 alakohdat a ja c", "ac"),
        ("artikel 6.1 b, c och f i dataskyddsförordningen", "bcf"),
        ("artikel 6 punkt 1 led e", "e"),
        ("artikel 6.1 c samt artikel 9.2 h", "c9h"),
        ("Article 6(1)(b) GDPR and Article 6(1)(f) GDPR", "bf"),
        ("Articles 6(1)(a), (b) and (f)", "abf"),
        ("Art. 6 (1) lit. a GDPR, Art. 9 (2) lit. a GDPR", "a9a"),
        ("6.1 a", ""),
        ("kohdat 6 ja 1 a", ""),
        ("Article 61", ""),
        ("16 artiklan 1 kohdan a alakohta", ""),
    ],
)
def test_by_article(text: str, expected: str) -> None:
    assert short(sorted(spot.value for spot in articles(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Käsittely perustuu asiakkaan ja yrityksen väliseen sopimukseen.", "b"),
        ("Oikeusperusteena on sopimuksen täytäntöönpano, lakisääteisten velvoitteiden noudattaminen ja suostumus.", "abc"),
        ("Suoramarkkinointi: suostumus. Laskutus: sopimus. Kirjanpito: kirjanpitolaki.", "abc"),
        ("Jäsenrekisterin pitäminen perustuu yhdistyslain 11 §:ään.", "c"),
        ("Käsittely on tarpeen yleistä etua koskevan tehtävän suorittamiseksi ja julkisen vallan käyttämiseksi.", "e"),
        ("Peruste on potilaan elintärkeän edun suojaaminen.", "d"),
        ("Uutiskirje: suostumus (voit peruuttaa sen koska vain)", "a"),
        ("Peruste (6.1 e), huoltajan suostumus (9.2 a)", "ae9a"),
        ("(X) samtycke\n( ) avtal\n(X) berättigat intresse", "af"),
        ("☐ sopimus\n☒ suostumus", "a"),
        ("Behandlingen grundar sig på lagen om bostadsaktiebolag (1599/2009) och på bolagets berättigade intresse.", "cf"),
        ("We process data because the law requires us to do so.", "c"),
        ("Käsittely ei perustu suostumukseen vaan sopimukseen.", "b"),
        ("Behandlingen bygger inte på samtycke utan på avtal.", "b"),
        ("We rely on neither consent nor a contract.", ""),
        ("Processing rests not only on consent but also on a contract.", "ab"),
        ("Käsittely ei edellytä suostumusta.", ""),
        ("Käsittelyn oikeusperusteena on yrityksen oikeutettu liiketoiminnallinen etu.", "f"),
        ("Peruste on oikeutettu intressi.", "f"),
        ("Behandlingen baseras på en avvägning av intressen.", "f"),
        ("Behandlingen sker utifrån vårt legitima intresse.", "f"),
        ("We do this for our legitimate business purposes.", "f"),
        ("Allergioita käsitellään tärkeää yleistä etua koskevasta syystä (9 artiklan 2 kohdan g alakohta).", "9g"),
        ("Voit peruuttaa suostumuksesi.", ""),
        ("Tietojen käsittelystä on tehty sopimus tilitoimiston kanssa.", ""),
        ("ASG käyttää henkilötietolain 5 §:ssä tarkoitettuja alihankkijoita.", ""),
        ("Asiakkuuteen ja muihin sopimukseen perustuvien palveluiden toimittaminen on tarkoituksena.", ""),
    ],
)
def test_in_words(text: str, expected: str) -> None:
    assert short(bases(text)) == expected
