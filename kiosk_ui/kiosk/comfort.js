/**
 * How this visitor wants the kiosk: lower, stronger in contrast, calmer, read aloud. What the
 * kiosk's address says is where every visit begins.
 */

import { measures } from "./options.js";

/** @typedef {import("./options.js").Options} Options */

const LOUDNESS = [0.25, 0.5, 0.75, 1];
const REACH = 0.5; // of the height, from below, where nobody has measured

export class Comfort {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    /** Called when anything has changed. */
    this.onChange = () => {};
    this.low = this.contrast = this.calm = this.speech = false;
    this.loud = LOUDNESS.length - 2;
    this.begin();
  }

  /** Another visitor. */
  begin() {
    const { low, contrast, calm, speech } = this.options;
    Object.assign(this, { low, contrast, calm, speech, loud: LOUDNESS.length - 2 });
    this.apply();
  }

  get isCalm() {
    return this.calm || this.motion.matches;
  }

  get volume() {
    return LOUDNESS[this.loud];
  }

  /** The next loudness, after the loudest the softest. @returns {[level: number, of: number]} */
  turnUp() {
    this.loud = (this.loud + 1) % LOUDNESS.length;
    this.apply();
    return [this.loud + 1, LOUDNESS.length];
  }

  /** @param {"low" | "contrast" | "calm" | "speech"} what */
  toggle(what) {
    this[what] = !this[what];
    this.apply();
  }

  apply() {
    const { dataset, style } = document.documentElement;
    dataset.reach = this.low ? "low" : "";
    dataset.contrast = this.contrast ? "more" : "";
    dataset.motion = this.calm ? "less" : "";
    const { target, reach } = measures(this.options, innerWidth, innerHeight);
    if (target !== null) style.setProperty("--target", `${target.toFixed(2)}px`);
    style.setProperty("--reach", String(reach ?? REACH));
    this.onChange();
  }
}
