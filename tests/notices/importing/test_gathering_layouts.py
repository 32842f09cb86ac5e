"""Facts in the layouts in which notices tell them, in three languages. `...`: whatever it is."""

from types import EllipsisType

import msgspec
import pytest

from tests.notices.importing.test_gathering import CARD, gathered, told

Fields = tuple[str | None | EllipsisType, ...]

CONTROLLERS = [
    (
        "Asunto Oy Nummelan Kivipolku 6\nKivipolku 6\n03100 Vihti\nY-tunnus 1111111-1",
        ("Asunto Oy Nummelan Kivipolku 6", "1111111-1", "Kivipolku 6, 03100 Vihti", ..., ...),
    ),
    (
        "As Oy Tornin Lintu, c/o Talotili Oy, Linnankatu 3 B, 20100 Turku",
        ("As Oy Tornin Lintu", None, "c/o Talotili Oy, Linnankatu 3 B, 20100 Turku", ..., ...),
    ),
    (
        "Yrityksemme Honka & Pojat Ky vastaa tiedoistasi. Sahatie 9, 84100 Ylivieska. Soita 08 555 0100. verstas@honka.example.",
        ("Honka & Pojat Ky", None, "Sahatie 9, 84100 Ylivieska", "verstas@honka.example", "08 555 0100"),
    ),
    (
        "Nimi\tTilitoimisto Numero Oy\nOsoite\tKauppakatu 1, 40100 Jyväskylä\nPuhelin\t014 555 0100\nSähköposti\ttoimisto@numero.example",
        ("Tilitoimisto Numero Oy", None, "Kauppakatu 1, 40100 Jyväskylä", "toimisto@numero.example", "014 555 0100"),
    ),
    (
        "Rekisterinpitäjä on Oulunsalon kylän vesiosuuskunta (y-tunnus 2345678-0), PL 7, 90461 Oulunsalo.",
        ("Oulunsalon kylän vesiosuuskunta", "2345678-0", "PL 7, 90461 Oulunsalo", ..., ...),
    ),
    (
        "Lumikin, Vilikkalan ja Vattulan koirahoitolat\nMetsätie 2, 12100 Oitti",
        ("Lumikin, Vilikkalan ja Vattulan koirahoitolat", None, "Metsätie 2, 12100 Oitti", ..., ...),
    ),
    (
        "Sportcenter Vågen Ab Oy\nFO-nr 2345678-0\nHamngatan 4 A 2\n68600 Jakobstad\nväxel 06 555 0100\ninfo@vagen.example",
        ("Sportcenter Vågen Ab Oy", "2345678-0", "Hamngatan 4 A 2, 68600 Jakobstad", "info@vagen.example", "06 555 0100"),
    ),
    (
        "Ansvarig för behandlingen är Byholmens marthaförening rf, Byholmsvägen 3, 66220 Molpe. Du når oss på martha@byholmen.example.",
        ("Byholmens marthaförening rf", None, "Byholmsvägen 3, 66220 Molpe", "martha@byholmen.example", None),
    ),
    (
        "Bostads Ab Strandhöjden i Hangö\nDisponentbyrå Ankaret Ab, Boulevarden 8, 10900 Hangö",
        ("Bostads Ab Strandhöjden i Hangö", None, "Boulevarden 8, 10900 Hangö", ..., ...),
    ),
    (
        "Namn: Kronoby hembygdsgård\nAdress: Prästgatan 2, 68500 Kronoby\nTelefon: 050 555 0100",
        ("Kronoby hembygdsgård", None, "Prästgatan 2, 68500 Kronoby", None, "050 555 0100"),
    ),
    (
        "Södra Ådalens fiskeområde, Ågatan 9, 07900 Lovisa, kansli@fiske.example",
        ("Södra Ådalens fiskeområde", None, "Ågatan 9, 07900 Lovisa", "kansli@fiske.example", ...),
    ),
    (
        "Controller: Harbour Theatre ry (2345678-0)\nAddress: Laiturikatu 3, FI-00140 Helsinki\nbox@harbour.example\nTel. +358 9 555 0100",
        (
            "Harbour Theatre ry",
            "2345678-0",
            "Laiturikatu 3, FI-00140 Helsinki",
            "box@harbour.example",
            "+358 9 555 0100",
        ),
    ),
    (
        "Your data is controlled by Tidewater Kayaks Ltd of 7 Quay Street, Galway, H91 X2Y3, Ireland. Phone +353 91 555 010.",
        ("Tidewater Kayaks Ltd", None, "7 Quay Street, Galway, H91 X2Y3, Ireland", None, "+353 91 555 010"),
    ),
    ("Oakmill and Pinewood\nVirtatie 3, 33100 Tampere", ("Oakmill and Pinewood", None, "Virtatie 3, 33100 Tampere", ..., ...)),
    (
        "We, Nordlys Studio OÜ (registry code 12345678), Pikk 12, 10123 Tallinn, Estonia, decide how your data is used.",
        ("Nordlys Studio OÜ", "12345678", "Pikk 12, 10123 Tallinn, Estonia", ..., ...),
    ),
    (
        "The City of Kallioranta, Education Department\nCity Hall, Rantakatu 1, 48100 Kotka\nregistry@kallioranta.example",
        ("City of Kallioranta", None, "Rantakatu 1, 48100 Kotka", "registry@kallioranta.example", ...),
    ),
    (
        "Kuopion hammasasema Hymy\nPuijonkatu 20, 3. kerros, 70100 Kuopio\nKirjaamo: kirjaamo@hymy.example",
        ("Kuopion hammasasema Hymy", None, "Puijonkatu 20, 3. kerros, 70100 Kuopio", "kirjaamo@hymy.example", ...),
    ),
    (
        "Suunnittelutoimisto Viiva Oy | Y-tunnus 2345678-0 | Insinöörinkatu 8 | 33720 Tampere | info@viiva.example",
        ("Suunnittelutoimisto Viiva Oy", "2345678-0", "Insinöörinkatu 8, 33720 Tampere", "info@viiva.example", ...),
    ),
    (
        "Koulutuskuntayhtymä Saari\nKäyntiosoite: Opistontie 2, 21600 Parainen\nPostiosoite: PL 30, 21601 Parainen",
        ("Koulutuskuntayhtymä Saari", None, "Opistontie 2, 21600 Parainen", ..., ...),
    ),
    (
        "Meistä vastaa Sateenkaaren päiväkotiyhdistys ry\nKotikuja 2 as. 4\n90500 OULU\nPuhelin (08) 555 0100",
        ("Sateenkaaren päiväkotiyhdistys ry", None, "Kotikuja 2 as. 4, 90500 OULU", None, "(08) 555 0100"),
    ),
    ("Kiinteistö Oy Rantakulma 12, Rantatie 12, 02100 Espoo", ("Kiinteistö Oy Rantakulma 12", None, "Rantatie 12, 02100 Espoo", ..., ...)),
    (
        "Nimi: Tmi Pekka Kärki\nY-tunnus: 2345678-0\nOsoite: Koskikatu 5 A 12, 96200 Rovaniemi",
        ("Tmi Pekka Kärki", "2345678-0", "Koskikatu 5 A 12, 96200 Rovaniemi", ..., ...),
    ),
    (
        "Verkkokauppaa ylläpitää Pihlaja Design Oy Ab, Y-tunnus FI23456780, Pihlajatie 1, 00270 Helsinki, info@pihlaja.example",
        ("Pihlaja Design Oy Ab", "2345678-0", "Pihlajatie 1, 00270 Helsinki", "info@pihlaja.example", ...),
    ),
    (
        "Registeransvarig: Stiftelsen Gamla Bruket sr\nBruksvägen 1, 10420 Pojoby\nE-post bruket@bruket.example",
        ("Stiftelsen Gamla Bruket sr", None, "Bruksvägen 1, 10420 Pojoby", "bruket@bruket.example", ...),
    ),
    (
        "Vi som ansvarar är Ljus och Värme Ab, Elgatan 7, 65100 Vasa, tfn 06-555 0100.",
        ("Ljus och Värme Ab", None, "Elgatan 7, 65100 Vasa", None, "06-555 0100"),
    ),
    (
        "Company: Aurora Oy\nBusiness ID: 2345678-0\nStreet address: Kuntokatu 3\nPostcode and city: 33520 Tampere\nhello@aurora.example",
        ("Aurora Oy", "2345678-0", "Kuntokatu 3, 33520 Tampere", "hello@aurora.example", ...),
    ),
    (
        "Fell & Forest Adventures is run by Tunturi Retket Ky, Kelotie 1, 99830 Saariselkä.",
        ("Tunturi Retket Ky", None, "Kelotie 1, 99830 Saariselkä", ..., ...),
    ),
]

