"""The ways in which notices mark their headings, and what only looks like one."""

import pytest

from service.notices.importing.reading import read
from service.notices.importing.structuring import Imported, structure


def imported(text: str, media_type: str = "text/plain", language: str | None = "fi") -> Imported:
    return structure(read(text.encode(), media_type, None), language)


def outline_of(found: Imported) -> list[tuple[str, list[str]]]:
    return [(next(iter(section.heading.values()), ""), section.covers or []) for section in found.content.sections]


def bodies(found: Imported) -> list[str]:
    return [next(iter(section.body.values())) for section in found.content.sections]


NAME = "Kivikasa Oy, Y-tunnus 1234567-1"
KEPT = "Tietoja säilytetään kuusi vuotta."
THREE = [("Rekisterinpitäjä", ["controller"]), ("Rekisterin tietosisältö", ["data_categories"]), ("Säilytysaika", ["retention"])]


@pytest.mark.parametrize(
    "text",
    [
        f"Tietosuojaseloste\n\n1. Rekisterinpitäjä\n{NAME}\n\n2. Rekisterin tietosisältö\nNimi ja osoite.\n\n3. Säilytysaika\n{KEPT}",
        f"Tietosuojaseloste\n\n1) Rekisterinpitäjä\n{NAME}\n2) Rekisterin tietosisältö\nNimi ja osoite.\n3) Säilytysaika\n{KEPT}",
        f"Tietosuojaseloste\n\nI. Rekisterinpitäjä\n{NAME}\n\nII. Rekisterin tietosisältö\nNimi ja osoite.\n\nIII. Säilytysaika\n{KEPT}",
        f"Tietosuojaseloste\n\nI Rekisterinpitäjä\n{NAME}\n\nII Rekisterin tietosisältö\nNimi ja osoite.\n\nIII Säilytysaika\n{KEPT}",
        f"Tietosuojaseloste\n\n1. Rekisterinpitäjä\n{NAME}\n\n1. Rekisterin tietosisältö\nNimi ja osoite.\n\n1. Säilytysaika\n{KEPT}",
        f"Tietosuojaseloste\n\nRekisterinpitäjä:\n{NAME}\nRekisterin tietosisältö:\nNimi ja osoite.\nSäilytysaika:\n{KEPT}",
        f"Tietosuojaseloste\n\nRekisterinpitäjä: {NAME}\nRekisterin tietosisältö: Nimi ja osoite.\nSäilytysaika: {KEPT}",
        f"Tietosuojaseloste\n\nRekisterinpitäjä\n\n{NAME}\n\nRekisterin tietosisältö\n\nNimi ja osoite.\n\nSäilytysaika\n\n{KEPT}",
        f"Tietosuojaseloste\n\nRekisterinpitäjä\t{NAME}\nRekisterin tietosisältö\tNimi ja osoite.\nSäilytysaika\t{KEPT}",
    ],
    ids=["numbers", "brackets", "roman", "bare-roman", "all-ones", "labels-above", "labels-beside", "plain", "tabs"],
)
def test_plain_text(text: str) -> None:
    found = imported(text)
    assert found.content.title == {"fi": "Tietosuojaseloste"}
    assert outline_of(found) == THREE
    assert bodies(found) == [NAME, "Nimi ja osoite.", KEPT]


MANNERS = {
    "markdown": ("text/markdown", "# Tietosuojaseloste\n\n", "## 1\\. {0}\n\n{1}\n\n", ""),
    "bold": ("text/markdown", "**Tietosuojaseloste**\n\n", "**{0}**\n\n{1}\n\n", ""),
    "pipe-table": ("text/markdown", "# Tietosuojaseloste\n\n| Asia | Selite |\n|---|---|\n", "| {0} | {1} |\n", ""),
    "html": ("text/html", "<h1>Tietosuojaseloste</h1>", "<h2>{0}</h2><p>{1}</p>", ""),
    "html-bold": ("text/html", "<p><b>Tietosuojaseloste</b></p>", "<p><b>{0}</b><br>{1}</p>", ""),
    "html-terms": ("text/html", "<h1>Tietosuojaseloste</h1><dl>", "<dt>{0}</dt><dd>{1}</dd>", "</dl>"),
    "code": ("text/markdown", "# Tietosuojaseloste\n\n```\n", "{0}: {1}\n", "```"),
}


