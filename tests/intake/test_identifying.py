"""How identifiers are written and compared: names, Finnish business ids, domains."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fi import ytunnus

from tenants.directory import place_in
from tenants.identifiers import NotAnIdentifier, business_id, domain, is_like_business_id, parents, typed_business_ids, typed_host
from tenants.naming import fold_name, loosely
from tenants.resembling import likeness, parts, stems

FINNISH = st.text("abcdefghijklmnopqrstuvwxyzåäöšž0123456789", min_size=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Advanced Oy", "ADVANCED  OY."),
        ("ASG -Advanced Solutions Oy", "asg - advanced\u00a0solutions oy"),
        ("Mäkelä & Pojat Ky", "MA\u0308KELA\u0308 – Pojat, Ky"),
        ("Ｆｕｌｌｗｉｄｔｈ Oy", "fullwidth oy"),
        ("Straße GmbH", "STRASSE GMBH"),
    ],
)
def test_names_that_read_alike_are_one(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Särki Oy", "Sarki Oy"), ("Kivi Oy", "Kivi Ky"), ("A B Oy", "AB Oy"), ("Oy Kivi", "Kivi Oy"), ("Kivi 1", "Kivi 2")]
)
def test_names_that_read_differently_are_two(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


@given(FINNISH, st.sampled_from([" ", "-", ".", "  ", "\u00a0", "\u2009", "/", "\n"]), FINNISH)
def test_case_and_what_stands_between_words_make_no_difference(one: str, between: str, other: str) -> None:
    expected = f"{one} {other}"
    for written in (one + between + other, f"{one}{between}{other}".upper(), unicodedata.normalize("NFD", one + between + other)):
        assert fold_name(written) == expected


def test_a_name_of_signs_alone_folds_to_nothing() -> None:
    assert fold_name("- . – !\u200b") == ""


@pytest.mark.parametrize(
    "written", ["1234567-1", "12345671", "FI12345671", "fi 1234567-1", " 1234567\u00a0-\u00a01 ", "FI-12345671", "1.234.567-1"]
)
def test_a_finnish_business_id_is_read_as_it_is_written(written: str) -> None:
    assert business_id(written, "FI") == "1234567-1"


@pytest.mark.parametrize("number", ["1103249-7", "2192407-7", "0859365-6", "1790346-8", "3143089-8", "3242728-7"])
def test_check_digits_that_fit_are_taken(number: str) -> None:
    assert business_id(number, "FI") == number


@pytest.mark.parametrize(
    "wrong",
    ["1234567-8", "1103249-8", "110324-8", "11032497-7", "", "FI", "SE1234567-1", "123456a-1", "١٢٣٤٥٦٧-١", "1234567-1; DROP TABLE"],
)
def test_what_is_no_finnish_business_id_is_refused_in_words(wrong: str) -> None:
    with pytest.raises(NotAnIdentifier, match="is not a Finnish business id"):
        business_id(wrong, "FI")


def test_an_old_number_of_six_digits_gets_its_zero() -> None:
    assert business_id("859365-6", "FI") == "0859365-6"


@given(st.from_regex(r"[0-9]{7}-[0-9]", fullmatch=True))
def test_exactly_the_ids_with_a_fitting_check_digit_are_taken(number: str) -> None:
    if ytunnus.is_valid(number):
        assert business_id(number, "FI") == number
    else:
        with pytest.raises(NotAnIdentifier):
            business_id(number, "FI")


def test_another_countrys_id_is_kept_as_it_is() -> None:
    assert business_id(" 556036-0793 ", "SE") == "556036-0793"
    assert business_id("hrb 1234", "DE") == "HRB1234"
    with pytest.raises(NotAnIdentifier):
        business_id("a/b", "SE")


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("shop.example.org", "shop.example.org"),
        (" HTTPS://Shop.Example.Org:8443/a?b=c#d ", "shop.example.org"),
        ("https://user:word@shop.example.org/x", "shop.example.org"),
        ("https://shop.example.org/@other.example.com", "shop.example.org"),
        ("https://shop.example.org?next=a@other.example.com", "shop.example.org"),
        ("https://shop.example.org#@other.example.com", "shop.example.org"),
        ("service@shop.example.org", "shop.example.org"),
        ("shop.example.org.", "shop.example.org"),
        ("MÄKI.example.org", "xn--mki-qla.example.org"),
        ("xn--mki-qla.example.org", "xn--mki-qla.example.org"),
    ],
)
def test_a_domain_is_the_host_in_ascii(written: str, host: str) -> None:
    assert domain(written) == host


@pytest.mark.parametrize(
    "wrong",
    ["", "localhost", "192.0.2.1", "[2001:db8::1]", "a..b", "-a.example.org", "a" * 64 + ".org", "a b.example.org", "https://", "@"],
)
def test_what_is_no_domain_is_refused_in_words(wrong: str) -> None:
    with pytest.raises(NotAnIdentifier, match="is not a domain"):
        domain(wrong)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_domain_or_is_not(text: str) -> None:
    try:
        host = domain(text)
    except NotAnIdentifier:
        return
    assert domain(host) == host
    assert domain(f"https://{host}/{text}") == host


def test_a_host_belongs_to_the_domains_above_it() -> None:
    assert parents("mail.shop.example.org") == ["mail.shop.example.org", "shop.example.org", "example.org"]
    assert parents("shop.example.co.uk") == ["shop.example.co.uk", "example.co.uk"]
    for everybodys in ("org", "co.uk", "github.io"):
        assert parents(everybodys) == []
    for everybodys in ("co.uk", "github.io"):
        with pytest.raises(NotAnIdentifier, match="under which anybody may have one"):
            domain(everybodys)


@pytest.mark.parametrize("written", ["https://shop.example.org\\@other.example.com", "https://a@shop.example.org@other.example.com"])
def test_an_address_that_reads_in_two_ways_names_nobody(written: str) -> None:
    for read in (domain, typed_host):
        with pytest.raises(NotAnIdentifier, match="two hosts"):
            read(written)


@pytest.mark.parametrize(
    "typed",
    [
        "shop.example.org",
        "HTTPS://SHOP.EXAMPLE.ORG/a?b=c",
        "htttps://shop.example.org",
        "http//shop.example.org",
        "https:\\\\shop.example.org",
        "//shop.example.org/x",
        "<https://shop.example.org/>",
        "shop.example.org,",
        "Address: shop.example.org",
        "mailto:info@shop.example.org",
        "info(at)shop.example.org",
        "info [at] shop.example.org",
        'From: "The Shop" <info@shop.example.org>',
    ],
)
def test_a_host_is_read_out_of_what_is_typed(typed: str) -> None:
    assert typed_host(typed) == "shop.example.org"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "shop",
        "my shop.example.org",
        "a.example.org b.example.org",
        "shop.example.org\u200b",
        "sho\u202ep.example.org",
        "https://%2f.example",
    ],
)
def test_what_is_no_one_address_is_no_host(typed: str) -> None:
    with pytest.raises(NotAnIdentifier):
        typed_host(typed)


def test_a_sharp_s_is_another_host_than_two() -> None:
    """IDNA 2008: they can belong to two owners."""
    assert domain("straße.example.org") == "xn--strae-oqa.example.org"


@pytest.mark.parametrize(
    ("typed", "finnish"),
    [
        ("Y-tunnus: 1234567-1", "1234567-1"),
        ("VAT FI12345671", "1234567-1"),
        ("FO-nummer 1234567\u20111", "1234567-1"),
        ("Business ID 859365 - 6", "0859365-6"),
        ("EE12345671", None),
        ("1234567-8", None),
        ("12345\u202e67-1", None),
        ("my id is 1234567-1 I think", None),
    ],
)
def test_a_business_id_is_read_out_of_what_is_typed(typed: str, finnish: str | None) -> None:
    assert typed_business_ids(typed)[0] == finnish


def test_what_looks_like_a_business_id_in_a_field_for_names_is_one() -> None:
    assert all(map(is_like_business_id, ("1234567-1", "fi12345671", "Y-tunnus 1234567-1", "859365-6")))
    assert not any(map(is_like_business_id, ("Kivi 1234567-1 Oy", "24", "112", "12345678901")))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kuva & Kielo Oy", "KUVA JA KIELO OY AB"),
        ("Kuva & Kielo Oy", "kuva och kielo"),
        ("ASG -Advanced Solutions Oy", "Oy ASG Advanced Solutions Ab"),
        ("Kaisla\u00advirta Oy", "Kaislavirta O.Y."),
        ("Kaislavirta Oy", "Kaisla virta, osakeyhtiö"),
        ("As Oy Kaislarinne 5", "Asunto-osakeyhtiö Kaislarinne 5"),
        ("Tmi Pilvi Kuvaaja", "Pilvi Kuvaaja t:mi"),
        ("Kaislan Kuoro ry", "kaislan kuoro r.y."),
        ("Mökkimäyrä Oy", "Mokkimayra Oy"),
    ],
)
def test_names_that_may_be_one_loosely(one: str, other: str) -> None:
    name, typed = loosely(one), loosely(other)
    assert name is not None
    assert typed is not None
    assert typed.may_mean(name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Kaislavirta ry", "Kaislavirta Oy"),
        ("Särki Oy", "Sarki Oy"),
        ("Kuva Kielo Oy", "Kuva & Kielo Oy"),
        ("As Oy Kaislarinne 5", "Kiinteistö Oy Kaislarinne 5"),
        ("Kaislavirt\u0430 Oy", "Kaislavirta Oy"),
        ("Kaisla Fastighets Ab", "Kaisla Ab"),
    ],
)
def test_names_that_are_not_one_even_loosely(typed: str, name: str) -> None:
    read, written = loosely(typed), loosely(name)
    assert read is not None
    assert written is not None
    assert not read.may_mean(written)


@pytest.mark.parametrize("nothing", ["", "Oy", "Ab/Oy", "& ja och", "\u202eyO atrivalsiaK", "Kaisla\u200bvirta Oy", "Kaisla\0virta"])
def test_what_holds_no_name_or_hides_something_is_compared_with_none(nothing: str) -> None:
    assert loosely(nothing) is None
    assert parts(nothing) == set()


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_as_a_name_without_fail(text: str) -> None:
    if (found := loosely(text)) and found.forms == frozenset():
        assert found.may_mean(found)
    assert all(len(key) >= 3 for key in parts(text))


@pytest.mark.parametrize("typed", ["kaislavirralle", "kaislavirrasta", "kaislavirran", "kaislavirta", "kaislavitra", "kaislavirtas"])
def test_a_slip_and_an_inflected_form_are_like_the_name(typed: str) -> None:
    assert likeness(typed, {typed, *stems(typed)}, "kaislavirta") > likeness(typed, {typed, *stems(typed)}, "kaislaranta")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("Esimerkkikatu 1, 00100 Helsinki", "Helsinki"),
        ("Exempelgatan 2\nFI-20100 ÅBO", "ÅBO"),
        ("Kyrkogatan 3\n111 22 Stockholm\nSverige", "Stockholm"),
        ("PL 12, 31640 Humppila as.", "Humppila as."),
        ("Somewhere", None),
        ("", None),
    ],
)
def test_the_town_stands_behind_the_postal_code(address: str, place: str | None) -> None:
    assert place_in(address) == place
