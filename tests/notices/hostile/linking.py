"""Addresses that run code or lead where they should not, in everything that can hold an address; and texts that try to leave the
attribute in which they are put."""

import itertools
from collections.abc import Iterator
from functools import partial

from tests.notices.hostile.carrying import turning
from tests.notices.hostile.spelling import CASES, Pattern, base64_of, filled, letters

SCHEMES: tuple[Pattern, ...] = (
    *(f"{case('javascript')}:§" for case in CASES),
    " javascript:§",
    "\u00a0javascript:§",
    "\x01javascript:§",
    "\x1fjavascript:§",
    "java\tscript:§",
    "java\nscript:§",
    "java\rscript:§",
    "java\x00script:§",
    "java\\script:§",
    "javascript\t:§",
    "java&Tab;script:§",
    "java&NewLine;script:§",
    "java&#9;script&#10;:§",
    "&#1;&#x20;javascript:§",
    "javascript&colon;§",
    "javascript&#58;§",
    "javascript&#x0003A§",
    "&#106;&#97vascript:§",
    lambda code: letters(f"javascript:{code}", "&#{};"),
    lambda code: letters(f"javascript:{code}", "&#x{:x};"),
    "javascript&amp;colon;§",
    "javascript%3A§",
    "%6Aavascript:§",
    "\\6a avascript:§",
    "\\u006aavascript:§",
    "ｊａｖａｓｃｒｉｐｔ:§",
    "javaſcript:§",
    "javascript：§",
    "java\u200bscript:§",
    "java\u00adscript:§",
    "javascript://example.org/%0a§",
    "javascript://%E2%80%A8§",
    "javascript:/*https://example.org/*/§",
    "javascript:void(https='mailto:'),§",
    "javascript:'<script>§</script>'",
    "vbscript:§",
    "livescript:§",
    "data:text/html,<script>§</script>",
    lambda code: f"data:text/html;base64,{base64_of(f'<script>{code}</script>')}",
    "DATA:text/html;charset=utf-7,+ADw-script+AD4-§+ADw-/script+AD4-",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='§'/>",
    "data:application/xhtml+xml,<x:script xmlns:x='http://www.w3.org/1999/xhtml'>§</x:script>",
    "data:,§",
    "blob:https://example.org/§",
    "filesystem:https://example.org/temporary/§",
    "view-source:javascript:§",
    "feed:javascript:§",
    "jar:javascript:§!/",
    "about:blank#§",
    "file:///etc/passwd?§",
    "//evil.example/§",
    "\\\\evil.example\\§",
    "/\\evil.example/§",
    "http://evil.example/§",
    "ws://evil.example/§",
    "https:javascript:§",
    "https:javascript&colon;§",
    "mailto:javascript:§",
    "tel:javascript:§",
    "mailto:a@example.org?body=<script>§</script>",
    'https://example.org/"onmouseover="§',
    "https://example.org/'onmouseover='§",
    "https://example.org/`onmouseover=§",
    "https://example.org/&quot;onmouseover=&quot;§",
    "https://example.org/%22onmouseover=%22§",
    'https://example.org/"><img/src=x/onerror=§>',
    "https://example.org/&quot;&gt;&lt;img/src=x/onerror=§&gt;",
    "https://[§]/",
    "https://javascript:§@example.org/",
)

