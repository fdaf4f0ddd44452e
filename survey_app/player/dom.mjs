/** Making elements without innerHTML: a child's or a questionnaire's text is never markup. */

const SVG = "http://www.w3.org/2000/svg";

function filled($element, attributes, children) {
  for (const name of Object.keys(attributes || {})) {
    const value = attributes[name];
    if (name.startsWith("on")) $element.addEventListener(name.slice(2), value);
    else if (value === true) $element.setAttribute(name, "");
    else if (value !== false && value !== undefined) $element.setAttribute(name, value);
  }
  $element.append(...children.filter((child) => child !== null && child !== undefined));
  return $element;
}

/** `h("p", { class: "hint", onclick: run }, "text")` */
export function h(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for drawings. */
export function svg(name, attributes, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/** Make these the children of an element, in this order; those that stay are not touched. */
export function arrange($parent, parts) {
  const kept = parts.filter(Boolean);
  Array.from($parent.childNodes).forEach(($old) => kept.includes($old) || $old.remove());
  kept.forEach(($part, at) => {
    const $there = $parent.childNodes[at];
    if ($there !== $part) $parent.insertBefore($part, $there || null);
  });
}

/** A button with a drawing and words; `words` is its name even where only the drawing shows. */
export function button(className, $drawing, words, onclick, more) {
  // The second tap of a double tap would meet the next screen's button.
  const once = (event) => event.detail < 2 && onclick(event);
  const own = { type: "button", class: `button ${className}`, "aria-label": words, onclick: once };
  const attributes = Object.assign(own, more);
  return h("button", attributes, $drawing, h("span", { class: "words" }, words));
}
