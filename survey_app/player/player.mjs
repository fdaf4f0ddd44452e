/** The child's player: from the code on the blackboard to "thank you", whatever the Wi-Fi does. */

import { button, h } from "./dom.mjs";
import { answer, cleanText, firstOpenScreen, fits, fromRecord, newDraft, pickWords, toRecord } from "./draft.mjs";
import { codeInPath, loadPackage, request } from "./network.mjs";
import { Outbox } from "./outbox.mjs";
import { icon, stateIcon, stones } from "./pictures.mjs";
import { complaint } from "./questions.mjs";
import * as screens from "./screens.mjs";
import { Reader } from "./speech.mjs";
import { isOver, openStorage } from "./storage.mjs";
import { TabHold } from "./tabs.mjs";

// Half of the second that may be lost: the other half is for the disk.
const TYPING_KEPT_EVERY_MS = 500;
// A draft nobody came back to on the next day goes to the server as it is.
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;

const players = new WeakMap();

/**
 * Show the player in an element; mounting the same again leaves a child's progress alone.
 * @param {Element|ShadowRoot} element
 * @param {{code?: string, api?: string, mode?: "child"|"group"|"preview", package?: object,
 *   start?: {wording: object, help_lines: object[]}, stylesheet?: string, onState?: Function}} options
 * @returns {{destroy: () => void}}
 */
export default function mount(element, options) {
  const same = JSON.stringify([options.code, options.mode, options.package]);
  const shown = players.get(element);
  if (shown && shown.same === same) {
    shown.player.options.onState = options.onState;
    return shown.handle;
  }
  if (shown) shown.handle.destroy();
  const player = new Player(element, Object.assign({}, options));
  const handle = {
    destroy: () => {
      players.delete(element);
      player.destroy();
    },
  };
  players.set(element, { same, player, handle });
  player.begin();
  return handle;
}

class Player {
  constructor(element, options) {
    this.element = element;
    this.options = options;
    this.api = options.api || "";
    this.preview = options.mode === "preview";
    this.embedded = !document.body.classList.contains("suara-page");
    this.start = options.start || JSON.parse(document.getElementById("suara-start").textContent);
    this.language = "id";
    this.pack = null;
    this.draft = null;
    this.code = options.code || "";
    this.$live = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.$root = h("div", { class: this.embedded ? "suara embedded" : "suara" });
    if (options.stylesheet) element.append(h("link", { rel: "stylesheet", href: options.stylesheet }));
    element.append(this.$root, this.$live);
    this.reader = new Reader(() => this._drawHear());
    this._listen();
  }

