/**
 * The officer's bell, as far as it needs no browser.
 *
 * L1  What was there at the first look rings for nobody; later each new case once.
 * L2  A browser that keeps nothing, or something else, is as one that remembers nothing.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { newOnes, recall } from "../survey_app/pages/bell.mjs";

test("L1: only those that nobody heard of", () => {
  assert.deepEqual(newOnes(null, [3, 4]), []);
  assert.deepEqual(newOnes([], [3]), [3]);
  assert.deepEqual(newOnes([3], [4, 3]), [4]);
  assert.deepEqual(newOnes([3, 4], [4]), []);
});

test("L2: nothing to remember with", () => {
  const refuse = () => {
    throw new Error("blocked");
  };
  assert.equal(recall(refuse, "x"), null);
  assert.equal(recall(() => ({ getItem: () => "{" }), "x"), null);
  assert.equal(recall(() => ({ getItem: () => null }), "x"), null);
  assert.equal(recall(() => ({ getItem: () => "[1]" }), "x")[0], 1);
});
