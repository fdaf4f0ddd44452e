/**
 * A short sound when something urgent is new, made here, so that nothing is fetched. Browsers let
 * a page sound only after a tap on it: the button asks for one, and what was chosen is remembered.
 */

const WANTED = "suara-bunyi"; // in localStorage: this laptop is to sound
const HEARD = "suara-terdengar"; // in sessionStorage: what this tab has sounded for, also reloaded
const TONES = [[880, 0], [660, 0.2], [880, 0.4]]; // Hz, seconds after the start
const LENGTH = 0.18; // seconds of each
const LOUDNESS = 0.25;
const BELL = "M12 3a6 6 0 0 0-6 6v4l-2 4h16l-2-4V9a6 6 0 0 0-6-6zM10 19a2 2 0 0 0 4 0z";
const SLASH = "M4 3L21 21";
const SVG = "http://www.w3.org/2000/svg";

let context = null;
let rung = 0;

/** Those that nobody heard of yet; at the first look none, for the officer sees them all. */
export function newOnes(heard, urgent) {
  return heard === null ? [] : urgent.filter((id) => !heard.includes(id));
}

/** A remembered value, or null where there is none or the browser keeps nothing. */
export function recall(storage, name) {
  try {
    return JSON.parse(storage().getItem(name));
  } catch (_) {
    return null;
  }
}

function remember(storage, name, value) {
  try {
    storage().setItem(name, JSON.stringify(value));
  } catch (_) {
    // Without a memory it sounds until the page is left.
  }
}

const here = () => localStorage;
const tab = () => sessionStorage;

function sounds() {
  return context !== null && context.state === "running";
}

function open() {
  if (context === null) context = new AudioContext();
  return context.resume();
}

function ring() {
  rung += 1;
  const start = context.currentTime;
  TONES.forEach(([pitch, after]) => {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(LOUDNESS, start + after);
    volume.gain.exponentialRampToValueAtTime(0.001, start + after + LENGTH);
    tone.connect(volume).connect(context.destination);
    tone.start(start + after);
    tone.stop(start + after + LENGTH);
  });
}

function drawing(paths) {
  const $drawing = document.createElementNS(SVG, "svg");
  $drawing.setAttribute("viewBox", "0 0 24 24");
  $drawing.setAttribute("aria-hidden", "true");
  paths.forEach((path) => {
    const $path = document.createElementNS(SVG, "path");
    $path.setAttribute("d", path);
    $drawing.append($path);
  });
  return $drawing;
}

/** The button in the page, made at the first look. */
function buttonIn(parent) {
  const $there = parent.querySelector("button");
  if ($there) return $there;
  const $button = document.createElement("button");
  $button.type = "button";
  parent.append($button);
  return $button;
}

export default function ({ parentElement, data }) {
  const $button = buttonIn(parentElement);
  const draw = () => {
    const wanted = recall(here, WANTED) === true;
    const words = !wanted ? data.off : sounds() ? data.on : data.held;
    $button.replaceChildren(drawing(wanted && sounds() ? [BELL] : [BELL, SLASH]), words);
    $button.setAttribute("aria-pressed", String(wanted && sounds()));
    $button.dataset.rung = rung;
  };
  $button.onclick = () => {
    const on = !(recall(here, WANTED) === true && sounds());
    remember(here, WANTED, on);
    if (!on) return draw();
    return open().then(ring).then(draw);
  };
  const wanted = recall(here, WANTED) === true;
  if (wanted && !sounds()) {
    open().then(draw); // waits for a tap anywhere, where the browser holds it back
    document.addEventListener("pointerdown", () => open().then(draw), { once: true });
  }
  const heard = recall(tab, HEARD);
  const fresh = newOnes(heard, data.urgent);
  if (heard === null) remember(tab, HEARD, data.urgent);
  else if (fresh.length) remember(tab, HEARD, heard.concat(fresh));
  if (fresh.length && wanted && sounds()) ring();
  draw();
}