@pytest.mark.parametrize(("media_type", "before", "section", "after"), MANNERS.values(), ids=MANNERS)
def test_formats(media_type: str, before: str, section: str, after: str) -> None:
    sections = zip([heading for heading, _ in THREE], [NAME, "Nimi.", KEPT], strict=True)
    found = imported(before + "".join(section.format(*texts) for texts in sections) + after, media_type)
    assert found.content.title == {"fi": "Tietosuojaseloste"}
    assert [one for one in outline_of(found) if one[1] != ["other"]] == THREE


def test_a_row_that_goes_on() -> None:
    found = imported("Seloste\n\nRekisterinpitäjä\tKivikasa Oy\n\tKivitie 1\nSäilytysaika\tTietoja säilytetään\n\tkuusi vuotta.\n")
    assert bodies(found) == ["Kivikasa Oy\n\nKivitie 1", "Tietoja säilytetään kuusi vuotta."]


def test_a_numbered_column_before_the_headings() -> None:
    found = imported("Seloste\n\n1\tRekisterinpitäjä\tKivikasa Oy\n2\tSäilytysaika\tKuusi vuotta.\n")
    assert outline_of(found) == [("Rekisterinpitäjä", ["controller"]), ("Säilytysaika", ["retention"])]


def test_a_table_of_data_stays_a_table() -> None:
    text = "## Säilytysajat\n\n| Tieto | Aika |\n|---|---|\n| Laskut | kuusi vuotta |\n| Viestit | vuosi |\n\n## Evästeet\n\nEi ole."
    found = imported(text, "text/markdown")
    assert bodies(found)[0] == "| Tieto | Aika |\n| --- | --- |\n| Laskut | kuusi vuotta |\n| Viestit | vuosi |"


def test_the_columns_of_a_table_are_topics() -> None:
    text = "## Mitä teemme\n\n| Tarkoitus | Oikeusperuste | Säilytysaika |\n|---|---|---|\n| Laskutus | sopimus | 6 v |\n"
    covers = outline_of(imported(text, "text/markdown"))[0][1]
    assert set(covers) >= {"purposes", "legal_basis", "retention"}


def test_the_fields_of_a_table_are_no_topics() -> None:
    rows = "<tr><td>Nimi</td><td>Kivikasa Oy</td></tr><tr><td>Y-tunnus</td><td>1234567-1</td></tr>"
    found = imported(f"<h1>Tietosuojaseloste</h1><h2>Rekisterinpitäjä</h2><table>{rows}</table>", "text/html")
    assert outline_of(found) == [("Rekisterinpitäjä", ["controller"])]


def test_a_numbered_list_is_no_outline() -> None:
    text = (
        "Seloste\n\n1. Rekisterinpitäjä\nKivikasa Oy\n\n2. Käsittelyn tarkoitus\nTietoja käytetään:\n\n"
        "1. Tilausten toimitukseen.\n2. Laskutukseen ja perintään.\n3. Markkinointiin.\n\n3. Säilytysaika\nKuusi vuotta.\n"
    )
    found = imported(text)
    assert [heading for heading, _ in outline_of(found)] == ["Rekisterinpitäjä", "Käsittelyn tarkoitus", "Säilytysaika"]
    assert "2. Laskutukseen" in bodies(found)[1].replace("\\", "")


def test_rights_in_a_list_are_no_headings() -> None:
    text = (
        "1. Rekisterinpitäjä\nKivikasa Oy\n\n2. Säilytysaika\nKuusi vuotta.\n\n3. Rekisteröidyn oikeudet\n\n1. Tarkastusoikeus\n"
        "2. Oikaisuoikeus\n3. Vastustamisoikeus\n4. Rajoittamisoikeus\n"
    )
    found = imported(text)
    assert [heading for heading, _ in outline_of(found)] == ["Rekisterinpitäjä", "Säilytysaika", "Rekisteröidyn oikeudet"]
    assert set(outline_of(found)[2][1]) == {"rights", "rights_access", "rights_rectification", "rights_objection", "rights_restriction"}


def test_fields_of_an_address_are_no_headings() -> None:
    text = f"Rekisterinpitäjä: Kivikasa Oy\nOsoite: Kivitie 1\nPuhelin: 09 555 0123\n\nRekisterin nimi: Asiakkaat\n\nSäilytysaika: {KEPT}"
    found = imported(text)
    assert [heading for heading, _ in outline_of(found)] == ["Rekisterinpitäjä", "Rekisterin nimi", "Säilytysaika"]
    assert bodies(found)[0] == "Kivikasa Oy\\\nOsoite: Kivitie 1\\\nPuhelin: 09 555 0123"
    assert found.content.register_name == {"fi": "Asiakkaat"}


