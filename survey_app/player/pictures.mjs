/** The drawings, as inline SVG: cheap tablets have no emoji fonts, and colour is never the only sign. */

import { svg } from "./dom.mjs";

// Drawn on a 24 x 24 grid with a round pen.
const ICONS = {
  next: "M5 12h13M12 5l7 7-7 7",
  back: "M19 12H6M12 5l-7 7 7 7",
  skip: "M4 6l7 6-7 6zM13 6l7 6-7 6z",
  stop: "M8 3h8l5 5v8l-5 5H8l-5-5V8z",
  hide: "M3 9c4 6 14 6 18 0M6 13l-2 3M12 14v4M18 13l2 3",
  show: "M2 12c5-8 15-8 20 0-5 8-15 8-20 0zM12 9a3 3 0 100 6 3 3 0 000-6z",
  help: "M12 3a9 9 0 100 18 9 9 0 000-18zM9 9.5c0-4 6-4 6 0 0 2-3 2.3-3 4.5M12 17.5v.1",
  hear: "M4 9v6h4l5 4V5L8 9zM16.5 9c1.5 2 1.5 4 0 6M19 6.5c3 3.5 3 7.5 0 11",
  quiet: "M4 9v6h4l5 4V5L8 9zM17 9.5l4 5M21 9.5l-4 5",
  language: "M4 4h16v11h-8l-4 5v-5H4zM8 8h8M8 11h5",
  hand: "M8 12V6a1.5 1.5 0 013 0v4V4a1.5 1.5 0 013 0v6-4a1.5 1.5 0 013 0v8c0 9-10 9-12 3l-2-4c-1-2 1.5-3 2.5-1z",
  send: "M3 12l18-8-6 17-4-7zM11 14l10-10",
  bin: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  child: "M12 4a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM5 21c0-9 14-9 14 0",
  phone: "M6 3h4l1.5 5L9 9.5c1 2.5 3 4.5 5.5 5.5l1.5-2.5 5 1.5v4c0 5-18-2-15-15z",
  chat: "M4 5h16v11h-9l-5 4v-4H4z",
  check: "M5 13l4.5 5L19 7",
  about: "M6 3h9l4 4v14H6zM9 11h7M9 15h7",
  key: "M8 8a4 4 0 100 8 4 4 0 000-8zM12 12h9v4M17 12v3",
  // The three states of delivery: in the tablet, on its way up and there, a raised hand.
  saved: "M5 2h14v20H5zM9 11l2.5 3 4-5M11 19h2",
  sent: "M4 15a4 4 0 010-8 6 6 0 0111-1 4.5 4.5 0 014 9M8.5 15l2.5 3 5-6",
};

/** A small drawing beside words; it has no name of its own. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name === "help-needed" ? "hand" : name] })
  );
}

/** The drawing of a state of delivery. */
export function stateIcon(state) {
  return icon(state === "help" ? "hand" : state);
}

// The Five Degrees of Happiness (Hall, Hume and Tazzyman 2016): every face is positive, and each
// is happier than the one before; under ten, children tick the happiest of a sad-to-happy row.
const MOUTHS = [
  "M36 62q14 7 28 0",
  "M33 60q17 13 34 0",
  "M30 58q20 23 40 0",
  "M29 57h42q-4 23-21 23t-21-23z",
  "M25 54h50q-3 33-25 33t-25-33z",
];
const EYES = [
  "M38 42v3M62 42v3",
  "M38 41v5M62 41v5",
  "M38 40v7M62 40v7",
  "M33 45q5-9 10 0M57 45q5-9 10 0",
  "M31 45q7-13 14 0M55 45q7-13 14 0",
];

/** A face of the scale, 1 (a little happy) to 5 (the happiest). */
export function face(degree) {
  const $face = picture("face");
  $face.append(
    svg("circle", { class: "skin", cx: 50, cy: 50, r: 37 + degree * 2 }),
    svg("path", { class: "line", d: EYES[degree - 1] }),
    svg("path", { class: degree > 3 ? "mouth line" : "line", d: MOUTHS[degree - 1] })
  );
  if (degree > 2) $face.append(svg("path", { class: "cheek", d: "M24 57h6M70 57h6" }));
  return $face;
}

const SIGNS = { yes: "M27 52l16 18 31-38", maybe: "M24 56q13-22 26-6t26-6", no: "M32 32l36 36M68 32L32 68" };
const SHAPES = {
  yes: ["circle", { cx: 50, cy: 50, r: 45 }],
  maybe: ["rect", { x: 6, y: 14, width: 88, height: 72, rx: 36 }],
  no: ["rect", { x: 8, y: 8, width: 84, height: 84, rx: 18 }],
};

/** Yes, maybe or no: each has its own sign, outline and colour. */
export function sign(answer) {
  const $sign = picture(`sign ${answer}`);
  const [shape, place] = SHAPES[answer];
  $sign.append(svg(shape, Object.assign({ class: "ground" }, place)));
  $sign.append(svg("path", { class: "line", d: SIGNS[answer] }));
  return $sign;
}

/** A point of a rating: as many filled dots as its value. */
export function dots(value, points) {
  const $dots = svg("svg", {
    class: "dots", viewBox: `0 0 ${points * 16} 16`, "aria-hidden": "true", focusable: "false",
  });
  for (let at = 0; at < points; at++) {
    const kind = at < value ? "dot full" : "dot";
    $dots.append(svg("circle", { class: kind, cx: at * 16 + 8, cy: 8, r: 6 }));
  }
  return $dots;
}

function picture(className) {
  return svg("svg", {
    class: `drawing ${className}`, viewBox: "0 0 100 100", "aria-hidden": "true", focusable: "false",
  });
}

/** Stepping stones in the river: those behind carry a tick, the one we stand on is large. */
export function stones(step, steps) {
  const wide = 26;
  const $path = svg("svg", {
    class: "stones", viewBox: `0 0 ${steps * wide} 30`, "aria-hidden": "true", focusable: "false",
  });
  const heightOf = (at) => 15 + (at % 2 ? 4 : -4);
  for (let at = 0; at < steps; at++) {
    const x = at * wide + wide / 2;
    const y = heightOf(at);
    if (at) {
      const line = { x1: x - wide, y1: heightOf(at - 1), x2: x, y2: y };
      $path.insertBefore(svg("line", Object.assign({ class: "way" }, line)), $path.firstChild);
    }
    const state = at < step ? "behind" : at === step ? "here" : "ahead";
    $path.append(svg("circle", { class: `stone ${state}`, cx: x, cy: y, r: at === step ? 10 : 7 }));
    if (at < step) $path.append(svg("path", { class: "tick", d: `M${x - 3} ${y}l2.5 3 4-6` }));
    if (at === step) $path.append(svg("circle", { class: "heart", cx: x, cy: y, r: 4 }));
  }
  return $path;
}

/** Mount Klotok and the Brantas in the morning: the calm picture of the first and hidden screens. */
export function landscape() {
  return svg(
    "svg",
    {
      class: "landscape", viewBox: "0 0 400 160", preserveAspectRatio: "xMidYMid slice",
      "aria-hidden": "true", focusable: "false",
    },
    svg("circle", { class: "sun", cx: 300, cy: 62, r: 30 }),
    svg("path", { class: "far", d: "M0 110q60-70 110-30t90-20 100 30 100-20v90H0z" }),
    svg("path", { class: "near", d: "M0 130q80-40 160-10t240-15v55H0z" }),
    svg("path", { class: "river", d: "M150 160q40-22 110-26t60-16q30 12-10 22t-40 20z" })
  );
}
