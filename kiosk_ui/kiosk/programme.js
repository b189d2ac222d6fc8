/** A programme: the picture as large as it goes, its title, how far it is, stop, and once more. */

import { element, write } from "../shared/dom.js";
import { helpButton } from "./help.js";
import { pressable } from "./press.js";
import { titled } from "./titles.js";

/** @typedef {import("../types/edition.js").EditionProgramme} Programme */

export class ProgrammeView {
  /**
   * @param {import("../shared/edition.js").Edition} edition @param {Programme} programme
   * @param {import("../shared/words.js").Words} words
   * @param {{ back: () => void, again: () => void, help: () => void }} acts
   */
  constructor(edition, programme, words, acts) {
    this.programme = programme;
    this.words = words;
    this.place = element("div", "place");
    this.sign = element("span", "stops");
    this.way = element("span", "", words.say("Stop"));
    this.back = pressable("quiet-button back", "", [this.sign, this.way], acts.back);
    const heading = titled("h1", programme.title, edition.manifest.languages, words);
    this.done = element("span", "done");
    const progress = element("span", "progress", this.done);
    progress.setAttribute("aria-hidden", "true");
    heading.append(progress);
    this.again = pressable("restore", "", [words.say("Once more")], acts.again);
    const leaving = element("div", "leaving", this.back, helpButton(words, acts.help));
    const deck = element("div", "deck", leaving, heading, this.again);
    this.root = element("section", "programme", this.place, deck);
    this.root.setAttribute("aria-label", words.of(programme.title));
  }

  /**
   * @param {boolean} running the piece has not ended
   * @param {number} share of it that has been played, 0..1
   */
  follow(running, share) {
    this.again.classList.toggle("running", running);
    this.sign.className = running ? "stops" : "arrow";
    write(this.way, this.words.say(running ? "Stop" : "The wall"));
    this.done.style.transform = `scaleX(${share.toFixed(4)})`;
  }
}
