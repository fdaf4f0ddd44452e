/** One child's answers while they are being given: how a draft begins, changes and is written down. */

// Raise it when the stored form changes and add a step to UPGRADES. The fields an envelope is made
// of (id, revision, finished, withdrawn, code, ticket, content) never change their meaning, so a
// draft of any schema can always be sent, even one written by a newer version of the player.
export const SCHEMA = 1;
const UPGRADES = {};
const LONE_SURROGATES = /\p{Cs}/gu;

/** A version-4 UUID; `crypto.randomUUID` is missing on plain HTTP and before Chrome 92. */
export function uuid(source = crypto) {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Three easy words, one of each list, joined by hyphens: `kucing-merah-tujuh`. */
export function pickWords(lists, source = crypto) {
  const random = source.getRandomValues(new Uint32Array(lists.length));
  return lists.map((list, at) => list[random[at] % list.length]).join("-");
}

/** Typed text as it can be stored anywhere: no half characters, no NUL (PostgreSQL refuses both). */
export function cleanText(text) {
  return text.replace(LONE_SURROGATES, "").replace(/\0/g, "");
}

/**
 * A draft for a child who has just said yes (or no) to taking part.
 * @param {object} pack the package of the gathering
 */
export function newDraft(pack, { language, mode, assent, source = crypto }) {
  return {
    schema: SCHEMA,
    id: uuid(source),
    code: pack.gathering.code,
    ticket: pack.gathering.ticket,
    revision: 0,
    finished: false,
    withdrawn: false,
    left: false,
    screen: 0,
    content: {
      questionnaire: { key: pack.questionnaire.key, version: pack.questionnaire.version },
      language,
      assent,
      mode,
      talk_to_adult: false,
      facilitator_may_know: false,
      needs_help: false,
      return_words: pickWords(pack.words, source),
      answers: {},
    },
  };
}

/**
 * Write an answer down with the language it was given in; `null` is a skipped question.
 * An answer taken back (`undefined`) becomes a skipped one: its key stays, so the server can tell
 * a child who changed their mind from two tablets that each hold a part (contract: "fork").
 */
export function answer(draft, key, value, language) {
  const { answers } = draft.content;
  if (value === undefined && !answers[key]) return;
  const given = value === undefined ? null : value;
  answers[key] = { value: given, language, skipped: given === null };
}

/** The draft as it is stored and sent: its content is text, so its hash is over exact bytes. */
export function toRecord(draft, now) {
  const content = draft.withdrawn ? "" : JSON.stringify(draft.content);
  return Object.assign({}, draft, { content, updated: now });
}

/** A stored record as a draft again, or null when it cannot be opened (it can still be sent). */
export function fromRecord(record) {
  let draft = Object.assign({}, record);
  try {
    while (draft.schema < SCHEMA) draft = UPGRADES[draft.schema](draft);
    return draft.schema === SCHEMA
      ? Object.assign(draft, { content: JSON.parse(draft.content) })
      : null;
  } catch (_) {
    return null;
  }
}

/** Does this draft belong to the questionnaire version in the package? */
export function fits(draft, pack) {
  const asked = draft.content.questionnaire;
  return asked.key === pack.questionnaire.key && asked.version === pack.questionnaire.version;
}

/** The screen a returning child continues at: the first question without an answer. */
export function firstOpenScreen(draft, questions) {
  const at = questions.findIndex(
    (question) => question.type !== "information" && !draft.content.answers[question.key]
  );
  return at < 0 ? questions.length - 1 : at;
}