def test_an_address_is_no_heading() -> None:
    text = (
        "Tarkastusoikeus\n\nPyyntö lähetetään osoitteella:\n\nKivikasa Oy\n\nKivitie 1\n\n00100 Helsinki\n\nSäilytysaika\n\nKuusi vuotta.\n"
    )
    assert [heading for heading, _ in outline_of(imported(text))] == ["Tarkastusoikeus", "Säilytysaika"]


def test_questions_are_headings_though_nobody_knows_them() -> None:
    text = (
        "Kuka tiedoista vastaa?\n\nKivikasa Oy\n\nMitä tietoja meillä on?\n\nNimi ja osoite.\n\nKuinka kauan?\n\nKuusi vuotta.\n\n"
        "Onko aita punainen?\n\nMaali oli halpaa, ja sitä oli paljon.\n"
    )
    assert outline_of(imported(text))[-1] == ("Onko aita punainen?", ["other"])


def test_subsections_of_security() -> None:
    security = "2. Rekisterin suojaus\n\nA) Manuaalinen aineisto\nLukossa.\n\nB) Sähköinen aineisto\nSalasanan takana.\n"
    text = f"1. Rekisterinpitäjä\nKivikasa Oy\n\n{security}"
    assert outline_of(imported(text))[1:] == [
        ("Rekisterin suojaus", ["security"]),
        ("Manuaalinen aineisto", ["security"]),
        ("Sähköinen aineisto", ["security"]),
    ]


def test_a_heading_below_a_heading() -> None:
    text = "## Rekisteröidyn oikeudet\n\n### Oikaisu\n\nVirheet korjataan.\n\n### Kukat\n\nNiitä kastellaan.\n\n## Evästeet\n\nEi ole.\n"
    found = imported(text, "text/markdown")
    assert [heading for heading, _ in outline_of(found)] == ["Rekisteröidyn oikeudet", "Oikaisu", "Evästeet"]
    assert bodies(found)[1] == "Virheet korjataan.\n\n### Kukat\n\nNiitä kastellaan."


def test_what_a_text_tells_and_no_heading_names() -> None:
    rights = "3. Rekisteröidyn oikeudet\nVoit pyytää tietojesi poistamista. Voit valittaa tietosuojavaltuutetulle.\n"
    text = f"1. Rekisterinpitäjä\n{NAME}\n\n2. Tietolähteet\nTiedot saadaan asiakkaalta itseltään. {KEPT}\n\n{rights}"
    assert outline_of(imported(text))[1:] == [
        ("Tietolähteet", ["sources", "retention"]),
        ("Rekisteröidyn oikeudet", ["rights", "rights_erasure", "complaint"]),
    ]


def test_what_a_heading_names_is_told_there() -> None:
    cookies = "3. Evästeet\nSivusto käyttää evästeitä, jotka säilyvät kaksi vuotta.\n"
    text = f"1. Tietolähteet\nTiedot saadaan asiakkaalta. {KEPT}\n\n2. Säilytysaika\n{KEPT}\n\n{cookies}"
    assert outline_of(imported(text)) == [
        ("Tietolähteet", ["sources"]),
        ("Säilytysaika", ["retention"]),
        ("Evästeet", ["cookies_analytics"]),
    ]


def test_combined_headings() -> None:
    text = "1. Käsittelyn tarkoitus ja oikeusperuste\nSopimus.\n\n2. Tietojen luovutukset ja siirrot\nEi luovuteta.\n"
    assert outline_of(imported(text)) == [
        ("Käsittelyn tarkoitus ja oikeusperuste", ["purposes", "legal_basis"]),
        ("Tietojen luovutukset ja siirrot", ["recipients", "transfers"]),
    ]


def test_a_signature_line_dates_the_notice_and_stays() -> None:
    text = f"Seloste\n\n1. Rekisterinpitäjä\n{NAME}\n\n2. Säilytysaika\n{KEPT}\n\nEspoossa 25.5.2018\nKivikasa Oy\n"
    found = imported(text)
    assert outline_of(found)[-1] == ("Säilytysaika", ["retention", "date"])
    assert bodies(found)[-1].endswith("Espoossa 25.5.2018\\\nKivikasa Oy")


