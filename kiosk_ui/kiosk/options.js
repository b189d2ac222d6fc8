/** What the kiosk's own address says of its place: `?panel=27&stands=700&reach=low&keys=next:F14`. */

import { KEYPAD } from "./keypad.js";

/** @typedef {import("./keypad.js").Keypad} Keypad */

const REACH_MM = 1200; // above the floor: what a seated visitor's hand reaches
const TARGET_MM = 15;
const LOWEST = 0.4; // of the glass: less is too little to put everything in

/**
 * @typedef {object} Options
 * @property {number | null} panel diagonal of the glass, inches
 * @property {number | null} stands height of the glass's lower edge above the floor, mm
 * @property {boolean} low every control within a seated visitor's reach
 * @property {boolean} contrast stronger
 * @property {boolean} calm less motion
 * @property {boolean} speech read aloud from the beginning
 * @property {Keypad} keypad
 */

/** @param {string | null} text @returns {number | null} */
function positive(text) {
  const value = Number(text);
  return text !== null && value > 0 && Number.isFinite(value) ? value : null;
}

/** @param {string} search of the address @returns {Options} */
export function optionsOf(search) {
  const said = new URLSearchParams(search);
  const keypad = { ...KEYPAD };
  for (const pair of (said.get("keys") ?? "").split(",")) {
    const [action, key] = pair.split(":");
    if (key && action in keypad) {
      const known = /** @type {keyof Keypad} */ (action);
      keypad[known] = [key, ...keypad[known]];
    }
  }
  return {
    panel: positive(said.get("panel")),
    stands: positive(said.get("stands")),
    low: said.get("reach") === "low",
    contrast: said.get("contrast") === "more",
    calm: said.get("motion") === "less",
    speech: said.get("speech") === "on",
    keypad,
  };
}

/**
 * Sizes that follow from the glass: of a target for a finger, and the share of the height, from
 * below, that a seated visitor reaches. Null where the glass is not declared.
 * @param {Options} options @param {number} width @param {number} height of the glass, CSS pixels
 */
export function measures({ panel, stands }, width, height) {
  if (panel === null) return { target: null, reach: null };
  const perMm = Math.hypot(width, height) / (panel * 25.4);
  const within = stands === null ? null : (REACH_MM - stands) / (height / perMm);
  return {
    target: TARGET_MM * perMm,
    reach: within === null ? null : Math.min(1, Math.max(LOWEST, within)),
  };
}
