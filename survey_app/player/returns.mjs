/** Three words lead a child back to their answers: to go on at this tablet, or to delete them. */

import { firstOpenScreen, fits, fromRecord, newDraft } from "./draft.mjs";
import { request } from "./network.mjs";

/**
 * What a return code leads to: a response still waiting on this tablet, else the server's.
 * @param {"open"|"withdraw"} action
 * @returns {Promise<{draft?: object, deleted?: boolean, key?: string, message?: string}>}
 *   the draft to go on with, or what to say
 */
export async function comeBack(player, words, action) {
  const here = await waitingHere(player, words);
  if (here && (await player.hold.take(here.id))) {
    if (action === "open") return { draft: Object.assign(here, { left: false }) };
    player.takeBack(here);
    return { deleted: true };
  }
  const payload = { suara: 1, gathering: player.code, words, action };
  const { status, body } = await request(`${player.api}/api/v1/returns`, { payload });
  if (!body || body.suara !== 1) return { key: "perlu_sambungan" };
  if (status === 404) return { key: "kata_tidak_ada" };
  if (status !== 200) return { message: body.error.message[player.language] };
  if (action === "withdraw") return { deleted: true };
  const { response } = body;
  if (body.finished || response.finished) return { key: "sudah_selesai" };
  return { draft: await fromServer(player, response, words) };
}

async function waitingHere(player, words) {
  const all = await player.storage.drafts();
  return all
    .map((one) => one.draft)
    .filter((record) => !record.finished && !record.withdrawn && record.code === player.code)
    .map(fromRecord)
    .find((draft) => draft && fits(draft, player.pack) && draft.content.return_words === words);
}

async function fromServer(player, { id, revision, content }, words) {
  const { language, mode } = player;
  const draft = newDraft(player.pack, { language, mode, assent: true });
  Object.assign(draft, { id, revision, content: JSON.parse(content) });
  // The server keeps no words: the child has just said them.
  draft.content.return_words = words;
  draft.screen = firstOpenScreen(draft, player.questions);
  await player.hold.take(id);
  return draft;
}