  /** A text in the child's language, with its {places} filled in. */
  t(key, values) {
    const wording = (this.pack || this.start).wording;
    const text = (wording[this.language] || wording.id)[key] || "";
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  begin() {
    if (this.preview) {
      this._use(this.options.package);
      this.show(screens.assent);
      return;
    }
    this.storage = openStorage();
    this.hold = new TabHold();
    this.outbox = new Outbox({
      storage: this.storage,
      post: (payload) => request(`${this.api}/api/v1/responses`, { payload }),
      onChange: () => this.drawState(),
      onWordsTaken: (id) => this._newWords(id),
    });
    this.outbox.wake();
    if (this.code) this.open(this.code);
    else this.show(screens.code);
  }

  /** Come in with a code: its questionnaire, and a draft somebody may want to go on with. */
  async open(code) {
    this.code = code;
    this.draft = null;
    this.show(screens.loading);
    const { pack, error, stored } = await loadPackage(this.api, code, this.storage);
    if (pack || stored) this._use(pack || stored);
    const draft = this.pack && (await this._unfinished());
    if (draft) this.show(screens.resume(draft));
    else if (error) this.show(screens.failure(error));
    else this.show(screens.assent);
  }

  _use(pack) {
    this.pack = pack;
    this.mode = this.preview ? "preview" : this.options.mode || pack.gathering.mode;
    const { languages } = pack.questionnaire;
    if (!languages.includes(this.language)) this.language = languages[0];
  }

  /** The newest unfinished draft of this gathering that no other tab works on. */
  async _unfinished() {
    const drafts = (await this.storage.drafts())
      .map((one) => one.draft)
      .filter((record) => !isOver(record))
      .sort((one, other) => other.updated - one.updated);
    for (const record of drafts) {
      const draft = fromRecord(record);
      const forgotten = Date.now() - record.updated > FORGOTTEN_AFTER_MS;
      if (forgotten || record.code === this.code) {
        if (!(await this.hold.take(record.id))) continue;
        if (!forgotten && draft && fits(draft, this.pack)) return draft;
        await this.storage.save(Object.assign({}, record, { left: true }));
      }
    }
    return null;
  }

  /** Yes or no to taking part. */
  agree(assent) {
    this._work(newDraft(this.pack, { language: this.language, mode: this.mode, assent }));
    if (!assent) return this.finish();
    if (this.hold) this.hold.take(this.draft.id);
    this.keep({ urgent: true });
    return this.show(screens.question);
  }

  /** Go on with a draft that waited here or came from the server. */
  goOn(draft) {
    this._work(draft);
    this.language = draft.content.language;
    draft.screen = Math.min(draft.screen, this.questions.length - 1);
    this.keep();
    this.show(screens.question);
  }

  /** Another child takes the tablet: the unfinished draft is sent as it is. */
  leave(draft) {
    this._work(draft);
    draft.left = true;
    draft.content.needs_help = false;
    this.keep({ urgent: true });
    this.nextChild();
  }

  _work(draft) {
    this.draft = draft;
    this.sealed = draft.revision ? this._seal() : "";
  }

  _seal() {
    return JSON.stringify([this.draft.content, this.draft.finished, this.draft.withdrawn]);
  }

  get questions() {
    return this.pack.questionnaire.questions;
  }

  get asked() {
    return this.questions[this.draft.screen];
  }

  valueOf(question) {
    const given = this.draft.content.answers[question.key];
    return given && given.value !== null ? given.value : undefined;
  }

  /** A tap: written down at once. */
  answered(value) {
    answer(this.draft, this.asked.key, value, this.language);
    this._complain(null);
    this.keep();
  }

  /** A typed character: written down at most half a second later. */
  typed(value) {
    const given = typeof value === "string" ? cleanText(value) : value;
    answer(this.draft, this.asked.key, given, this.language);
    if (!this.typing) this.typing = setTimeout(() => this.keep(), TYPING_KEPT_EVERY_MS);
  }

  /** Store the draft and have it sent. */
  keep({ urgent = false } = {}) {
    clearTimeout(this.typing);
    this.typing = null;
    if (this.preview || !this.draft) return;
    this.draft.content.language = this.language;
    const sealed = this._seal();
    if (sealed !== this.sealed) this.draft.revision += 1;
    this.sealed = sealed;
    const record = toRecord(this.draft, Date.now());
    this.storage.save(record).then(() => this.outbox.wake({ urgent: urgent || this.storage.failing }));
    this.drawState();
  }

  next() {
    const wrong = complaint(this.asked, this.valueOf(this.asked));
    if (wrong) this._complain(wrong);
    else this._go(1);
  }

  skip() {
    if (this.asked.type !== "information") answer(this.draft, this.asked.key, null, this.language);
    this._go(1);
  }

  back() {
    this._go(-1);
  }

  _go(steps) {
    const screen = this.draft.screen + steps;
    if (screen === this.questions.length) return this.finish();
    this.draft.screen = screen;
    this.keep();
    return this.show(screens.question);
  }

  finish() {
    this.draft.finished = true;
    this.draft.content.needs_help = false;
    this.keep({ urgent: true });
    this.show(screens.closing);
  }

  /** The child takes everything back: the tablet forgets it now, the server when it is reached. */
  withdraw() {
    this.draft.withdrawn = true;
    this.keep({ urgent: true });
    this.draft.content.answers = {};
    this.show(screens.closing);
  }

  /** Nothing of this child stays on the screen or in this page; only the outbox holds it. */
  nextChild() {
    if (this.hold) this.hold.release();
    this.draft = null;
    this.sealed = "";
    this.language = this.pack.questionnaire.languages[0];
    this.show(screens.assent);
    if (!this.preview) this._stillOpen();
  }

  /** A gathering that was closed meanwhile takes no further child. */
  async _stillOpen() {
    const { pack, error } = await loadPackage(this.api, this.code, this.storage);
    if (this.draft) return;
    if (pack) this._use(pack);
    else if (error.code !== "offline") this.show(screens.failure(error));
  }

  async _newWords(id) {
    if (!this.draft || this.draft.id !== id) return;
    if (this.draft.finished) {
      this.wordsLost = id;
      this.show(this.screen, { focus: null });
    } else {
      this.draft.content.return_words = pickWords(this.pack.words);
      this.keep();
    }
  }

  /** What a return code leads to: a waiting draft of this tablet, else the server's. */
  async returnWith(words, action) {
    if (action === "open") {
      const here = (await this.storage.drafts())
        .map((one) => one.draft)
        .filter((record) => !record.finished && !record.withdrawn && record.code === this.code)
        .map(fromRecord)
        .find((draft) => draft && fits(draft, this.pack) && draft.content.return_words === words);
      if (here && (await this.hold.take(here.id))) return { draft: Object.assign(here, { left: false }) };
    }
    const payload = { suara: 1, gathering: this.code, words, action };
    const { status, body } = await request(`${this.api}/api/v1/returns`, { payload });
    if (!body || body.suara !== 1) return { key: "perlu_sambungan" };
    if (status === 404) return { key: "kata_tidak_ada" };
    if (status !== 200) return { message: body.error.message[this.language] };
    if (action === "withdraw") return { key: "sudah_dihapus", done: true };
    if (body.finished || body.response.finished) return { key: "sudah_selesai" };
    return { draft: await this._fromServer(body.response) };
  }

  async _fromServer({ id, revision, content }) {
    const draft = newDraft(this.pack, { language: this.language, mode: this.mode, assent: true });
    Object.assign(draft, { id, revision, content: JSON.parse(content) });
    draft.screen = firstOpenScreen(draft, this.questions);
    await this.hold.take(id);
    return draft;
  }

  // ----- what is on the screen -----

  /**
   * @param {(player: Player) => object} screen see screens.mjs
   * @param {{focus?: string|null}} how what gets the focus: the heading unless told otherwise
   */
  show(screen, { focus = "h1" } = {}) {
    this.reader.stop();
    if (this.typing) this.keep();
    this.screen = screen;
    this.view = screen(this);
    this.$hear = h("span", { class: "hear" });
    this.$state = h("span", { class: "state" });
    this.$alert = h("p", { class: "alert", role: "alert" });
    const parts = [this._banner(), this._tools(), this._path(), this._main(), this._foot()];
    this.$root.textContent = "";
    this.$root.append(...parts.filter(Boolean));
    this._drawHear();
    this.drawState();
    if (!focus || (this.embedded && !this.seen)) return;
    this.$root.querySelector(focus).focus();
    if (!this.embedded) window.scrollTo(0, 0);
  }

  /** A page beside the questions, and the way back from it. */
  aside(screen) {
    this.behind = this.screen;
    this.show(screen);
  }

  return() {
    this.show(this.behind);
  }

  say(text) {
    this.$live.textContent = text;
  }

  warn(text) {
    this.$alert.textContent = text;
  }

  _complain(wrong) {
    this.warn(wrong ? this.t(wrong.key, wrong.values) : "");
  }

  _banner() {
    const key = { preview: "pratinjau", group: "kelompok" }[this.mode];
    return key && this.pack ? h("p", { class: `banner ${this.mode}` }, this.t(key)) : null;
  }

  _tools() {
    if (this.view.calm) return null;
    const answering = this.draft && !this.draft.finished && !this.draft.withdrawn;
    const $stop = answering && !this.view.stopping
      ? button("stop", icon("stop"), this.t("berhenti"), () => this.aside(screens.stop))
      : null;
    return h("header", { class: "tools" }, $stop, h("span", { class: "space" }), this.$hear,
      answering
        ? button("small", icon("hide"), this.t("sembunyikan"), () => this.aside(screens.hidden))
        : null,
      this.view.helping
        ? null
        : button("small", icon("help"), this.t("bantuan"), () => this.aside(screens.help)),
      this._languageButton());
  }

  _languageButton() {
    const wording = (this.pack || this.start).wording;
    const languages = this.pack ? this.pack.questionnaire.languages : Object.keys(wording);
    if (languages.length < 2) return null;
    const other = languages[(languages.indexOf(this.language) + 1) % languages.length];
    const { bahasa, bahasa_pendek: short } = wording[other];
    const change = () => {
      this.language = other;
      this.show(this.screen, { focus: ".language" });
    };
    const $button = button("small language", icon("language"), "", change, { lang: other, "aria-label": bahasa });
    $button.append(h("span", { class: "short" }, short));
    return $button;
  }

  _path() {
    if (this.view.step === undefined) return null;
    const { step, steps } = this.view;
    return h("div", { class: "path" }, stones(step, steps),
      h("p", { class: "line" }, h("span", null, this.t("langkah", { n: step + 1, jumlah: steps })),
        this.$state));
  }

  _main() {
    const $heading = h("h1", { tabindex: "-1", id: "question" }, this.view.heading);
    const attributes = { class: `main ${this.view.kind || ""}`, lang: this.language };
    return h(this.embedded ? "section" : "main", attributes, this.view.above, $heading,
      ...this.view.body, this.$alert);
  }

  _foot() {
    return this.view.foot ? h("footer", { class: "foot" }, ...this.view.foot) : null;
  }

  _drawHear() {
    if (!this.$hear) return;
    const { sentences, audio } = this.view;
    this.$hear.textContent = "";
    if (!sentences || !this.reader.canRead(this.language, audio)) return;
    const reading = this.reader.reading;
    const focused = this.$hear.contains(document.activeElement);
    const $button = button("small", icon(reading ? "quiet" : "hear"), this.t(reading ? "diam" : "dengar"), () => {
      if (this.reader.reading) this.reader.stop();
      else this.reader.read(sentences, this.language, audio);
      this._drawHear();
      this.$hear.firstChild.focus();
    });
    this.$hear.append($button);
    if (focused) $button.focus();
  }

  /** The state of delivery, wherever the screen shows it; spoken only when it is news. */
  drawState() {
    if (!this.outbox || !this.view) return;
    const state = this.draft ? this.outbox.stateOf(this.draft) : "saved";
    const words = this.t(`kirim_${{ saved: "tersimpan", sent: "terkirim", help: "bantuan" }[state]}`);
    this.$state.textContent = "";
    this.$state.append(stateIcon(state), h("span", null, words));
    if (this.view.onState) this.view.onState(state, words, this.outbox.waiting);
    if (this.draft && state !== this.said && (this.draft.finished || state === "help")) this.say(words);
    this.said = state;
    if (this.options.onState) this.options.onState({ delivery: state, waiting: this.outbox.waiting });
  }

  _listen() {
    const listeners = [
      [window, "online", () => this.outbox && this.outbox.wake({ urgent: true })],
      [document, "visibilitychange", () => this._seenOrHidden()],
      [window, "pagehide", () => this.typing && this.keep()],
      // A page brought back by the browser's back button must not show another child's answers.
      [window, "pageshow", (event) => event.persisted && this.code && this.open(this.code)],
    ];
    for (const [target, name, run] of listeners) target.addEventListener(name, run);
    this._unlisten = () => listeners.forEach(([target, name, run]) => target.removeEventListener(name, run));
  }

  _seenOrHidden() {
    if (document.visibilityState === "hidden") {
      this.reader.stop();
      if (this.typing) this.keep({ urgent: true });
    } else if (this.outbox) {
      this.outbox.wake({ urgent: true });
    }
  }

  destroy() {
    if (this.typing) this.keep();
    this._unlisten();
    this.reader.destroy();
    if (this.outbox) this.outbox.stop();
    if (this.hold) this.hold.release();
    this.$root.remove();
    this.$live.remove();
  }
}

/** The page at `/` and `/isi/<kode>` starts itself; inside Streamlit the component calls mount. */
const $page = document.getElementById("suara");
if ($page) {
  mount($page, { code: codeInPath(location.pathname) });
  if ("serviceWorker" in navigator && isSecureContext) {
    navigator.serviceWorker.register("/isi/sw.js", { scope: "/" }).catch(() => undefined);
  }
}