CONTACTS = [
    (
        "contact",
        "Yhteyshenkilö",
        "Toimitusjohtaja Åke Söderlund\nake.soderlund@malli.example",
        ("Åke Söderlund", "Toimitusjohtaja", "ake.soderlund@malli.example", None),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Yhdistyksen sihteeri Pirkko Ahonen, puh. 050 555 0100",
        ("Pirkko Ahonen", "sihteeri", None, "050 555 0100"),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Ota yhteyttä: Sari Niemelä (henkilöstöpäällikkö), sari@malli.example",
        ("Sari Niemelä", "henkilöstöpäällikkö", "sari@malli.example", ...),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Tietosuoja-asioissa auttaa toimistomme Eija Lamminsalo, eija@malli.example.",
        ("Eija Lamminsalo", None, "eija@malli.example", ...),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Nimi: Jukka Tapani Ranta\nTehtävä: rehtori\nPuhelin: 040 555 0101",
        ("Jukka Tapani Ranta", "rehtori", None, "040 555 0101"),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Lisätietoja antaa asiakaspalvelu, palvelu@malli.example, 09 555 0100",
        ("asiakaspalvelu", None, "palvelu@malli.example", "09 555 0100"),
    ),
    (
        "representative",
        "Rekisterinpitäjän edustaja",
        "Rekisterinpitäjän edustaja on hallituksen puheenjohtaja Mirja von Essen.",
        ("Mirja von Essen", "hallituksen puheenjohtaja", ..., ...),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Vår ekonomichef Åsa Lindqvist svarar på frågor: asa@malli.example",
        ("Åsa Lindqvist", "ekonomichef", "asa@malli.example", ...),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Föreningens kassör är Örjan Backman, tfn 040 555 0102.",
        ("Örjan Backman", "kassör", None, "040 555 0102"),
    ),
    ("contact", "Yhteyshenkilö", "Kontakta vår kundtjänst, kund@malli.example", ("kundtjänst", None, "kund@malli.example", ...)),
    (
        "contact",
        "Yhteyshenkilö",
        "Frågor besvaras av Kristina af Ekenstam, verksamhetsledare",
        ("Kristina af Ekenstam", "verksamhetsledare", ..., ...),
    ),
    ("contact", "Yhteyshenkilö", "Kansliet, kansli@malli.example", ("Kansliet", None, "kansli@malli.example", ...)),
    (
        "contact",
        "Yhteyshenkilö",
        "Our privacy officer, Ruth Ó Braonáin, can be reached at ruth@malli.example.",
        ("Ruth Ó Braonáin", "privacy officer", "ruth@malli.example", ...),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "The club's treasurer Marcus Webb, tel. +358 40 555 0103",
        ("Marcus Webb", "treasurer", None, "+358 40 555 0103"),
    ),
    ("contact", "Yhteyshenkilö", "Ask our support team: support@malli.example", ("support team", None, "support@malli.example", ...)),
    (
        "representative",
        "Representative of the controller",
        "Practice owner Elsa Rehn\nelsa@malli.example",
        ("Elsa Rehn", "Practice owner", "elsa@malli.example", ...),
    ),
    ("contact", "Yhteyshenkilö", "Sama kuin rekisterinpitäjä", (None, None, "info@malli.example", "09 555 0100")),
    (
        "contact",
        "Yhteyshenkilö",
        "Yhteyshenkilö: toimistosihteeri Maarit Øvrebø, maarit@malli.example",
        ("Maarit Øvrebø", "toimistosihteeri", "maarit@malli.example", ...),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Rekisteriasioita hoitaa\nAulis Keto\nTalouspäällikkö\n050 555 0111",
        ("Aulis Keto", "Talouspäällikkö", None, "050 555 0111"),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Koulun rehtori Anna-Leena Å. Virta, p. 050 555 0112",
        ("Anna-Leena Å. Virta", "rehtori", None, "050 555 0112"),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Ge gärna klubbens ordförande Ulf Öst en signal på 040 555 0113.",
        ("Ulf Öst", "ordförande", None, "040 555 0113"),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "Ta kontakt med registerskötare Maj-Britt Sund, maj@malli.example",
        ("Maj-Britt Sund", "registerskötare", "maj@malli.example", ...),
    ),
    (
        "contact",
        "Yhteyshenkilö",
        "For privacy questions contact Oliver Stone-Hill, Head of Operations, oliver@malli.example",
        ("Oliver Stone-Hill", "Head of Operations", "oliver@malli.example", ...),
    ),
    ("contact", "Yhteyshenkilö", "Privacy desk\nprivacy@malli.example", ("Privacy desk", None, "privacy@malli.example", ...)),
]

