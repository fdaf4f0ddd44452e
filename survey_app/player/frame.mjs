/** What every screen has around it: tools above, the path, the heading, the buttons below. */

import { arrange, button, h } from "./dom.mjs";
import { icon, stateIcon, stones } from "./pictures.mjs";
import { helpScreen, hiddenScreen, stopScreen } from "./screens.mjs";

/** Draws one screen at a time into the element it was given. */
export class Frame {
  constructor(player, element, stylesheet) {
    this.player = player;
    // Inside Streamlit the page has its own main part, scrolling and focus.
    this.embedded = !document.body.classList.contains("suara-page");
    this.$live = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.$root = h("div", { class: this.embedded ? "suara embedded" : "suara" });
    this.$hear = h("span", { class: "hear" });
    this.parts = [this.$root, this.$live];
    if (stylesheet) this.parts.unshift(h("link", { rel: "stylesheet", href: stylesheet }));
    element.append(...this.parts);
  }

  /** @param {object} view see screens.mjs */
  draw(view) {
    this.first = !this.view;
    this.view = view;
    this.shown = "";
    this.$state = h("span", { class: "state" });
    this.$alert = h("p", { class: "alert", role: "alert" });
    this.$root.lang = this.player.language;
    arrange(this.$root, [this._banner(), this._tools(), this._main(), this._foot()]);
    this.drawHear();
  }

  /**
   * The browser lays the page out now, so this comes after everything is drawn.
   * @param {string|null} focus what gets the focus, as a selector
   */
  focus(focus) {
    if (!focus || (this.embedded && this.first)) return;
    this.$root.querySelector(focus).focus({ preventScroll: !this.embedded });
    if (!this.embedded) window.scrollTo(0, 0);
  }

  /** Said by a screen reader, wherever the focus is. */
  say(text) {
    this.$live.textContent = text;
  }

  warn(text) {
    this.$alert.textContent = text;
    if (text) this.$alert.scrollIntoView({ block: "nearest" }); // not below the buttons at the foot
  }

  destroy() {
    this.parts.forEach(($part) => $part.remove());
  }

  _banner() {
    const { player } = this;
    const key = { preview: "pratinjau", group: "kelompok" }[player.mode];
    // A landmark of its own, except within the main part of a staff page.
    const element = this.embedded ? "p" : "aside";
    return key && player.pack ? h(element, { class: `banner ${player.mode}` }, player.t(key)) : null;
  }

  /** The same from question to question: drawn again only when something in it changes. */
  _tools() {
    const { player, view } = this;
    if (view.calm) return null;
    const same = JSON.stringify([player.language, player.languages, player.answering, view.stopping, view.helping]);
    if (same !== this.sameTools) this.$tools = this._newTools();
    this.sameTools = same;
    return this.$tools;
  }

  _newTools() {
    const { player, view } = this;
    const t = (key) => player.t(key);
    const open = (screen) => () => player.aside(screen);
    const $stop = button("stop", icon("stop"), t("berhenti"), open(stopScreen));
    const $hide = button("small", icon("hide"), t("sembunyikan"), open(hiddenScreen));
    const $help = button("small", icon("help"), t("bantuan"), open(helpScreen));
    return h("header", { class: "tools" },
      player.answering && !view.stopping ? $stop : null,
      h("span", { class: "space" }),
      this.$hear,
      player.answering ? $hide : null,
      view.helping ? null : $help,
      this._languageButton());
  }

  _languageButton() {
    const { player } = this;
    const { languages, wording } = player;
    if (languages.length < 2) return null;
    const other = languages[(languages.indexOf(player.language) + 1) % languages.length];
    const { bahasa, bahasa_pendek: short } = wording[other];
    const more = { lang: other, "aria-label": bahasa };
    const $button = button("small language", icon("language"), "", () => player.speak(other), more);
    $button.append(h("span", { class: "short" }, short));
    return $button;
  }

  _path() {
    const { step, steps } = this.view;
    if (step === undefined) return null;
    const where = this.player.t("langkah", { n: step + 1, jumlah: steps });
    return h("div", { class: "path" }, stones(step, steps),
      h("p", { class: "line" }, h("span", null, where), this.$state));
  }

  _main() {
    const { above, body, heading, kind } = this.view;
    return h(this.embedded ? "section" : "main", { class: `main ${kind || ""}` },
      this._path(), above, h("h1", { tabindex: "-1", id: "question" }, heading), ...body, this.$alert);
  }

  _foot() {
    return this.view.foot ? h("footer", { class: "foot" }, ...this.view.foot) : null;
  }

  /** The button that reads aloud, where there is a voice or a recording. */
  drawHear() {
    if (!this.view) return;
    const { reader, language } = this.player;
    const { sentences, audio } = this.view;
    const [drawing, key] = reader.reading ? ["quiet", "diam"] : ["hear", "dengar"];
    const words = sentences && reader.canRead(language, audio) ? this.player.t(key) : "";
    if (words === this.hearing) return;
    this.hearing = words;
    const focused = this.$hear.contains(this.$root.getRootNode().activeElement);
    this.$hear.textContent = "";
    if (!words) return;
    const $button = button("small", icon(drawing), words, () => this._hear());
    this.$hear.append($button);
    if (focused) $button.focus();
  }

  _hear() {
    const { reader, language } = this.player;
    if (reader.reading) reader.stop();
    else reader.read(this.view.sentences, language, this.view.audio);
  }

  drawState(state, words, waiting) {
    const shown = JSON.stringify([state, words, waiting]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.$state.textContent = "";
    this.$state.append(stateIcon(state), h("span", null, words));
    if (this.view.onState) this.view.onState(state, words, waiting);
  }
}
