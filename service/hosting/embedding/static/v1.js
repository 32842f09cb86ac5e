/* Seloste embed, version 1: <privacy-notice notice="tenant/notice">, or this script with data-notice. */
(() => {
  "use strict";
  const NAME = "privacy-notice";
  const OPTIONS = ["notice", "lang", "version", "show", "mode"];
  const scripts = document.querySelectorAll("script[src*='/embed/v1.']");
  const own = document.currentScript || scripts[0];
  if (!own) return;
  const origin = new URL(own.src).origin;

  const texts = {
    fi: ["Tietosuojaseloste", "Sulje", "Ladataan…", "Selostetta ei voitu näyttää tässä."],
    sv: ["Dataskyddsbeskrivning", "Stäng", "Laddar…", "Beskrivningen kunde inte visas här."],
    en: ["Privacy notice", "Close", "Loading…", "The notice could not be shown here."],
  };
  const css =
    ":host{display:block;overflow-wrap:anywhere}:host([mode=dialog]){display:inline}*{box-sizing:border-box}a{color:inherit}" +
    "table{border-collapse:collapse;width:100%}th,td{text-align:start;vertical-align:top;padding:.4em .6em;border-bottom:1px solid}" +
    "div[tabindex]{overflow-x:auto}p>span:not(:last-child)::after{content:' ·'}pre{white-space:pre-wrap}iframe{display:block;width:100%;border:0}dialog{width:46rem;padding:1.2rem;border:1px solid;overscroll-behavior:contain}" +
    "dialog::backdrop{background:#0009}button{position:sticky;top:0;float:inline-end;padding:.4em .8em;font:inherit;color:inherit;background:inherit;border:1px solid}";
  const kept = new Set("A ARTICLE BLOCKQUOTE BR CODE DD DIV DL DT EM H2 H3 H4 H5 H6 HR LI OL P PRE S SECTION SPAN STRONG TABLE TBODY TD TH THEAD TIME TR UL".split(" "));
  const attributes = { A: ["href", "rel", "title"], OL: ["start"], TH: ["scope"], DIV: ["tabindex", "role"], TIME: ["datetime"] };

  const make = (name, text = "") => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };

  const rooted = (host) => {
    const root = host.attachShadow({ mode: "open" });
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
    } catch {}
    return root;
  };

  /* Parsed where nothing runs; unlike DOMParser no sink of Trusted Types. */
  const load = (url, language) =>
    new Promise((done, failed) => {
      const asked = new XMLHttpRequest();
      asked.open("GET", url + ".fragment.html");
      asked.responseType = "document";
      asked.timeout = 20000;
      asked.setRequestHeader("Accept-Language", language);
      asked.onload = () => (asked.status === 200 && asked.response ? done(asked.response.body) : failed(asked.status));
      asked.onerror = asked.ontimeout = () => failed("away");
      asked.send();
    });

  const find = ({ base, inside, language, version }) =>
    load(`${base + inside}/${language}`, language).catch(async (status) => {
      if (status !== 404) throw status;
      /* Not in that language: the service chooses; a version has a first one. */
      if (!version) return load(base + inside, language);
      const { versions } = await (await fetch(base + "/history.json")).json();
      const [first] = versions.find((one) => one.number == version).languages;
      return load(`${base + inside}/${first}`, first);
    });

  /* Makes anew what is on the list, of the rest takes the text. */
  const copy = (from, to) => {
    for (const node of from.childNodes) {
      const name = node.tagName;
      if (node instanceof Text) to.append(node.data);
      else if (node instanceof HTMLElement && !(node instanceof HTMLFormElement) && !/^(SCRIPT|STYLE|TEMPLATE)$/.test(name)) {
        let target = to;
        if (kept.has(name)) {
          target = make(name);
          for (const key of ["lang", "dir", ...(attributes[name] || [])]) {
            const value = key === "href" ? /^(https?|mailto|tel):$/.test(node.protocol) && node.href : node.getAttribute(key);
            if (value) target.setAttribute(key, value);
          }
          to.append(target);
        }
        copy(node, target);
      }
    }
  };

  class Notice extends HTMLElement {
    static get observedAttributes() {
      return OPTIONS;
    }

    constructor() {
      super();
      this.root = rooted(this);
      this.root.append(make("slot"));
      this.addEventListener("click", this);
    }

    connectedCallback() {
      addEventListener("message", this);
      this.draw();
    }

    disconnectedCallback() {
      removeEventListener("message", this);
      if (this.box) this.box.remove();
    }

    attributeChangedCallback() {
      if (this.isConnected) this.draw();
    }

    async draw() {
      await null; /* Attributes set together are one change. */
      const given = OPTIONS.map((name) => this.getAttribute(name) || "");
      const [notice, lang, version, show, mode] = given;
      const key = given.join();
      if (!this.isConnected || (this.plan && key === this.plan.key)) return;
      const spoken = lang || (this.closest("[lang]") || navigator).lang || navigator.language;
      const [language] = /^[a-z]{2,3}(?![a-z])/.exec(spoken.toLowerCase()) || ["en"];
      const history = show === "history";
      const at = this.from || origin;
      const base = `${at}/n/${notice}`;
      const inside = history ? "/history" : version && "/v/" + version;
      const page = base + inside + (lang || (version && !history) ? "/" + language : "");
      const plan = (this.plan = { key, notice, language, mode, at, base, inside, page, version: history ? "" : version, words: texts[language] || texts.en });
      if (!/^[a-z0-9-]{3,63}\/[a-z0-9-]{3,63}$/.test(notice) || !/^\d{0,9}$/.test(version)) {
        plan.page = "";
        this.fail(this.root, "name");
      } else if (mode === "dialog") {
        const openers = this.querySelectorAll("a,button");
        const link = this.link(plan);
        this.root.replaceChildren(openers[0] ? make("slot") : link);
        for (const opener of [link, ...openers]) opener.setAttribute("aria-haspopup", "dialog");
      } else if (mode === "frame") {
        const frame = (plan.frame = make("iframe"));
        frame.title = plan.words[0];
        frame.height = 0;
        frame.src = `${at}/embed/frame?${new URLSearchParams({ notice, lang: language, version, show })}`;
        /* A page that came has told its height. */
        frame.onload = () => setTimeout(() => plan === this.plan && !plan.told && this.fail(this.root, "away"), 3000);
        this.root.replaceChildren(make("slot"), frame);
      } else this.fill(this.root);
    }

    handleEvent(event) {
      const { frame, at, told } = this.plan || {};
      if (event.type === "click") this.open(event);
      else if (frame && event.source === frame.contentWindow && event.origin === at) {
        const { height, title, language } = event.data;
        frame.height = height;
        frame.title = title;
        this.plan.told = 1;
        if (told) return;
        this.root.firstChild.remove();
        this.tell("loaded", { language });
      }
    }

    async fill(place) {
      const { plan } = this;
      const stale = () => place === this.root && plan !== this.plan;
      try {
        const content = make("div");
        copy(await find(plan), content);
        if (stale()) return;
        place.replaceChildren(content);
        this.tell("loaded", { language: content.firstElementChild.lang });
      } catch (reason) {
        if (!stale()) this.fail(place, reason);
      }
    }

    /* The author's own link, else a sentence with ours. */
    fail(place, reason) {
      const { plan } = this;
      const told = make("p", plan.words[3] + " ");
      const inside = make("slot");
      inside.append(told);
      if (plan.page) told.append(this.link(plan));
      place.replaceChildren(place === this.root && (!plan.page || this.querySelector("a[href]")) ? inside : told);
      this.tell("error", { reason: String(reason.message || reason) });
    }

    link({ page, words }) {
      const link = make("a", this.textContent.trim() || words[0]);
      link.href = page;
      return link;
    }

    tell(type, detail) {
      this.dispatchEvent(new CustomEvent(type, { bubbles: type === "loaded", detail: { notice: this.plan.notice, ...detail } }));
    }

    async open(event) {
      const { mode, words, language } = this.plan || {};
      const opener = event.composedPath().find((one) => one.matches && one.matches("a,button"));
      if (mode !== "dialog" || !opener || !window.HTMLDialogElement || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      /* At the end of the page, to read as the page does. */
      const box = (this.box = make("div"));
      const dialog = make("dialog");
      const close = make("button", words[1]);
      const place = make("div", words[2]);
      dialog.append(close, place);
      rooted(box).append(dialog);
      box.style.position = "fixed";
      const solid = [document.body, document.documentElement].map((one) => getComputedStyle(one).backgroundColor).find((one) => /^rgb\(/.test(one));
      if (solid) dialog.style.cssText = `color:inherit;background:${solid}`;
      dialog.lang = language;
      dialog.ariaLabel = opener.textContent.trim() || words[0];
      dialog.setAttribute("closedby", "any");
      close.onclick = () => dialog.close();
      dialog.onclose = () => box.remove();
      document.body.append(box);
      dialog.showModal();
      await this.fill(place);
      const title = place.querySelector("h2");
      if (title) {
        title.id = "title";
        dialog.setAttribute("aria-labelledby", "title");
      }
    }
  }

  if (!customElements.get(NAME)) customElements.define(NAME, Notice);

  for (const script of new Set([own, ...scripts])) {
    if (script.shown || script.dataset.notice === undefined || new URL(script.src).origin !== origin) continue;
    const host = (script.shown = make(NAME, script.dataset.label));
    host.from = origin;
    for (const name of OPTIONS) if (script.dataset[name]) host.setAttribute(name, script.dataset[name]);
    const stand = () => (script.closest("head") ? document.body.append(host) : script.after(host));
    if (document.body) stand();
    else addEventListener("DOMContentLoaded", stand);
  }
})();