HTML = (
    '<a href="{}">x</a>',
    "<a href='{}'>x</a>",
    "<a href={}>x</a>",
    "<a\nhref\n=\n'{}'\n>x</a>",
    '<A HREF="{}" TARGET=_blank>x</A>',
    '<a href="https://example.org/" href="{}">x</a>',
    '<map name=m><area shape=default href="{}"></map><img usemap=#m src=x>',
    '<iframe src="{}"></iframe>',
    '<frameset><frame src="{}"></frameset>',
    '<object data="{}"></object>',
    '<object><param name=movie value="{}"></object>',
    '<embed src="{}">',
    '<img src="{}">',
    '<input type=image src="{}">',
    '<video src="{}" poster="{}"></video>',
    '<form action="{}"><button>x</button></form>',
    '<form><button formaction="{}">x</button></form>',
    '<link rel=stylesheet href="{}">',
    '<base href="{}"><a href="#">x</a>',
    '<meta http-equiv=refresh content="0;url={}">',
    '<svg><a xlink:href="{}"><text y=9>x</text></a></svg>',
    '<svg><a href="{}"><text y=9>x</text></a></svg>',
    '<svg><image xlink:href="{}"/></svg>',
    '<svg><use href="{}#x"/></svg>',
    '<svg><a><set attributeName=href to="{}"/><text y=9>x</text></a></svg>',
    '<math href="{}"><mtext>x</mtext></math>',
    '<script src="{}"></script>',
    '<blockquote cite="{}"><q cite="{}">x</q></blockquote>',
    '<body background="{}">',
    '<a ping="{}" href="https://example.org/">x</a>',
)
MARKDOWN = (
    "[x]({})",
    "[x](<{}>)",
    "[x]( {} )",
    "[x](\n{}\n)",
    "[x]({} 'x')",
    "<{}>",
    "{}",
    "[x][r]\n\n[r]: {}",
    "[r]\n\n[r]: <{}>\n  'x'",
    "![x]({})",
    "![x](<{}>)",
    "![r]\n\n[r]: {}",
    "[![x]({})]({})",
    "[![x](https://example.org/x.png)]({})",
    "# [x]({})",
    "- > **[*x*]({})**",
    "| [x]({}) |\n|---|\n| ![x]({}) |",
    '[x]({} "https://example.org")',
    "[https://example.org/]({})",
    "[x](https://example.org/)[x]({})",
    "[a [b]({}) c]({})",
    "[x]({}\\)",
    "![![x]({})]({})",
    "<a href='{}'>\n\n[x]({})\n\n</a>",
)


def in_html() -> Iterator[Pattern]:
    return _paired(HTML, 4)


def in_markdown() -> Iterator[Pattern]:
    return _paired(MARKDOWN, 6)


def _paired(carriers: tuple[str, ...], each: int) -> Iterator[Pattern]:
    """Every scheme in `each` carriers, other ones for the next."""
    turn = turning(carriers)
    for scheme in SCHEMES:
        for carrier in itertools.islice(turn, each):
            yield partial(_put, carrier, scheme)
        next(turn)


def _put(carrier: str, scheme: Pattern, code: str) -> str:
    return carrier.replace("{}", filled(scheme, code))


QUOTES = ('"', "'", "`", "&quot;", "&#34;", "&#x27;", "%22", '\\"', '"" ', "”", "\u02ba", '\\\\"')
SITES = (
    "[x](https://example.org/{})",
    "[x](<https://example.org/ {}>)",
    "[x](https://example.org/ '{}')",
    '[x](https://example.org/ "{}")',
    "[x](https://example.org/ ({}))",
    "[x][r]\n\n[r]: https://example.org/ '{}'",
    "![{}](https://example.org/x.png)",
    "![x](https://example.org/x.png{})",
    "![x](https://example.org/x.png '{}')",
    "<https://example.org/{}>",
    "<mailto:a@example.org{}>",
    "```{}\nx\n```",
    "~~~ x{}\nx\n~~~",
    "| x |\n|:-{}-:|\n| x |",
    "1{}. x",
    "## x {#{}}",
    "[x](mailto:a@example.org?subject={})",
)
ACTS = (
    "{} onmouseover=§ x={}",
    "{} autofocus tabindex=0 onfocus=§ style={}",
    "{}><img src=x onerror=§>",
    "{}/onclick=§//",
)


def breakouts() -> Iterator[Pattern]:
    acts = turning(ACTS)
    for site in SITES:
        for quote in QUOTES:
            yield site.replace("{}", next(acts).replace("{}", quote))
        next(acts)