def test_what_stands_before_the_first_heading() -> None:
    before = "Tietosuojaseloste\n\nPäivitetty 1.2.2024\n\nTässä kerromme, miten pidämme asiakkaistamme huolta.\n\n"
    text = f"{before}1. Rekisterinpitäjä\n{NAME}\n\n2. Säilytysaika\n{KEPT}"
    found = imported(text)
    assert (found.content.sections[0].id, found.content.sections[0].covers) == ("intro", ["date", "intro"])
    assert found.content.sections[0].heading == {}


def test_what_is_left_of_a_page_is_kept_apart() -> None:
    found = imported(f"Hyppää sisältöön\n\nTietosuojaseloste\n\n1. Rekisterinpitäjä\n{NAME}\n\n2. Säilytysaika\n{KEPT}\n\nSulje")
    assert found.content.title == {"fi": "Tietosuojaseloste"}
    assert outline_of(found)[-1] == ("", ["other"])
    assert bodies(found)[-1] == "Hyppää sisältöön\n\nSulje"
    assert [(other.excerpt, other.words) for other in found.report.other] == [("Hyppää sisältöön\n\nSulje", 3)]
    assert 0 < found.report.other_share < 0.3
    assert {"TN073"} == {finding.code for finding in found.findings}


def test_the_same_topic_twice_has_two_ids() -> None:
    found = imported("1. Säilytysaika\nKuusi vuotta.\n\n2. Säilytysajat\nVuosi.\n\n3. Evästeet\nEi ole.\n")
    assert [section.id for section in found.content.sections] == ["retention", "retention-2", "cookies_analytics"]


def test_a_number_left_out_is_told() -> None:
    found = imported("1. Rekisterinpitäjä\nKivikasa Oy\n\n2. Säilytysaika\nKuusi vuotta.\n\n4. Evästeet\nEi ole.\n")
    assert [(finding.code, finding.section, finding.excerpt) for finding in found.findings] == [("TN075", "cookies_analytics", "2. … 4.")]


def test_a_label_that_repeats_is_a_field() -> None:
    cookies = "## Evästeet\n\nNimi: _a\nTarkoitus: tilastot\nSäilytysaika: 2 v\n\nNimi: _b\nTarkoitus: kieli\nSäilytysaika: 1 v\n\n"
    text = cookies + "## Säilytysaika\n\n6 v.\n\n## Tietolähteet\n\nItse.\n\n## Valitus\n\nVoit valittaa.\n"
    assert [heading for heading, _ in outline_of(imported(text, "text/markdown"))] == [
        "Evästeet",
        "Säilytysaika",
        "Tietolähteet",
        "Valitus",
    ]


def test_the_language_is_found_out() -> None:
    assert (
        imported("# Dataskyddsbeskrivning\n\nVi behandlar uppgifter om dig och dina vänner.", "text/markdown", None).report.language == "sv"
    )
    assert imported("# Privacy notice\n\nWe process the data of our customers.", "text/markdown", None).report.language == "en"


def test_a_representative_in_the_union() -> None:
    text = "1. Controller's representative\nAnna Example, anna@example.org\n\n2. Storage period\nSix years.\n\n3. Sources\nYou.\n"
    assert outline_of(imported(text, language="en"))[0] == ("Controller's representative", ["contact"])
    text = text.replace("Anna Example, anna@example.org", "Our representative in the Union under Article 27 is Example Oy.")
    assert "representative" in outline_of(imported(text, language="en"))[0][1]


def test_a_line_of_signs_below_a_heading() -> None:
    found = imported("Tietosuojaseloste\n=====\n\nKuka kirjaa\n-----\nMalli ry\n\nMitä vihossa lukee\n-----\nNimi ja osoite.\n")
    assert [heading for heading, _ in outline_of(found)] == ["Kuka kirjaa", "Mitä vihossa lukee"]
    assert bodies(found) == ["Malli ry", "Nimi ja osoite."]


def test_a_question_with_its_answer_in_the_same_line() -> None:
    lines = (
        "Vem? Kören rf.",
        "Varför? För att skicka noter.",
        "Vad? Namn.",
        "Varifrån? Av dig.",
        "Till vem – Ingen.",
        "Hur länge? Ett år.",
    )
    headed = outline_of(imported("Körens register\n\n" + "\n\n".join(lines)))
    assert [covers[0] for _, covers in headed] == ["controller", "purposes", "data_categories", "sources", "recipients", "retention"]