OFFICERS = [
    (
        "Tietosuojavastaava",
        "Konsernin tietosuojavastaavana toimii Äijälä Eero, tietosuoja@malli.example",
        ("Äijälä Eero", "tietosuoja@malli.example", ...),
    ),
    (
        "Tietosuojavastaava",
        "Tietosuojavastaavamme on ulkopuolinen asiantuntija Kaisa Önnerstad, puh. 09 555 0104",
        ("Kaisa Önnerstad", None, "09 555 0104"),
    ),
    (
        "Tietosuojavastaava",
        "Emme ole nimenneet tietosuojavastaavaa, sillä laki ei sitä vaadi. Kysymykset: info@malli.example",
        (None, None, None),
    ),
    ("Dataskyddsombud", "Stadens dataskyddsombud är Östen Berg, dataskydd@malli.example", ("Östen Berg", "dataskydd@malli.example", ...)),
    ("Dataskyddsombud", "Vi har inte utsett något dataskyddsombud.", (None, None, ...)),
    ("Dataskyddsombud", "Dataskyddsombud: dataskydd@malli.example, tfn 06 555 0105", (None, "dataskydd@malli.example", "06 555 0105")),
    (
        "Data protection officer",
        "Our data protection officer is Ian Fairweather of Fairweather Law LLP, dpo@malli.example, +44 20 5550 0106",
        ("Ian Fairweather", "dpo@malli.example", "+44 20 5550 0106"),
    ),
    ("Data protection officer", "We are not required to appoint a data protection officer and have not done so.", (None, None, ...)),
    ("DPO", "DPO: Nora Kuusi | dpo@malli.example", ("Nora Kuusi", "dpo@malli.example", ...)),
    ("Tietosuojavastaava", "Tietosuojavastaava on nimetty: Leo Ääri, leo@malli.example", ("Leo Ääri", "leo@malli.example", ...)),
    ("Dataskyddsombud", "Dataskyddsombud för koncernen är advokat Eva Åberg, eva@malli.example", ("Eva Åberg", "eva@malli.example", ...)),
    ("DPO", "The Group DPO (Maria Sand) can be reached at dpo@malli.example", ("Maria Sand", "dpo@malli.example", ...)),
]

