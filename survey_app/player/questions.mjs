/** The ten kinds of questions: what each looks like, what it reads aloud, when it is answered. */

import { h } from "./dom.mjs";
import { dots, face, icon, sign } from "./pictures.mjs";

const DEFAULT_MAX_LENGTH = 1000;
const DEGREES = [1, 2, 3, 4, 5];
const YES_MAYBE_NO = { yes: "ya", maybe: "mungkin", no: "tidak" };
// From here on a child wants to know how much room is left.
const ROOM_SHOWN_BELOW = 50;

/**
 * What there is to choose from: value, words and drawing of each option, in order.
 * @returns {{value: *, text: string, draw?: () => Element, picture?: string}[]}
 */
export function optionsOf(question, language, t) {
  if (question.type === "faces") {
    return DEGREES.map((n) => ({ value: n, text: t(`wajah_${n}`), draw: () => face(n) }));
  }
  if (question.type === "yes_maybe_no") {
    return Object.keys(YES_MAYBE_NO).map((value) => ({
      value, text: t(YES_MAYBE_NO[value]), draw: () => sign(value),
    }));
  }
  if (question.type === "rating") {
    const count = question.points.length;
    return question.points.map((texts, at) => ({
      value: at + 1, text: texts[language], draw: () => dots(at + 1, count),
    }));
  }
  return (question.choices || []).map((choice) => ({
    value: choice.key, text: choice.text[language], picture: choice.picture,
  }));
}

/** The sentences read aloud: question, hint, options. Never an answer a child wrote. */
export function sentencesOf(question, language, t) {
  const sentences = [question.text[language]];
  if (question.hint) sentences.push(question.hint[language]);
  return sentences.concat(optionsOf(question, language, t).map((option) => option.text));
}

/**
 * Why this answer is not yet one, as a text key with its values; null when it is.
 * @returns {{key: string, values?: object}|null}
 */
export function complaint(question, value) {
  if (question.type === "information") return null;
  const empty = value === undefined || value === null || value === "" ||
    (Array.isArray(value) && !value.length);
  if (question.type === "number") {
    return empty ? { key: "angka_dulu" } : outOfRange(question, value);
  }
  if (!empty) return null;
  return { key: question.type.endsWith("_text") ? "tulis_dulu" : "pilih_dulu" };
}

function outOfRange({ minimum, maximum }, value) {
  const tooSmall = typeof minimum === "number" && value < minimum;
  const tooLarge = typeof maximum === "number" && value > maximum;
  if (!tooSmall && !tooLarge) return null;
  const both = typeof minimum === "number" && typeof maximum === "number";
  const key = both ? "angka_antara" : tooSmall ? "angka_minimal" : "angka_maksimal";
  return { key, values: { minimum, maximum } };
}

/** A typed number, with a comma or a point; undefined when it is none. */
export function parseNumber(text) {
  const typed = text.trim().replace(",", ".");
  return /^-?\d{1,9}(\.\d{1,4})?$/.test(typed) ? Number(typed) : undefined;
}

/**
 * The part of the screen a child answers on.
 * @param {object} question
 * @param {{value: *, language: string, t: Function, places?: object[], name: string,
 *   onAnswer: (value: *) => void, onTyping: (value: *) => void}} tools
 */
export function answerArea(question, tools) {
  const make = AREAS[question.type];
  return make ? make(question, tools) : null;
}

const AREAS = {
  faces: (question, tools) => radios(question, tools, "options faces"),
  yes_maybe_no: (question, tools) => radios(question, tools, "options three"),
  rating: (question, tools) => radios(question, tools, "options list"),
  choice: (question, tools) => radios(question, tools, layoutOf(question)),
  choices: checkboxes,
  short_text: (question, tools) => typed("input", question, tools),
  long_text: (question, tools) => typed("textarea", question, tools),
  number: numberField,
  place: placePicker,
};

function layoutOf(question) {
  return question.choices.some((choice) => choice.picture) ? "options cards" : "options list";
}

function option(kind, name, { value, text, draw, picture }, checked, onchange) {
  const $picture = picture
    ? h("img", { class: "picture", src: picture, alt: "", draggable: "false" })
    : draw ? draw() : null;
  return h(
    "label",
    { class: "option" },
    h("input", { type: kind, name, value, checked, onchange, autocomplete: "off" }),
    h("span", { class: "card" }, $picture, h("span", { class: "words" }, text),
      h("span", { class: "mark" }, icon("check")))
  );
}

