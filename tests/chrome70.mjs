/**
 * What Chrome 70 cannot read: syntax, functions and styles that came later.
 * Versions from MDN's browser compatibility tables.
 */

import { execFileSync } from "node:child_process";

// Node carries acorn for its own use; `--expose-internals` is the way in.
const PARSE = `
  const acorn = require("internal/deps/acorn/acorn/dist/acorn");
  let text = "";
  process.stdin.on("data", (part) => (text += part)).on("end", () => {
    const big = (_, value) => (typeof value === "bigint" ? String(value) : value);
    const tree = acorn.parse(text, { ecmaVersion: "latest", sourceType: "module", allowAwaitOutsideFunction: true });
    process.stdout.write(JSON.stringify(tree, big));
  });`;

const LATER_NODES = {
  ChainExpression: "a?.b (Chrome 80)",
  PropertyDefinition: "class field (72)",
  PrivateIdentifier: "#private (74)",
  StaticBlock: "static block (94)",
};
const LATER_NAMES = new Set(["globalThis", "queueMicrotask", "structuredClone"]);
const LATER_MEMBERS = new Set([
  "allSettled", "any", "at", "findLast", "findLastIndex", "fromEntries", "hasOwn", "inert", "matchAll",
  "replaceAll", "replaceChildren", "toSorted",
]);
const NEVER = new Set(["innerHTML", "outerHTML", "insertAdjacentHTML", "eval", "writeln"]);

/** The syntax tree of a module. */
export function treeOf(source) {
  const options = { input: source, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 };
  return JSON.parse(execFileSync(process.execPath, ["--expose-internals", "-e", PARSE], options));
}

/** @returns {string[]} one line per fault */
export function faultsOfScript(source) {
  const faults = [];
  walk(treeOf(source), null, false, (node, parent, inFunction) => {
    const fault = faultOf(node, parent, inFunction);
    if (fault) faults.push(`${source.slice(node.start, node.start + 40)}: ${fault}`);
  });
  return faults;
}

function walk(node, parent, inFunction, visit) {
  visit(node, parent, inFunction);
  const inside = inFunction || /Function/.test(node.type);
  for (const child of Object.values(node)) {
    for (const one of Array.isArray(child) ? child : [child]) {
      if (one && typeof one.type === "string") walk(one, node, inside, visit);
    }
  }
}

function faultOf(node, parent, inFunction) {
  if (node.type === "PrivateIdentifier" && parent.type === "PropertyDefinition") return null;
  if (LATER_NODES[node.type]) return LATER_NODES[node.type];
  if (node.type === "LogicalExpression" && node.operator === "??") return "a ?? b (80)";
  if (node.type === "AssignmentExpression" && /^(\|\||&&|\?\?)=$/.test(node.operator)) return "a ||= b (85)";
  if (node.type === "AwaitExpression" && !inFunction) return "await at the top (89)";
  if (node.type === "ExportAllDeclaration" && node.exported) return "export * as (72)";
  if (node.type === "Literal" && typeof node.value === "number" && node.raw.includes("_")) return "1_000 (75)";
  if (node.type === "Literal" && node.regex && /[dv]/.test(node.regex.flags)) return "regex flag (90)";
  if (node.type === "Identifier" && LATER_NAMES.has(node.name)) return `${node.name} came later`;
  const member =
    parent && parent.type === "MemberExpression" && parent.property === node && !parent.computed;
  if (member && LATER_MEMBERS.has(node.name)) return `${node.name} came later`;
  if (node.type === "Identifier" && NEVER.has(node.name)) return `${node.name} is never used`;
  return null;
}

const LATER_STYLES = [
  [/[\s:,(](clamp|min|max)\(/, "clamp, min, max (79)"],
  [/[\s;{]inset(-[a-z-]+)?\s*:/, "inset (87)"],
  [/aspect-ratio\s*:/, "aspect-ratio (88)"],
  [/\d[dsl]v[hw]\b/, "dvh (108)"],
  [/:(is|where|has)\(/, ":is (88)"],
  [/@(import|layer|container|property)\b/, "at-rule"],
  [/url\(["']?(https?:)?\/\//, "another server"],
  // Unknown selectors void the whole rule: only inside :not() of a rule that old browsers may miss.
  [/(^|[^(])[\w\s.]*:focus-visible(?!\))/, ":focus-visible (86)"],
];

/** @returns {string[]} one line per fault */
export function faultsOfStyle(source) {
  const css = source.replace(/\/\*[\s\S]*?\*\//g, "");
  const faults = LATER_STYLES.filter(([pattern]) => pattern.test(css)).map(([, fault]) => fault);
  for (const [rule, body] of css.matchAll(/[^{}]*\{([^{}]*)\}/g)) {
    const gap = /[\s;{](row-|column-)?gap\s*:/.test(` ${body}`);
    if (gap && !/display:\s*grid/.test(body)) faults.push(`gap outside a grid (84): ${rule.trim().slice(0, 40)}`);
  }
  return faults;
}