BASES = [
    ("Laskutus – sopimus; kirjanpito – laki; kysely – oikeutettu etumme kehittää palvelua", "6(1)(b) 6(1)(c) 6(1)(f)"),
    ("Käsittelemme allergiatietoja nimenomaisella suostumuksellasi.", "6(1)(a) 9(2)(a)"),
    ("Suostumus ei ole käsittelyn peruste, vaan käsittely perustuu yleiseen etuun.", "6(1)(e)"),
    ("Käsittely perustuu kunnan lakisääteiseen tehtävään ja on tarpeen yleistä etua koskevan tehtävän suorittamiseksi.", "6(1)(e)"),
    ("Perusteena on oikeutettuun etuumme kuuluva väärinkäytösten esto sekä lain asettama velvoite.", "6(1)(c) 6(1)(f)"),
    ("Käsittelyn oikeusperusteet ovat: a) suostumus, b) sopimus ja c) lakisääteinen velvoite", "6(1)(a) 6(1)(b) 6(1)(c)"),
    ("Oikeusperuste: art. 6(1)(b) ja (f)", "6(1)(b) 6(1)(f)"),
    ("Tilausten käsittely on tarpeen kauppasopimuksen täyttämiseksi.", "6(1)(b)"),
    ("Jäsenluetteloa pidämme, koska yhdistyslaki velvoittaa siihen.", "6(1)(c)"),
    ("Kameravalvonta perustuu yhtiön oikeutettuun etuun suojata omaisuutta.", "6(1)(f)"),
    ("Behandlingen grundar sig på avtal, lag och vårt berättigade intresse.", "6(1)(b) 6(1)(c) 6(1)(f)"),
    ("Samtycke är inte grunden för behandlingen; den bygger på en uppgift av allmänt intresse.", "6(1)(e)"),
    ("Uppgifter om allergier behandlar vi med ditt uttryckliga samtycke.", "6(1)(a) 9(2)(a)"),
    ("Den rättsliga grunden är att fullgöra köpeavtalet med dig.", "6(1)(b)"),
    ("Rättslig grund: artikel 6.1 a och f", "6(1)(a) 6(1)(f)"),
    ("Bokföringslagen kräver att vi sparar kvitton.", "6(1)(c)"),
    ("The processing is based on contract, law, and our legitimate interests.", "6(1)(b) 6(1)(c) 6(1)(f)"),
    ("Consent is not the legal basis here; we rely on the performance of a contract.", "6(1)(b)"),
    ("Dietary and health information is processed with your explicit consent.", "6(1)(a) 9(2)(a)"),
    ("We need your address to perform our contract with you; tax law obliges us to keep invoices.", "6(1)(b) 6(1)(c)"),
    ("It is in our legitimate interest to prevent fraud.", "6(1)(f)"),
    ("We do not process data on the basis of consent.", ""),
    ("Tietojen käsittely perustuu sopimukseen, lakiin ja suostumukseen.", "6(1)(a) 6(1)(b) 6(1)(c)"),
    ("Käsittelemme tietoja ensisijaisesti asiakassuhteen eli sopimuksen perusteella, emme suostumuksella.", "6(1)(b)"),
    ("Vi behandlar en del uppgifter för att lagen kräver det och en del för att du har gett ditt samtycke.", "6(1)(a) 6(1)(c)"),
    ("Vi har ett berättigat intresse av att marknadsföra våra tjänster.", "6(1)(f)"),
    ("We have a legitimate interest in keeping our premises safe.", "6(1)(f)"),
    ("You have given your consent to the newsletter. For orders, processing is necessary for a contract with you.", "6(1)(a) 6(1)(b)"),
    ("Orders | contract (Art. 6(1)(b))\nBooks | Accounting Act (Art. 6(1)(c))", "6(1)(b) 6(1)(c)"),
    ("Tietoja ei käsitellä oikeutetun edun perusteella, vaan perusteena on suostumus.", "6(1)(a)"),
]

