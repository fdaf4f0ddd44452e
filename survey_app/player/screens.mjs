/**
 * The screens around and with the questions. Each takes the player and says what is to be seen:
 * {heading, body, foot?, above?, step?, steps?, sentences?, audio?, kind?, calm?, stopping?,
 * helping?, onState?}.
 */

import { button, h } from "./dom.mjs";
import { normaliseCode } from "./network.mjs";
import { icon, landscape, stateIcon } from "./pictures.mjs";
import { answerArea, sentencesOf } from "./questions.mjs";
import { comeBack } from "./returns.mjs";

const CODE_LENGTH = 6;
const STATE_MORE = {
  saved: "kirim_tersimpan_isi", sent: "kirim_terkirim_isi", help: "kirim_bantuan_isi",
};
const ABOUT = [
  ["send", "tentang_simpan"], ["hide", "tentang_nama"], ["show", "tentang_baca"], ["help", "tentang_bahaya"],
  ["bin", "tentang_lama"], ["stop", "tentang_berhenti"], ["key", "tentang_tarik"], ["hand", "tentang_tanya"],
];

function paragraphs(text) {
  return text.split(/\n+/).filter(Boolean).map((line) => h("p", null, line));
}

/** "3 answers are waiting": a number, never what they say. */
function waitingLine(player) {
  const $line = h("p", { class: "hint waiting" });
  return {
    $line,
    onState: (state, words, waiting) => {
      const count = waiting ? player.t("menunggu", { n: waiting }) : "";
      $line.textContent = state === "help" ? `${count}. ${words}.` : count;
    },
  };
}

/** The bare address: a field for the code on the blackboard. */
export function codeScreen(player) {
  const { $line, onState } = waitingLine(player);
  const $field = h("input", {
    class: "field code", id: "kode", autocomplete: "off", autocapitalize: "characters",
    spellcheck: "false", maxlength: 12, "aria-describedby": "kode-petunjuk",
  });
  const onsubmit = (event) => {
    event.preventDefault();
    const typed = normaliseCode($field.value);
    if (typed.length !== CODE_LENGTH) {
      player.warn(player.t("kode_belum"));
      $field.focus();
      return;
    }
    if (!player.frame.embedded) history.replaceState(null, "", `/isi/${typed}`);
    player.open(typed);
  };
  return {
    kind: "first",
    above: landscape(),
    heading: player.t("suara_anak"),
    onState,
    body: [
      h("form", { onsubmit },
        h("label", { for: "kode" }, player.t("sapaan")),
        $field,
        h("p", { class: "hint", id: "kode-petunjuk" }, player.t("kode_petunjuk")),
        h("button", { class: "button main-one" }, h("span", null, player.t("buka")), icon("next"))),
      $line,
    ],
  };
}

export function loadingScreen(player) {
  return { kind: "first", calm: true, above: landscape(), heading: player.t("memuat"), body: [] };
}

/** The gathering cannot be entered: why, in a friendly sentence, and what to do. */
export const failureScreen = (error) => (player) => {
  const offline = error.code === "offline";
  const message = error.message && error.message[player.language];
  const again = () => player.open(player.code);
  const other = () => {
    player.pack = null;
    if (!player.frame.embedded) history.replaceState(null, "", "/");
    player.show(codeScreen);
  };
  return {
    kind: "first",
    above: landscape(),
    heading: message || player.t(offline ? "luring" : "galat_lain"),
    body: [
      h("div", { class: "stack" },
        button("main-one", icon("next"), player.t("coba_lagi"), again),
        player.frame.embedded ? null : button("plain", icon("key"), player.t("kode_lain"), other)),
    ],
  };
};

/** Somebody began here: go on, or make room. The answers stay covered until that child says so. */
export const resumeScreen = (draft) => (player) => ({
  kind: "first",
  above: landscape(),
  heading: player.t("lanjutkan_judul"),
  sentences: ["lanjutkan_judul", "lanjutkan_isi", "lanjutkan", "anak_lain"].map((key) => player.t(key)),
  body: [
    h("p", null, player.t("lanjutkan_isi")),
    h("div", { class: "equal" },
      button("main-one", icon("check"), player.t("lanjutkan"), () => player.goOn(draft)),
      button("main-one", icon("child"), player.t("anak_lain"), () => player.leave(draft))),
  ],
});

