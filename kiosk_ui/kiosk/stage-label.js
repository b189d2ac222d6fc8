/** What the picture on the glass is, in the lower corner of the picture itself. */

import { part, write } from "../shared/dom.js";
import { sceneLabel } from "../shared/labels.js";

/** @typedef {import("../shared/scene.js").Scene} Scene */

export class StageLabel {
  /** @param {import("../shared/words.js").Words} words */
  constructor(words) {
    this.words = words;
    this.root = /** @type {HTMLElement} */ (part(".label"));
    /** How far up it reaches from the window's lower edge, CSS pixels; 0 while it says nothing. */
    this.above = 0;
    this.spot = "";
  }

  /**
   * Says what is shown, where the picture's language begins, and no wider than the picture.
   * @param {Scene} scene @param {Float32Array} picture left, top, width, height, CSS pixels
   * @returns {boolean} whether it is another, or elsewhere
   */
  follow(scene, [left, top, width, height]) {
    const { root } = this;
    write(root, sceneLabel(this.words, scene));
    const before = document.dir === "rtl" ? innerWidth - left - width : left;
    const spot = [...[before, top + height, width].map(Math.round), root.textContent].join(" ");
    if (spot === this.spot) return false;
    this.spot = spot;
    root.style.setProperty("--wide", `${Math.round(width)}px`);
    root.style.insetInlineStart = `${Math.round(before)}px`;
    root.style.bottom = `${innerHeight - Math.round(top + height)}px`;
    this.measure();
    return true;
  }

  /**
   * What lies over the picture stays clear of it, however many lines it takes. A change begins with
   * another label, so all is measured at once, and what the whole page inherits, and is styled anew
   * for, is set only where it changes.
   */
  measure() {
    const { offsetHeight, offsetTop, textContent } = this.root;
    this.above = textContent ? innerHeight - offsetTop : 0;
    const { style } = document.documentElement;
    const high = `${offsetHeight}px`;
    if (textContent && style.getPropertyValue("--label") !== high) style.setProperty("--label", high);
  }
}