def test_bullets_that_head_their_text_and_rights_that_do_not() -> None:
    topics = "# Notice\n\n- **Controller:** Fern Oy\n- **Why:** to book\n- **Data:** name\n- **From where:** you\n- **How long:** a year\n"
    assert [covers for _, covers in outline_of(imported(topics, "text/markdown"))][:2] == [["controller"], ["purposes"]]
    rights = "## Your rights\n\n- **Access:** ask us.\n- **Erasure:** ask us.\n- **Rectification:** ask us.\n- **Objection:** ask us.\n"
    assert [heading for heading, _ in outline_of(imported(rights, "text/markdown"))] == ["Your rights"]


def test_rights_named_in_lines_below_their_heading_are_its_list() -> None:
    rights = "Insyn: du får en kopia.\nRättelse: fel rättar vi.\nRadering: på begäran.\nSamtycke: kan återkallas när som helst."
    text = f"Vem ansvarar för uppgifterna?\n\nStenhögen rf\n\nDet här kan du kräva av oss\n\n{rights}\n\nHur länge?\n\nTio år."
    found = imported(text, language="sv")
    assert [heading for heading, _ in outline_of(found)] == ["Vem ansvarar för uppgifterna?", "Det här kan du kräva av oss", "Hur länge?"]
    granted = {"rights", "rights_access", "rights_rectification", "rights_erasure", "rights_withdraw_consent"}
    assert granted <= set(outline_of(found)[1][1])


def test_a_label_below_a_heading_on_the_same_is_its_text() -> None:
    text = f"Rekisterinpitäjä\n\n{NAME}\n\nSäilytysaika\n\n{KEPT}\n\nOletko tyytymätön?\n\nValvontaviranomainen: tietosuojavaltuutettu."
    found = imported(text)
    assert outline_of(found)[-1] == ("Oletko tyytymätön?", ["complaint"])
    assert bodies(found)[-1] == "Valvontaviranomainen: tietosuojavaltuutettu."


def test_headings_of_another_manner_stand_below_an_empty_one() -> None:
    below = "2.1 Ajanvaraus ja laskutus\nHoitosopimus.\n\n2.2 Muistutus\nOma toiveesi.\n\n2.3 Suostumus\nKuviin."
    text = f"1. REKISTERINPITÄJÄ\n{NAME}\n\n2. MITÄ VARTEN JA MILLÄ PERUSTEELLA\n\n{below}\n\n3. SÄILYTYSAIKA\n{KEPT}\n\n4. SUOJAUS\nLukko."
    covers = dict(outline_of(imported(text)))
    assert set(covers["Ajanvaraus ja laskutus"]) == set(covers["Muistutus"]) == {"purposes", "legal_basis"}
    assert covers["Suostumus"] == ["consent"]
    assert covers["SÄILYTYSAIKA"] == ["retention"]
    listed = text.replace(below, "2.1 Ajanvaraus\n2.2 Laskutus")
    assert "Ajanvaraus" not in dict(outline_of(imported(listed)))


def test_a_date_that_ends_the_notice_is_one() -> None:
    text = f"Rekisterinpitäjä: {NAME}\n\nOikeutesi\n\nSaat tarkastaa tietosi.\n\nPäivitetty: 1.2.2024"
    assert outline_of(imported(text))[-1] == ("Päivitetty", ["date"])


def test_only_a_heading_makes_processors_and_consent_topics_of_their_own() -> None:
    told = "Tilitoimisto käsittelee tietoja lukuumme.\n\n3. Peruste\nKäsittelemme tietoja suostumuksesi perusteella."
    text = f"1. Rekisterinpitäjä\n{NAME}\n\n2. Kenelle tietoja annetaan?\n{told}\n\n4. Alihankkijat\nOhjelman toimittaja.\n\n5. Suostumus\n"
    covers = dict(outline_of(imported(text)))
    assert covers["Kenelle tietoja annetaan?"] == ["recipients"]
    assert covers["Peruste"] == ["legal_basis"]
    assert covers["Alihankkijat"] == ["recipients", "processors"]
    assert covers["Suostumus"] == ["consent"]


def test_numbers_without_a_point_head_what_nobody_knows() -> None:
    found = imported(
        "Policy\n\n§ 1 Vem är vi\nMalli Ab\n\n§ 2 Ändamål\nVård.\n\n§ 3 Blommor och bin\nDe vattnas.\n\n§ 4 Mottagare\nIngen.\n"
    )
    assert [heading for heading, _ in outline_of(found)] == ["Vem är vi", "Ändamål", "Blommor och bin", "Mottagare"]


