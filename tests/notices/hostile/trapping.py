"""A page in Chromium with traps: whatever runs, is asked for, or is held back by a policy is written down; then every element is
provoked and every link is clicked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route

# Runs before anything of the page does. `eval` is left alone: Playwright itself calls it.
_TRAPS = """
window.trap = (number) => caught(String(number));
for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = () => caught(name);
addEventListener("securitypolicyviolation", (event) => heldBack(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""
_PROVOKED = """
async () => {
  const events = ["focus", "focusin", "mouseover", "mouseenter", "mousemove", "mousedown", "mouseup", "pointerover", "pointerdown",
    "dblclick", "auxclick", "contextmenu", "keydown", "wheel", "scroll", "copy", "paste", "dragstart", "input", "beforeinput", "toggle",
    "beforetoggle", "selectstart", "touchstart", "animationstart", "transitionend", "load", "error", "blur", "search", "invalid",
    "begin", "finish", "start"];
  const clicked = [];
  for (const element of elements()) {
    if (element.focus) element.focus();
    for (const name of events) element.dispatchEvent(new Event(name, { cancelable: true }));
  }
  for (const element of elements()) {
    if (element.localName === "a") {
      clicked.push(element.getAttribute("href") || "#");
      element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, composed: true, view: window }));
      await new Promise((resolve) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = resolve; port2.postMessage(0); });
    } else {
      element.dispatchEvent(new MouseEvent("click", { cancelable: true }));
    }
  }
  return clicked;
}
"""
# All elements, those in shadow roots too.
_ELEMENTS = """
window.elements = (root = document) =>
  [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? elements(one.shadowRoot) : [])]);
"""
_AUDIT = """
(allowed) => {
  const found = [];
  for (const element of elements().filter((one) => document.body.contains(one.getRootNode().host || one))) {
    if (element === document.body || element.dataset.ours !== undefined) continue;
    const name = element.localName;
    if (element.namespaceURI !== "http://www.w3.org/1999/xhtml" || !allowed.tags.includes(name)) found.push(`<${name}>`);
    for (const { name: attribute, value } of element.attributes) {
      if (!allowed.attributes.includes(attribute)) found.push(`<${name} ${attribute}="${value}">`);
    }
    if (!element.hasAttribute("href")) continue;
    const ours = element.protocol === "http:" && allowed.origins.includes(element.origin);
    if (!ours && !/^(https|mailto|tel):$/.test(element.protocol)) found.push(`<${name} href="${element.getAttribute("href")}">`);
  }
  return found;
}
"""
# What a text of ours is made of; and the frame of our pages around it.
TEXT = (
    "a", "article", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "section", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
)  # fmt: skip
EMBEDDED = (*TEXT, "privacy-notice")
PAGE = (*TEXT, "aside", "del", "footer", "h1", "header", "ins", "main", "nav", "span", "time")
ATTRIBUTES = (
    "aria-current", "aria-label", "aria-labelledby", "class", "datetime", "dir", "href", "hreflang", "id", "lang", "notice", "rel", "role",
    "scope", "start", "tabindex", "title",
)  # fmt: skip


@dataclass
class Trapped:
    page: Page
    ran: list[str] = field(default_factory=list)
    """What ran, opened or was downloaded."""
    held_back: list[str] = field(default_factory=list)
    """What a policy stopped."""
    asked: list[str] = field(default_factory=list)
    """What was asked for outside the allowed origins, unless by a click on a link."""
    complaints: list[str] = field(default_factory=list)
    origins: Sequence[str] = ()

    def is_quiet(self) -> bool:
        assert self.ran == []
        assert self.held_back == []
        assert self.asked == []
        assert self.complaints == []
        return True

    def only_holds_what_we_make(self, tags: Sequence[str] = PAGE) -> bool:
        found = self.page.evaluate(_AUDIT, {"tags": tags, "attributes": ATTRIBUTES, "origins": self.origins})
        assert found == [], found[:5]
        return True

    def provoke(self) -> list[str]:
        """Every element gets every event, every link a click; gives where those lead."""
        clicked: list[str] = self.page.evaluate(_PROVOKED)
        self.page.wait_for_timeout(50)
        return clicked


def _is_complaint(said: ConsoleMessage) -> bool:
    # A click of ours on a mail or telephone link is no click of a person.
    return said.type in ("error", "warning") and "a user gesture is required" not in said.text


@contextmanager
def trapped(browser: Browser, url: str, *origins: str, **options: Any) -> Iterator[Trapped]:
    """`origins` may be asked; nothing else is, and a click that leads away leaves the page where it is."""
    context = browser.new_context(**{"locale": "fi-FI", "accept_downloads": False, **options})
    context.add_init_script(_TRAPS + _ELEMENTS)
    page = context.new_page()
    made = Trapped(page, origins=origins)
    context.expose_function("caught", lambda what: made.ran.append(what))
    context.expose_function("heldBack", lambda what: made.held_back.append(what))
    context.on("page", lambda opened: made.ran.append(f"a window: {opened.url}"))
    page.on("dialog", lambda dialog: (made.ran.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
    page.on("download", lambda download: made.ran.append(f"a download: {download.url}"))
    page.on("worker", lambda worker: made.ran.append(f"a worker: {worker.url}"))
    page.on("websocket", lambda socket: made.asked.append(socket.url))
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.on("console", lambda said: made.complaints.append(said.text) if _is_complaint(said) else None)
    loaded = False

    def answer(route: Route, request: Request) -> None:
        inside = request.url.startswith(tuple(f"{origin}/" for origin in origins)) or request.url == "data:,"
        if inside and not loaded:
            route.continue_()
            return
        if not inside and not (loaded and request.is_navigation_request()):
            made.asked.append(request.url)
        route.fulfill(status=204)

    context.route("**/*", answer)
    try:
        page.goto(url, wait_until="load")
        page.wait_for_timeout(50)
        loaded = True
        yield made
    finally:
        context.close()
