/** The invitation over the attract loop, in both languages; a touch anywhere answers it. */

import { element } from "../shared/dom.js";

const PHRASE = "Touch to go on";

export class AttractView {
  /** @param {string[]} languages of the edition @param {import("../shared/words.js").Words} words */
  constructor(languages, words) {
    const lines = languages.slice(0, 2).map((language, place) => {
      const line = element("span", place === 0 ? "first" : "second", words.say(PHRASE, {}, language));
      line.lang = language;
      return line;
    });
    // A button, so that a keypad and a screen reader have something to answer with.
    this.button = element("button", "invitation", element("span", "seal"), ...lines);
    this.button.type = "button";
    this.root = element("section", "attract", this.button);
  }
}
