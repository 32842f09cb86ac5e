"""Code inside what a parser reads as text, as another namespace, or as the end of something: markup that is read anew becomes
other markup. And code inside each structure that Markdown knows."""

from collections.abc import Iterator

# What opens it, and the name that closes the element in which text is raw there.
OUTER = (
    ("<svg>", "svg"),
    ("<math>", "math"),
    ("<svg><style>", "style"),
    ("<math><style>", "style"),
    ("<svg></p><style>", "style"),
    ("<svg><desc><style>", "style"),
    ("<svg><title><style>", "style"),
    ("<svg><foreignObject><style>", "style"),
    ("<math><mtext><table><mglyph><style>", "style"),
    ("<math><mtext><mglyph><svg><mtext><style>", "style"),
    ("<form><math><mtext></form><form><mglyph><style>", "style"),
    ('<math><annotation-xml encoding="text/html"><style>', "style"),
    ('<math><annotation-xml encoding="text/html"><svg><desc>', "svg"),
    ("<math><mi><malignmark><style>", "style"),
    ("<select><style>", "style"),
    ("<select><template><style>", "style"),
    ("<select><option><xmp>", "xmp"),
    ("<table><caption><svg><title>", "title"),
    ("<table><tr><td><style>", "style"),
    ("<table><colgroup><template><style>", "style"),
    ("<template><style>", "style"),
    ("<noscript>", "noscript"),
    ("<noscript><style>", "noscript"),
    ("<style>", "style"),
    ("<xmp>", "xmp"),
    ("<noembed>", "noembed"),
    ("<noframes>", "noframes"),
    ("<iframe>", "iframe"),
    ("<textarea>", "textarea"),
    ("<title>", "title"),
    ("<listing>", "listing"),
    ("<plaintext>", "plaintext"),
    ("<object><param><embed>", "object"),
    ("<button><p><button>", "button"),
    ("<a><table><a>", "table"),
    ("<p><svg><p>", "svg"),
    ("<b><i><b><i>" * 30, "i"),
)
TURNS = (
    "{open}<img src=x onerror=§>",
    '{open}<a title="</{name}><img src=x onerror=§>">x',
    "{open}<!--</{name}><img src=x onerror=§>-->",
    "{open}</{name}><script>§</script>",
    '{open}<p id="</{name} ><svg onload=§>">x</p>',
)
# What begins something that is no element, and may end sooner than a filter thinks.
ENDINGS = (
    "<!--><img src=x onerror=§>-->",
    "<!---><img src=x onerror=§>-->",
    "<!-- --!><img src=x onerror=§>",
    "<!-- -- ><img src=x onerror=§> -->",
    "<!--<img alt='--><img src=x onerror=§>'>",
    "<![CDATA[><img src=x onerror=§>]]>",
    "<svg><![CDATA[><img src=x onerror=§>]]>",
    "<svg><![CDATA[</svg><img src=x onerror=§>]]>",
    "<?x ><img src=x onerror=§>?>",
    "<!x '><img src=x onerror=§>'>",
    "</x '><img src=x onerror=§>'>",
    "<% ><img src=x onerror=§>%>",
    "<comment><img src=x onerror=§></comment>",
    "<!--[if gte IE 4]><script>§</script><![endif]-->",
    "<img title='`><img src=x onerror=§>`'>",
    '<img alt="`" src=x onerror=§ title="`">',
    "<a href='x' b=\"'><img src=x onerror=§>\">x</a>",
    "<b title=<img/src=x/onerror=§>>x</b>",
    '"><img src=x onerror=§>',
    "'><img src=x onerror=§>",
    '" autofocus tabindex=0 onfocus=§ x="',
    "' autofocus tabindex=0 onfocus=§ x='",
    "--><img src=x onerror=§><!--",
    "]]><img src=x onerror=§>",
    "*/</style><img src=x onerror=§>/*",
    "</textarea></title></xmp></noscript></noembed></iframe><img src=x onerror=§>",
    "<img src=x onerror=§//",
    "<img src=x onerror=§ <p>x",
    "<img src='x' onerror=§ title='>",
)


def nested() -> Iterator[str]:
    for opened, name in OUTER:
        for turn in TURNS:
            yield turn.format(open=opened, name=name)
    yield from ENDINGS


RAW = ("<img src=x onerror=§>", "<script>§</script>", "<svg/onload=§>")
STRUCTURES = (
    "`{raw}`",
    "`` ` {raw} ``",
    "`{raw}",
    "```\n{raw}\n```",
    "```html\n{raw}\n```",
    "~~~ {raw}\n{raw}\n~~~",
    "```{raw}\nx\n```",
    "    {raw}",
    "\t{raw}",
    "> {raw}",
    "> x\n{raw}",
    "> > > 1. - {raw}",
    "- {raw}\n\n  {raw}",
    "7. {raw}",
    "# {raw}",
    "###### {raw} ######",
    "{raw}\n===",
    "{raw}\n---",
    "| {raw} | x |\n|---|---|\n| x | {raw} |",
    "| x |\n|---|\n| `\\|` {raw} |",
    "{raw} | x\n:-- | --:\n{raw} | {raw}",
    "**{raw}**",
    "*a{raw}*b~~{raw}~~",
    "[{raw}](https://example.org/)",
    "[`{raw}`](https://example.org/)",
    "![{raw}](https://example.org/x.png)",
    "![*{raw}* `{raw}`](https://example.org/x.png)",
    "[![{raw}](https://example.org/x.png)](https://example.org/)",
    "[{raw}]: https://example.org/\n\n[{raw}]",
    "[x]: https://example.org/ '{raw}'\n\n[x]",
    "[^1]: {raw}\n\nx[^1]",
    "x\\\n{raw}  \n{raw}",
    "\\{raw}",
    "&amp;{raw}&#0;",
    "<pre>\n\n{raw}\n\n</pre>",
    "<div>\n{raw}\n</div>",
    "<!--\n\n{raw}\n\n-->",
    "<?\n\n{raw}\n\n?>",
    "<![CDATA[\n\n{raw}\n\n]]>",
    "</p>\n\n{raw}",
    "<details>\n\n{raw}\n\n</details>",
    "***\n{raw}\n***",
    "- [ ] {raw}",
    "x {{{{controller.name}}}} {raw}",
    "\ufeff{raw}\u00ad",
    "a\u0301{raw}",
)


def structures() -> Iterator[str]:
    for structure in STRUCTURES:
        for raw in RAW:
            yield structure.format(raw=raw)
