/* Seloste embed, version 1. Shows a published notice inline, in a shadow root, built node by node from an allow-list. */
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector("script[src*='/embed/v1.']");
  const origin = new URL(script.src).origin;
  const kept = new Set("A ARTICLE BLOCKQUOTE BR CODE DD DIV DL DT EM H2 H3 H4 H5 H6 HR LI OL P PRE S SECTION STRONG TABLE TBODY TD TH THEAD TR UL".split(" "));
  const attributes = { A: ["href", "rel", "title"], OL: ["start"], TH: ["scope"], DIV: ["tabindex", "role"] };
  const css = ":host{display:block;overflow-wrap:break-word}*{box-sizing:border-box}table{border-collapse:collapse;width:100%}" +
    "th,td{text-align:left;vertical-align:top;padding:.4em .6em;border-bottom:1px solid}div[tabindex]{overflow-x:auto}a{color:inherit}" +
    "dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.2em 1em}dd{margin:0}pre{white-space:pre-wrap}";

  function style(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
    } catch {
      /* An old browser shows the notice in the page's own style. */
    }
  }

  function safeLink(value) {
    try {
      const url = new URL(value, origin);
      return /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  }

  /* Copies what is on the list and, of anything else, the text inside. Nothing parsed is ever put into the page itself. */
  function copy(from, to) {
    for (const node of from.childNodes) {
      if (node.nodeType === 3) {
        to.append(node.data);
      } else if (node.nodeType === 1 && node.namespaceURI === "http://www.w3.org/1999/xhtml" && !/^(SCRIPT|STYLE|TEMPLATE)$/.test(node.tagName)) {
        let target = to;
        if (kept.has(node.tagName)) {
          target = document.createElement(node.tagName);
          for (const name of ["lang", "dir", ...(attributes[node.tagName] || [])]) {
            const value = name === "href" ? safeLink(node.getAttribute(name) || "") : node.getAttribute(name);
            if (value !== null) target.setAttribute(name, value);
          }
          if (/^(privacy-notice-)?[\w-]+$/.test(node.id)) target.id = node.id;
          to.append(target);
        }
        copy(node, target);
      }
    }
  }

  async function show(host, notice, language) {
    const root = host.shadowRoot || host.attachShadow({ mode: "open" });
    style(root);
    /* Until the notice is there, what the page's author wrote inside the element stays visible. */
    root.replaceChildren(document.createElement("slot"));
    const page = `${origin}/n/${notice}${language ? "/" + language : ""}`;
    try {
      let shown = language;
      if (!shown) {
        const chosen = await fetch(`${page}.json`, { headers: { "Accept-Language": document.documentElement.lang || navigator.language } });
        if (!chosen.ok) throw new Error(chosen.status);
        shown = (await chosen.json()).language;
      }
      const answer = await fetch(`${origin}/n/${notice}/${shown}.fragment.html`);
      if (!answer.ok) throw new Error(answer.status);
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      const article = document.createElement("div");
      article.lang = shown;
      copy(parsed.body, article);
      root.replaceChildren(article);
      host.dispatchEvent(new CustomEvent("loaded", { bubbles: true, detail: { notice, language: shown } }));
    } catch (error) {
      const link = document.createElement("a");
      link.href = page;
      link.textContent = host.textContent.trim() || page;
      root.replaceChildren(link);
      host.dispatchEvent(new CustomEvent("error", { detail: { notice, reason: String(error.message || error) } }));
    }
  }

  const valid = (notice) => /^[a-z0-9-]{3,63}\/[a-z0-9-]{3,63}$/.test(notice || "");

  if (!customElements.get("privacy-notice")) {
    customElements.define("privacy-notice", class extends HTMLElement {
      connectedCallback() {
        if (valid(this.getAttribute("notice"))) show(this, this.getAttribute("notice"), this.getAttribute("lang"));
      }
    });
  }
  if (valid(script.dataset.notice)) {
    const host = document.createElement("div");
    script.after(host);
    show(host, script.dataset.notice, script.dataset.lang);
  }
})();
