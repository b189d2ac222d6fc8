/** A short word about what a key has just done, that leaves by itself. */

import { element } from "../shared/dom.js";

const STAYS = 2500; // ms

export class Aside {
  constructor() {
    this.root = element("p", "aside");
    this.root.setAttribute("role", "status");
    this.leaves = 0;
  }

  /** @param {string} text */
  say(text) {
    this.root.textContent = text;
    clearTimeout(this.leaves);
    this.leaves = window.setTimeout(() => (this.root.textContent = ""), STAYS);
  }
}
