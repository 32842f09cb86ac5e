"""How identifiers are written and compared: names, Finnish business ids, domains."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fi import ytunnus

from tenants.directory import NotAnIdentifier, business_id, domain, fold_name, parents

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
        ("https://shop.example.org\\@other.example.com", "shop.example.org"),
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
    assert parents("org") == []
