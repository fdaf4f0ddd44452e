/** The child's player: from the code on the blackboard to "thank you", whatever the Wi-Fi does. */

import { answer, cleanText, fits, fromRecord, newDraft, pickWords, toRecord } from "./draft.mjs";
import { Frame } from "./frame.mjs";
import { codeInPath, loadPackage, request } from "./network.mjs";
import { Outbox } from "./outbox.mjs";
import { complaint } from "./questions.mjs";
import {
  assentScreen, closingScreen, codeScreen, failureScreen, loadingScreen, questionBody, questionScreen,
  resumeScreen,
} from "./screens.mjs";
import { Reader } from "./speech.mjs";
import { isOver, openStorage } from "./storage.mjs";
import { TabHold } from "./tabs.mjs";

// Half of the second that may be lost: the other half is for the disk.
const TYPING_KEPT_EVERY_MS = 500;
// A draft nobody came back to on the next day goes to the server as it is.
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;
const STATE_WORDS = { saved: "kirim_tersimpan", sent: "kirim_terkirim", help: "kirim_bantuan" };

const players = new WeakMap();

/** Run something when the child waits for nothing. */
function whenIdle(run) {
  if (window.requestIdleCallback) requestIdleCallback(run);
  else setTimeout(run, 200);
}

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
    this.options = options;
    this.api = options.api || "";
    this.preview = options.mode === "preview";
    this.start = options.start || JSON.parse(document.getElementById("suara-start").textContent);
    this.language = "id";
    this.pack = null;
    this.draft = null;
    this.code = options.code || "";
    this.reader = new Reader(() => this.frame.drawHear());
    this.frame = new Frame(this, element, options.stylesheet);
    this._listen();
  }

  get wording() {
    return (this.pack || this.start).wording;
  }

  get languages() {
    return this.pack ? this.pack.questionnaire.languages : Object.keys(this.wording);
  }

  /** Is a child in the middle of it? */
  get answering() {
    return Boolean(this.draft) && !this.draft.finished && !this.draft.withdrawn;
  }

  /** A text in the child's language, with its {places} filled in. */
  t(key, values) {
    // A questionnaire kept since before an update may not know a new text yet.
    const text = this.wording[this.language][key] || this.start.wording[this.language][key] || "";
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  begin() {
    if (this.preview) {
      this._use(this.options.package);
      this.show(assentScreen);
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
    // Else a tablet that runs out of room may throw the answers away.
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => false);
    if (this.code) this.open(this.code);
    else this.show(codeScreen);
  }

  /** Come in with a code: its questionnaire, and a draft somebody may want to go on with. */
  async open(code) {
    this.code = code;
    this.draft = null;
    this.show(loadingScreen);
    const { pack, error, stored } = await loadPackage(this.api, code, this.storage);
    if (pack || stored) this._use(pack || stored);
    const draft = this.pack && (await this._unfinished());
    if (draft) this.show(resumeScreen(draft));
    else if (error) this.show(failureScreen(error));
    else this.show(assentScreen);
  }

  _use(pack) {
    this.pack = pack;
    this.mode = this.preview ? "preview" : this.options.mode || pack.gathering.mode;
    if (!this.languages.includes(this.language)) this.language = this.languages[0];
    whenIdle(() => this._rehearse(pack));
  }

  /**
   * While a child listens to the assent: each question is made once, unseen, and the pictures of
   * all are kept. On an old tablet the first taps would else take twice as long as the later ones.
   */
  _rehearse(pack, at = 0) {
    const question = pack.questionnaire.questions[at];
    if (!question || pack !== this.pack) return;
    if (at === 0) this.rehearsed = [];
    this.rehearsed.push(questionBody(this, question));
    whenIdle(() => this._rehearse(pack, at + 1));
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
        this.outbox.wake();
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
    return this.show(questionScreen);
  }

  /** Go on with a draft that waited here or came from the server. */
  goOn(draft) {
    this._work(draft);
    this.language = draft.content.language;
    draft.screen = Math.min(draft.screen, this.questions.length - 1);
    this.keep();
    this.show(questionScreen);
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
    this.warn("");
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
    if (wrong) this.warn(this.t(wrong.key, wrong.values));
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
    return this.show(questionScreen);
  }

  finish() {
    this.draft.finished = true;
    this.draft.content.needs_help = false;
    this.keep({ urgent: true });
    this.show(closingScreen);
  }

  /** The child takes everything back: the tablet forgets it now, the server when it is reached. */
  withdraw() {
    this.takeBack(this.draft);
    this.show(closingScreen);
  }

  takeBack(draft) {
    if (draft !== this.draft) this._work(draft);
    draft.withdrawn = true;
    this.keep({ urgent: true });
    draft.content.answers = {};
  }

  /** Nothing of this child stays on the screen or in this page; only the outbox holds it. */
  nextChild() {
    if (this.hold) this.hold.release();
    this.draft = null;
    this.sealed = "";
    this.language = this.languages[0];
    this.show(assentScreen);
    if (!this.preview) this._stillOpen();
  }

  /** A gathering that was closed meanwhile takes no further child. */
  async _stillOpen() {
    const { pack, error } = await loadPackage(this.api, this.code, this.storage);
    if (this.draft) return;
    if (pack) this._use(pack);
    else if (error.code !== "offline") this.show(failureScreen(error));
  }

  async _newWords(id) {
    if (!this.draft || this.draft.id !== id) return;
    if (this.draft.finished) {
      this.wordsLost = id;
      this._draw(this.screen, { focus: null });
    } else {
      this.draft.content.return_words = pickWords(this.pack.words);
      this.keep();
    }
  }

  /**
   * @param {(player: Player) => object} screen see screens.mjs
   * @param {{focus?: string|null}} how what gets the focus: the heading unless told otherwise
   */
  show(screen, how) {
    this.behind = [];
    this._draw(screen, how);
  }

  /** A page beside the questions, and the way back from it. */
  aside(screen) {
    this.behind.push(this.screen);
    this._draw(screen);
  }

  return() {
    this._draw(this.behind.pop());
  }

  /** Change the language; what is on the screen stays. */
  speak(language) {
    this.language = language;
    this._draw(this.screen, { focus: ".language" });
  }

  _draw(screen, { focus = "h1" } = {}) {
    this.reader.stop();
    if (this.typing) this.keep();
    this.screen = screen;
    this.frame.draw(screen(this));
    this.drawState();
    this.frame.focus(focus);
  }

  warn(text) {
    this.frame.warn(text);
  }

  /** The state of delivery, wherever the screen shows it; spoken only when it is news. */
  drawState() {
    if (!this.outbox || !this.screen) return;
    const state = this.draft ? this.outbox.stateOf(this.draft) : this.outbox.state;
    const words = this.t(STATE_WORDS[state]);
    this.frame.drawState(state, words, this.outbox.waiting);
    const news = this.draft && state !== this.said && (this.draft.finished || state === "help");
    if (news) this.frame.say(words);
    this.said = state;
    this._tellPage({ delivery: state, waiting: this.outbox.waiting });
  }

  /** Whoever mounted the player hears of a change, not of every look at the outbox. */
  _tellPage(news) {
    const told = JSON.stringify(news);
    if (this.options.onState && told !== this.told) this.options.onState(news);
    this.told = told;
  }

  _listen() {
    const listeners = [
      [window, "online", () => this.outbox && this.outbox.wake({ urgent: true })],
      [document, "visibilitychange", () => this._seenOrHidden()],
      [window, "pagehide", () => this._keepNow()],
      [window, "beforeunload", (event) => this._warnBeforeLoss(event)],
      // A page brought back by the browser's back button must not show another child's answers.
      [window, "pageshow", (event) => event.persisted && this.code && this.open(this.code)],
    ];
    for (const [target, name, run] of listeners) target.addEventListener(name, run);
    this._unlisten = () => listeners.forEach(([target, name, run]) => target.removeEventListener(name, run));
  }

  /** Where nothing could be stored, this page is all there is. */
  _warnBeforeLoss(event) {
    if (!this.storage || !this.storage.failing || !this.outbox.waiting) return;
    event.preventDefault();
    event.returnValue = ""; // what Chrome asked for until version 119
  }

  /** The page may be gone in a moment. */
  _keepNow() {
    if (this.typing) this.keep({ urgent: true });
    if (this.storage) this.storage.hurry();
  }

  _seenOrHidden() {
    if (document.visibilityState === "hidden") {
      this.reader.stop();
      this._keepNow();
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
    this.frame.destroy();
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
