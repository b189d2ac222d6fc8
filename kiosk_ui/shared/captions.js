/** The words of what is heard, a line or two at a time. */

import { element, write } from "./dom.js";
import { captionAt } from "./heard.js";

/** @typedef {import("./heard.js").Heard} Heard */

export class CaptionsView {
  constructor() {
    this.words = element("span");
    this.root = element("p", "captions", this.words);
    // They may be in another language than the page.
    this.root.dir = "auto";
    this.root.hidden = true;
  }

  /** @param {Heard | null} heard @param {number} now server time, ms */
  follow(heard, now) {
    const text = heard ? captionAt(heard.captions, (now - heard.since) / 1000) : "";
    if (text && heard) this.root.lang = heard.language;
    write(this.words, text);
    if (this.root.hidden !== (text === "")) this.root.hidden = text === "";
  }
}