/** Assent, first of all: *Tidak mau* is as large as *Mau*. */
export function assentScreen(player) {
  const { questionnaire } = player.pack;
  const text = questionnaire.assent[player.language];
  const { $line, onState } = waitingLine(player);
  const title = questionnaire.title[player.language];
  return {
    kind: "first",
    above: landscape(),
    heading: title,
    sentences: [title, text, player.t("mau"), player.t("tidak_mau")],
    audio: questionnaire.assent_audio,
    onState,
    body: [
      ...paragraphs(text),
      h("div", { class: "equal" },
        button("main-one", icon("check"), player.t("mau"), () => player.agree(true)),
        button("main-one", icon("hand"), player.t("tidak_mau"), () => player.agree(false))),
      h("div", { class: "stack" },
        aboutButton(player),
        player.preview
          ? null
          : button("plain", icon("key"), player.t("punya_kode"), () => player.aside(returnScreen))),
      $line,
    ],
  };
}

/** The way to what becomes of the answers; a questionnaire kept since before an update has none. */
function aboutButton(player) {
  if (!player.pack || !player.pack.keeping) return null;
  return button("plain", icon("about"), player.t("tentang"), () => player.aside(aboutScreen));
}

/** What is kept, who reads it, for how long, and how to take it back; when an adult must help. */
function aboutScreen(player) {
  const long = player.pack.keeping[player.language];
  const lines = ABOUT.map(([drawing, key]) => [drawing, player.t(key, long)]);
  return {
    heading: player.t("tentang"),
    sentences: [player.t("tentang")].concat(lines.map(([, text]) => text)),
    body: [
      h("ul", { class: "lines about" }, ...lines.map(([drawing, text]) => h("li", null, icon(drawing), h("span", null, text)))),
      button("main-one", icon("back"), player.t("kembali"), () => player.return()),
    ],
  };
}

function illustration({ picture, type }) {
  if (picture) return h("img", { class: "illustration", src: picture, alt: "" });
  return type === "information" ? landscape() : null;
}

/** What a question is made of: its picture, its hint and what there is to choose from or to fill. */
export function questionBody(player, question, value) {
  const { language } = player;
  const area = answerArea(question, {
    t: (key, values) => player.t(key, values),
    language, value, name: `q-${question.key}`, places: player.pack.places,
    onAnswer: (given) => player.answered(given),
    onTyping: (given) => player.typed(given),
  });
  return {
    above: illustration(question),
    body: [question.hint ? h("p", { class: "hint" }, question.hint[language]) : null, area],
  };
}

/** One question. */
export function questionScreen(player) {
  const { asked, language } = player;
  const at = player.draft.screen;
  const last = at === player.questions.length - 1;
  const t = (key, values) => player.t(key, values);
  return {
    kind: `ask ${asked.type}`,
    heading: asked.text[language],
    step: at,
    steps: player.questions.length,
    sentences: sentencesOf(asked, language, t),
    audio: asked.audio,
    ...questionBody(player, asked, player.valueOf(asked)),
    foot: [
      at ? button("plain back", icon("back"), t("kembali"), () => player.back()) : h("span"),
      button("plain", icon("skip"), t("lewati"), () => player.skip()),
      button("main-one", icon(last ? "check" : "next"), t(last ? "selesai" : "lanjut"), () => player.next()),
    ],
  };
}

/** Stopping is always all right: go on, send what is there, or take everything back. */
export function stopScreen(player) {
  const t = (key) => player.t(key);
  const keys = ["berhenti_judul", "berhenti_isi", "lanjut_mengisi", "berhenti_kirim", "berhenti_hapus"];
  return {
    stopping: true,
    heading: t("berhenti_judul"),
    sentences: keys.map(t),
    body: [
      h("p", null, t("berhenti_isi")),
      h("div", { class: "stack" },
        button("main-one", icon("next"), t("lanjut_mengisi"), () => player.show(questionScreen)),
        button("plain", icon("send"), t("berhenti_kirim"), () => player.finish()),
        button("plain", icon("bin"), t("berhenti_hapus"), () => player.aside(removeScreen))),
      player.preview ? null : returnCode(player, "kode_lanjut_isi"),
    ],
  };
}

