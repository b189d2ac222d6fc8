/** One photograph large, with its stages along the bottom and its story beside or below it. */

import { element } from "../shared/dom.js";
import { dateText } from "./dates.js";
import { pressable } from "./press.js";
import { Rail } from "./rail.js";
import { titled } from "./titles.js";

/** @typedef {import("../shared/edition.js").Edition} Edition */
/** @typedef {import("../shared/words.js").Words} Words */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */

/**
 * @typedef {import("./rail.js").RailActs & { back: () => void, restore: () => void }} PhotoActs
 */

/** @param {Photo} photo @param {Words} words */
function facts(photo, words) {
  const when = photo.date === null ? "" : dateText(photo.date, words);
  const lines = [
    [when, photo.place ?? ""].filter(Boolean).join(words.say(" · ")),
    photo.people.join(words.say(", ")),
    photo.credit === null ? "" : photo.credit,
  ].filter(Boolean);
  return element("div", "facts", ...lines.map((line) => element("p", "", line)));
}

export class PhotoView {
  /** @param {Edition} edition @param {Photo} photo @param {Words} words @param {PhotoActs} acts */
  constructor(edition, photo, words, acts) {
    this.photo = photo;
    this.rail = new Rail(edition, photo, words, acts);
    this.place = element("div", "place");
    const story = element("p", "story", words.of(photo.story));
    const heading = titled("h1", photo.title, edition.manifest.languages, words);
    const side = element("div", "side", heading, story, facts(photo, words));
    const arrow = element("span", "arrow");
    const back = pressable("quiet-button", "", [arrow, words.say("The wall")], acts.back);
    back.classList.add("back");
    this.restore = pressable("restore", "", [words.say("Restore")], acts.restore);
    this.restore.hidden = photo.stages.length < 2;
    const deck = element("div", "deck", back, this.rail.root, this.restore);
    this.root = element("section", "photo", this.place, side, deck);
    this.root.setAttribute("aria-label", words.of(photo.title));
  }

  /**
   * @param {import("../shared/timeline.js").Moment} moment
   * @param {boolean} running a change is under way
   */
  follow(moment, running) {
    this.rail.follow(moment);
    this.restore.classList.toggle("running", running);
  }
}
