"""How code, names and the space between them can be spelled so that a filter does not know them and a browser does."""

import base64
from collections.abc import Callable

Maker = Callable[[str], str]
"""From the code to run, `trap(7)`, to a text that tries to run it."""
Pattern = str | Maker
"""A plain one has `§` where the code belongs."""
EVIL = "https://evil.example"


def filled(pattern: Pattern, code: str) -> str:
    return pattern.replace("§", code) if isinstance(pattern, str) else pattern(code)


def letters(code: str, form: str) -> str:
    return "".join(form.format(ord(letter)) for letter in code)


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CODES: dict[str, Maker] = {
    "plain": str,
    "decimal": lambda code: letters(code, "&#{};"),
    "hexadecimal": lambda code: letters(code, "&#x{:X};"),
    "padded": lambda code: letters(code, "&#{:07};"),
    "without semicolons": lambda code: letters(code, "&#{}"),
    "named": lambda code: code.replace("(", "&lpar;").replace(")", "&rpar;"),
    "escaped name": lambda code: f"\\u0074{code[1:]}",
    "escaped name in braces": lambda code: f"\\u{{74}}{code[1:]}",
    "by parts": lambda code: f"top['tr'+'ap']{code[4:]}",
    "comment inside": lambda code: code.replace("(", "/**/("),
    "char codes": lambda code: f"Function(String.fromCharCode({','.join(str(ord(letter)) for letter in code)}))()",
    "base64": lambda code: f"Function(atob('{base64_of(code)}'))()",
    "without parentheses": lambda code: f"Function`x${{'{code[:4]}\\x28{code[5:-1]}\\x29'}}```",
    "in a handler of errors": lambda code: f"onerror=eval;throw'=1;{code}'",
}
CASES: tuple[Maker, ...] = (str, str.upper, lambda text: "".join(a.upper() if at % 2 else a for at, a in enumerate(text)), str.title)
SEPARATORS = (" ", "/", "\t", "\n", " / ", "\r", " x=y ", ' "" ', "\x0c", "\x0b", "\u00a0", "\n\n")
QUOTES = ('"', "'", "", '"', "'", "`")
ENDINGS = (">", "/>", " >", "", "<", "\n>", "//")