function radios(question, { value, language, t, name, onAnswer }, className) {
  const options = optionsOf(question, language, t);
  const $group = h("div", { class: className, role: "radiogroup", "aria-labelledby": "question" });
  const $chosen = question.type === "faces" ? h("p", { class: "chosen", "aria-hidden": "true" }) : null;
  const say = (text) => {
    if ($chosen) $chosen.textContent = text ? t("kamu_memilih", { pilihan: text }) : "\u00a0";
  };
  for (const one of options) {
    $group.append(option("radio", name, one, one.value === value, () => {
      say(one.text);
      onAnswer(one.value);
    }));
  }
  say((options.find((one) => one.value === value) || {}).text);
  return h("div", null, $group, $chosen);
}

function checkboxes(question, { value, language, t, name, onAnswer }) {
  const ticked = new Set(value || []);
  const $group = h("div", { class: layoutOf(question), role: "group", "aria-labelledby": "question" });
  const options = optionsOf(question, language, t);
  for (const one of options) {
    $group.append(option("checkbox", name, one, ticked.has(one.value), (event) => {
      if (event.target.checked) ticked.add(one.value);
      else ticked.delete(one.value);
      // In the order of the questionnaire, so that the same ticks are the same answer.
      const keys = options.map((each) => each.value).filter((key) => ticked.has(key));
      onAnswer(keys.length ? keys : undefined);
    }));
  }
  const $more = question.hint ? null : h("p", { class: "hint" }, t("boleh_beberapa"));
  return h("div", null, $more, $group);
}

function typed(element, question, { value, t, onTyping }) {
  const limit = question.max_length || DEFAULT_MAX_LENGTH;
  const $room = h("p", { class: "hint room", "aria-live": "polite" });
  const show = (text) => {
    const room = limit - text.length;
    $room.textContent = room <= ROOM_SHOWN_BELOW ? t("sisa", { n: room }) : "";
  };
  const $field = h(element, {
    class: "field", "aria-labelledby": "question", placeholder: t("tulis_di_sini"),
    maxlength: limit, rows: element === "textarea" ? 5 : undefined, autocomplete: "off",
    // A browser's "enhanced" spell check would send a child's words to its maker.
    spellcheck: "false", autocapitalize: "sentences",
    oninput: () => {
      show($field.value);
      onTyping($field.value.trim() ? $field.value : undefined);
    },
  });
  $field.value = value || "";
  show($field.value);
  return h("div", null, $field, $room);
}

function numberField(question, { value, t, onTyping, onAnswer }) {
  const $field = h("input", {
    class: "field number", "aria-labelledby": "question", inputmode: "numeric", autocomplete: "off",
    maxlength: 12, oninput: () => onTyping(parseNumber($field.value)),
  });
  $field.value = typeof value === "number" ? String(value) : "";
  const step = (by) => () => {
    const now = parseNumber($field.value);
    const start = typeof question.minimum === "number" ? question.minimum : 0;
    const next = now === undefined ? start : now + by;
    if (outOfRange(question, next)) return;
    $field.value = String(next);
    onAnswer(next);
  };
  const stepper = (words, by, text) =>
    h("button", { type: "button", class: "button round", "aria-label": words, onclick: step(by) }, text);
  return h("div", { class: "stepper" }, stepper(t("kurang"), -1, "\u2212"), $field,
    stepper(t("tambah"), 1, "+"));
}

function placePicker(question, { value, t, name, places, onAnswer }) {
  const kecamatanOf = (code) =>
    places.find((place) => place.kelurahan.some((one) => one.code === code));
  const $kelurahan = h("div", { class: "step" });
  const $kecamatan = h("div", { class: "options grid", role: "radiogroup", "aria-label": t("kecamatan") });
  const open = (place, chosen) => {
    const title = t("kelurahan", { kecamatan: place.kecamatan });
    const $list = h("div", { class: "options grid", role: "radiogroup", "aria-label": title });
    for (const one of place.kelurahan) {
      const shown = { value: one.code, text: one.name };
      $list.append(option("radio", `${name}-kelurahan`, shown, one.code === chosen, () => onAnswer(one.code)));
    }
    $kelurahan.textContent = "";
    $kelurahan.append(h("h2", null, title), $list);
  };
  for (const place of places) {
    const here = kecamatanOf(value) === place;
    const shown = { value: place.kecamatan, text: place.kecamatan };
    $kecamatan.append(option("radio", `${name}-kecamatan`, shown, here, () => {
      open(place);
      onAnswer(undefined);
    }));
    if (here) open(place, value);
  }
  return h("div", null, h("h2", null, t("kecamatan")), $kecamatan, $kelurahan);
}