DATES = [
    ("intro", "Uppgjord enligt personuppgiftslagen, ändrad 3.4.2021", "2021-04-03"),
    ("date", "Tämä seloste perustuu tietosuoja-asetukseen (EU) 2016/679 ja se on päivitetty 3.4.2021.", "2021-04-03"),
    ("date", "Seloste julkaistu: 1.2.2022, edellinen versio 5.5.2018", "2022-02-01"),
    ("date", "Voimassa 1. maaliskuuta 2023 alkaen", "2023-03-01"),
    ("date", "Päivitetty viimeksi\n12.12.2023", "2023-12-12"),
    ("date", "Senaste uppdatering: den 5 maj 2024", "2024-05-05"),
    ("date", "Version 2.1 / 14.8.2022", "2022-08-14"),
    ("other", "Godkänd av styrelsen 2024-02-29", "2024-02-29"),
    ("date", "Last reviewed on 3 November 2023", "2023-11-03"),
    ("intro", "Effective as of January 15, 2024.", "2024-01-15"),
    ("date", "This notice was adopted by the board on 7th June 2022 under the GDPR, which has applied since 25 May 2018.", "2022-06-07"),
    ("other", "Laki tuli voimaan 1.1.2019.", None),
    ("intro", "Tietosuojaseloste 3/2023, päivitetty 4.9.2023", "2023-09-04"),
    ("date", "Helsingissä 1.6.2020, tarkistettu 1.6.2024", "2024-06-01"),
    ("date", "Den här versionen gäller från och med 1.1.2025.", "2025-01-01"),
    ("changes", "This statement was last changed on 2024-10-02.", "2024-10-02"),
    ("date", "Hallitus hyväksyi selosteen kokouksessaan 12.5.2022.", "2022-05-12"),
]