/** Taking everything back is asked twice. */
export function removeScreen(player) {
  const t = (key) => player.t(key);
  return {
    stopping: true,
    heading: t("hapus_judul"),
    sentences: ["hapus_judul", "hapus_isi", "tidak_jadi", "ya_hapus"].map(t),
    body: [
      h("p", null, t("hapus_isi")),
      h("div", { class: "equal" },
        button("main-one", icon("back"), t("tidak_jadi"), () => player.return()),
        button("main-one", icon("bin"), t("ya_hapus"), () => player.withdraw())),
    ],
  };
}

function returnCode(player, explained) {
  const { content, id } = player.draft;
  if (player.wordsLost === id) return h("p", null, player.t("kode_hilang"));
  return h("div", { class: "return-code" },
    h("p", null, player.t("kode_kembali")),
    h("p", { class: "words", lang: "id" }, content.return_words),
    h("p", { class: "hint" }, player.t(explained)));
}

/** A grown-up to talk to; whoever is here is told of it only when the child says so as well. */
function talkTick(player) {
  const { content } = player.draft;
  const keep = () => player.keep({ urgent: true });
  const tick = (key, checked, onchange) => h("div", null,
    h("label", { class: "option" },
      h("input", { type: "checkbox", checked, onchange, "aria-describedby": `${key}-isi` }),
      h("span", { class: "card" }, icon("chat"), h("span", { class: "words" }, player.t(key)),
        h("span", { class: "mark" }, icon("check")))),
    h("p", { class: "hint", id: `${key}-isi` }, player.t(`${key}_isi`)));
  const $more = h("div", { "aria-live": "polite" });
  const show = () => {
    $more.textContent = "";
    if (!content.talk_to_adult) return;
    $more.append(tick("pendamping", content.facilitator_may_know === true, (event) => {
      content.facilitator_may_know = event.target.checked;
      keep();
    }));
  };
  show();
  return h("div", { class: "talk" },
    tick("bicara", content.talk_to_adult, (event) => {
      content.talk_to_adult = event.target.checked;
      content.facilitator_may_know = false;
      keep();
      show();
    }),
    $more);
}

/** What is read aloud of it: the second tick once it is there. */
function talkSentences(player) {
  const keys = ["bicara", "bicara_isi"];
  if (player.draft.content.talk_to_adult) keys.push("pendamping", "pendamping_isi");
  return keys.map((key) => player.t(key));
}

function handRaise(player) {
  const { content } = player.draft;
  const $said = h("p", { class: "hint", role: "status" });
  const $button = button("plain raise", icon("hand"), player.t("angkat_tangan"), () => {
    content.needs_help = !content.needs_help;
    player.keep({ urgent: true });
    show();
  });
  const show = () => {
    $button.setAttribute("aria-pressed", String(content.needs_help));
    $said.textContent = content.needs_help ? player.t("tangan_naik") : "";
  };
  show();
  return h("div", null, $button, $said);
}

/** Help, from every screen: a raised hand, a grown-up to talk to, telephone lines. */
export function helpScreen(player) {
  const t = (key, values) => player.t(key, values);
  const lines = (player.pack || player.start).help_lines;
  const { answering } = player;
  const items = lines.map((line) =>
    h("li", null, h("strong", null, line.name),
      h("span", null, t("telepon", { nomor: line.phone })),
      line.whatsapp ? h("span", null, t("whatsapp", { nomor: line.whatsapp })) : null));
  const ownLines = () => answering ? talkSentences(player).concat(t("jujur")) : [];
  const spoken = ["telepon_judul", "telepon_isi"].map((key) => t(key))
    .concat(lines.map((line) => `${line.name}. ${t("telepon", { nomor: line.phone })}`));
  return {
    helping: true,
    heading: t(answering ? "bantuan_judul" : "bantuan"),
    get sentences() {
      return ownLines().concat(spoken);
    },
    body: [
      answering && !player.preview ? handRaise(player) : null,
      answering ? talkTick(player) : null,
      answering ? h("p", null, t("jujur")) : null,
      h("h2", null, t("telepon_judul")),
      h("p", null, t("telepon_isi")),
      h("ul", { class: "lines" }, ...items),
      h("div", { class: "stack" },
        aboutButton(player),
        button("main-one", icon("back"), t(answering ? "kembali_mengisi" : "kembali"), () => player.return())),
    ],
  };
}