def test_roman_numbers_head_what_nobody_knows_and_a_word_is_no_number() -> None:
    headings = "".join(f"<h2>{heading}</h2><p>Kivikasa Oy</p>" for heading in ("I Controller", "IV Odds and ends", "I agree"))
    found = imported(f"<h1>Privacy notice</h1>{headings}", "text/html", "en")
    assert [heading for heading, _ in outline_of(found)] == ["Controller", "Odds and ends", "I agree"]


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("Etusivu » Tietosuoja", "Tietosuojaseloste – pajan asiakkaat"),
        ("Etusivu > Yritys > Tietosuoja", "Tietosuojaseloste"),
        ("Kuusiston seurakunta", "Tietosuojailmoitus: kerhot ja leirit"),
        ("Kivikasa Oy\nKivitie 3, 00100 Helsinki", "Tietosuojaseloste"),
    ],
)
def test_the_title_is_the_notices_own(above: str, title: str) -> None:
    found = imported(f"{above}\n{title}\n\n1. Rekisterinpitäjä\n{NAME}\n\n2. Säilytysaika\n{KEPT}")
    assert found.content.title == {"fi": title}


def test_a_row_of_two_topics_heads_a_table() -> None:
    table = "| Vad vi vill uppnå | Rättslig grund |\n| --- | --- |\n| Sköta kontot | Avtal |\n| Ta betalt och bokföra | Bokföringslagen |"
    found = imported(f"# Dataskydd\n\n## Varför får vi göra det?\n\n{table}\n\n## Klaga\n\nDu kan klaga.", "text/markdown", "sv")
    assert outline_of(found)[0] == ("Varför får vi göra det?", ["legal_basis", "purposes"])


def test_what_has_a_column_of_its_own_is_told_in_full() -> None:
    table = "| Mitä varten | Mitä tietoja | Säilytys |\n|---|---|---|\n| Laskutus | nimi ja osoite | 6 vuotta |"
    found = imported(f"# Tietosuoja\n\n## Tarkoitukset ja säilytys\n\n{table}\n\n## Lähteet\n\nItseltäsi.", "text/markdown")
    assert set(outline_of(found)[0][1]) == {"purposes", "retention", "data_categories"}


def test_labels_in_bold_head_as_bold_lines_do() -> None:
    bold = [("Rekisterinpitäjä", NAME), ("Rekisterin nimi", "Asiakkaat"), ("Tietolähteet", "Asiakas itse."), ("Säilytysaika", KEPT)]
    lines = "".join(f"<p><strong>{heading}</strong><br>{text}</p>" for heading, text in bold)
    found = imported(
        f"<h1>Tietosuojaseloste</h1>{lines}<p><strong>Yhteyshenkilö:</strong> Maija Malli</p><p><strong>Laadittu:</strong> 1.2.2024</p>",
        "text/html",
    )
    assert outline_of(found)[-2:] == [("Yhteyshenkilö", ["contact"]), ("Laadittu", ["date"])]


def test_a_bold_number_without_its_sisters_heads_a_section() -> None:
    parts = ["**1.1 Rekisterinpitäjä**\n\n" + NAME, "**1.2 Säilytysaika**\n\n" + KEPT, "**2.1 Tietolähteet**\n\nAsiakas itse."]
    found = imported("\n\n".join(["# Tietosuoja", *parts, "**3 Automatiikka**\n\nEmme profiloi."]), "text/markdown")
    assert outline_of(found)[-1] == ("Automatiikka", ["automated_decisions"])


def test_who_answers_for_the_register_is_its_controller_where_another_is_asked() -> None:
    rows = ["Rekisteristä vastaa: Juhani Malli, 050 555 0101", "Keneltä voi kysyä: Maija Malli", "Rekisterin nimi: Asiakkaat"]
    text = "\n".join(["Tietosuojaseloste\n", *rows, "Säilytysaika: 2 vuotta"])
    found = imported(text)
    assert outline_of(found)[:2] == [("Rekisteristä vastaa", ["controller"]), ("Keneltä voi kysyä", ["contact"])]
    assert found.facts.controller.name == "Juhani Malli"
    alone = imported(text.replace("Keneltä voi kysyä", "Rekisterinpitäjä"))
    assert outline_of(alone)[:2] == [("Rekisteristä vastaa", ["contact"]), ("Rekisterinpitäjä", ["controller"])]