RETENTION = [
    ("retention", "Tietoja pidetään tallessa kaksi vuotta.", "Tietoja pidetään tallessa kaksi vuotta."),
    ("purposes retention", "Käytämme tietoja asiakkuuden hoitoon. Hävitämme ne vuoden kuluttua.", "Hävitämme ne vuoden kuluttua."),
    (
        "retention security",
        "Ansökningarna gallras efter sex månader. Servern står i ett låst rum.",
        "Ansökningarna gallras efter sex månader.",
    ),
    ("retention security", "Recordings are overwritten after 30 days.", "Recordings are overwritten after 30 days."),
    ("data_categories retention", "Ryhmä\tTiedot\tKauanko\nAsiakkaat\tnimi\t2 vuotta\nKävijät\tkuva\t14 päivää", "2 vuotta; 14 päivää"),
    ("purposes retention", "What\tWhy\tErased\nOrders\tcontract\tafter 3 years", "after 3 years"),
    (
        "retention",
        "Asiakastietoja säilytämme asiakkuuden ajan ja kolme vuotta sen jälkeen.",
        "Asiakastietoja säilytämme asiakkuuden ajan ja kolme vuotta sen jälkeen.",
    ),
    ("retention", "Vi raderar uppgifterna genast när de inte behövs.", "Vi raderar uppgifterna genast när de inte behövs."),
    (
        "purposes retention",
        "We use orders to serve you. They are kept for two years. You may ask for deletion at any time.",
        "They are kept for two years.",
    ),
]


def matches(found: msgspec.Struct | None, expected: Fields) -> bool:
    values = msgspec.structs.astuple(found) if found else (None,) * len(expected)
    return all(wanted is ... or value == wanted for value, wanted in zip(values, expected, strict=True))


@pytest.mark.parametrize(("text", "expected"), CONTROLLERS)
def test_controllers(text: str, expected: Fields) -> None:
    found = gathered(told("controller", text, "Rekisterinpitäjä")).controller
    assert matches(found, expected), found


@pytest.mark.parametrize(("covers", "heading", "text", "expected"), CONTACTS)
def test_contacts(covers: str, heading: str, text: str, expected: Fields) -> None:
    found = gathered(CARD, told(covers, text, heading)).contact
    assert matches(found, expected), found


@pytest.mark.parametrize(("heading", "text", "expected"), OFFICERS)
def test_officers(heading: str, text: str, expected: Fields) -> None:
    found = gathered(CARD, told("dpo", text, heading)).dpo
    assert matches(found, expected), found


@pytest.mark.parametrize(("text", "expected"), BASES)
def test_bases(text: str, expected: str) -> None:
    assert " ".join(gathered(told("purposes legal_basis", text)).legal_bases) == expected


@pytest.mark.parametrize(("covers", "text", "expected"), DATES)
def test_dates(covers: str, text: str, expected: str | None) -> None:
    assert gathered(told(covers, text, "")).date == expected


@pytest.mark.parametrize(("covers", "text", "expected"), RETENTION)
def test_retention(covers: str, text: str, expected: str | None) -> None:
    assert gathered(told(covers, text, "Säilytysaika")).retention == expected