/** A calm picture instead of the answers, for when somebody walks by. */
export function hiddenScreen(player) {
  return {
    kind: "cover",
    calm: true,
    above: landscape(),
    heading: player.t("layar_tersembunyi"),
    body: [button("main-one", icon("show"), player.t("buka_layar"), () => player.return())],
  };
}

/** Thank you: where the answers are now, the return code, a grown-up to talk to, the next child. */
export function closingScreen(player) {
  const { draft, language } = player;
  const t = (key) => player.t(key);
  const { withdrawn } = draft;
  const given = draft.content.assent && !withdrawn;
  const $delivery = h("div", { class: "delivery" });
  const onState = (state, words) => {
    const more = withdrawn && state !== "help" ? null : t(STATE_MORE[state]);
    const shown = withdrawn && state === "saved" ? t("hapus_menunggu") : words;
    $delivery.className = `delivery ${state}`;
    $delivery.textContent = "";
    $delivery.append(stateIcon(state), h("p", { class: "words" }, withdrawn && state === "sent" ? t("sudah_dihapus") : shown));
    if (more) $delivery.append(h("p", { class: "hint" }, more));
  };
  const thanks = given ? player.pack.questionnaire.closing[language] : t("tidak_apa");
  const heading = t(withdrawn ? "sudah_dihapus" : "terima_kasih");
  const nextKey = player.mode === "group" ? "kelompok_berikutnya" : "anak_berikutnya";
  return {
    kind: "closing",
    heading,
    get sentences() {
      return [heading, thanks].concat(withdrawn ? [] : talkSentences(player));
    },
    onState,
    above: landscape(),
    body: [
      ...paragraphs(thanks),
      player.preview ? null : $delivery,
      given && !player.preview ? returnCode(player, "kode_kembali_isi") : null,
      withdrawn ? null : talkTick(player),
      button("main-one", icon("child"), t(nextKey), () => player.nextChild()),
    ],
  };
}

/** Three words bring a child back to their answers: to go on here, or to delete them. */
export function returnScreen(player) {
  const t = (key, values) => player.t(key, values);
  const selects = player.pack.words.map((list, at) =>
    h("select", { class: "field", id: `kata-${at}`, autocomplete: "off" },
      h("option", { value: "" }, t("pilih")),
      ...list.slice().sort().map((word) => h("option", { value: word, lang: "id" }, word))));
  const chosen = () => selects.map(($select) => $select.value);
  const run = async (action) => {
    if (chosen().includes("")) return player.warn(t("kata_belum"));
    player.warn("");
    const came = await comeBack(player, chosen().join("-"), action);
    if (came.draft) return player.goOn(came.draft);
    if (came.deleted) return player.show(deletedScreen);
    return player.warn(came.message || t(came.key));
  };
  const $sure = h("div", { class: "stack" });
  const ask = () => {
    $sure.textContent = "";
    $sure.append(h("p", null, t("hapus_isi")),
      button("plain", icon("back"), t("tidak_jadi"), () => player.return()),
      button("plain", icon("bin"), t("ya_hapus"), () => run("withdraw")));
    $sure.querySelector("button").focus();
  };
  return {
    heading: t("kembali_judul"),
    sentences: [t("kembali_judul"), t("kembali_isi")],
    body: [
      h("p", null, t("kembali_isi")),
      h("div", { class: "three-words" }, ...selects.map(($select, at) =>
        h("div", null, h("label", { for: `kata-${at}` }, t("kata", { n: at + 1 })), $select))),
      h("div", { class: "stack" },
        button("main-one", icon("next"), t("kembali_lanjut"), () => run("open")),
        button("plain", icon("bin"), t("kembali_hapus"), ask)),
      $sure,
      button("plain", icon("back"), t("kembali"), () => player.return()),
    ],
  };
}

function deletedScreen(player) {
  return {
    heading: player.t("sudah_dihapus"),
    above: landscape(),
    kind: "closing",
    body: [button("main-one", icon("back"), player.t("kembali"), () => player.nextChild())],
  };
}
