/** A programme: the picture as large as it goes, its title, once more, and back. */

import { element } from "../shared/dom.js";
import { pressable } from "./press.js";
import { titled } from "./titles.js";

/** @typedef {import("../types/edition.js").EditionProgramme} Programme */

export class ProgrammeView {
  /**
   * @param {import("../shared/edition.js").Edition} edition @param {Programme} programme
   * @param {import("../shared/words.js").Words} words
   * @param {{ back: () => void, again: () => void }} acts
   */
  constructor(edition, programme, words, acts) {
    this.programme = programme;
    this.place = element("div", "place");
    const arrow = element("span", "arrow");
    const back = pressable("quiet-button back", "", [arrow, words.say("The wall")], acts.back);
    const heading = titled("h1", programme.title, edition.manifest.languages, words);
    this.again = pressable("restore", "", [words.say("Once more")], acts.again);
    const deck = element("div", "deck", back, heading, this.again);
    this.root = element("section", "programme", this.place, deck);
    this.root.setAttribute("aria-label", words.of(programme.title));
  }

  /** @param {boolean} running the piece has not ended */
  follow(running) {
    this.again.classList.toggle("running", running);
  }
}
