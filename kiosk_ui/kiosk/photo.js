/** One photograph large, with its stages along the bottom and its story beside or below it. */

import { element } from "../shared/dom.js";
import { dateText } from "./dates.js";
import { pressable } from "./press.js";
import { Rail } from "./rail.js";
import { titled } from "./titles.js";
import { onPicture } from "./touch.js";

/** @typedef {import("../shared/edition.js").Edition} Edition */
/** @typedef {import("../shared/words.js").Words} Words */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */

/**
 * @typedef {object} OwnActs
 * @property {() => void} back
 * @property {() => void} restore
 * @property {(x: number, y: number) => boolean} isPicture a point of the window
 * @property {() => void} hold the original is shown instead
 * @property {() => void} letGo
 * @property {(on: boolean) => void} mark hatching over what software added, or none
 *
 * @typedef {import("./rail.js").RailActs & OwnActs} PhotoActs
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
    this.marked = false;
    this.rail = new Rail(edition, photo, words, acts);
    this.place = element("div", "place");
    this.place.tabIndex = 0;
    this.place.setAttribute("role", "img");
    this.place.setAttribute("aria-label", words.of(photo.title));
    onPicture(this.place, acts);
    const story = element("p", "story", words.of(photo.story));
    const heading = titled("h1", photo.title, edition.manifest.languages, words);
    const hint = element("p", "hint", words.say("Hold the picture to see the original"));
    hint.hidden = photo.stages.length < 2;
    const side = element("div", "side", heading, story, facts(photo, words), hint);
    const arrow = element("span", "arrow");
    const back = pressable("quiet-button", "", [arrow, words.say("The wall")], acts.back);
    back.classList.add("back");
    this.restore = pressable("restore", "", [words.say("Restore")], acts.restore);
    this.restore.hidden = photo.stages.length < 2;
    const added = words.say("What was added?");
    this.marks = pressable("quiet-button marks", "", [added], () => acts.mark(!this.marked));
    this.marks.hidden = photo.stages.every((stage) => stage.evidence === null);
    const asks = element("div", "asks", this.marks);
    const deck = element("div", "deck", back, this.rail.root, asks, this.restore);
    this.root = element("section", "photo", this.place, side, deck);
    this.root.setAttribute("aria-label", words.of(photo.title));
  }

  /**
   * @param {import("../shared/timeline.js").Moment} moment
   * @param {boolean} running a change is under way
   * @param {boolean} marked hatching is on
   */
  follow(moment, running, marked) {
    this.rail.follow(moment);
    this.marked = marked;
    this.marks.setAttribute("aria-pressed", String(marked));
    this.restore.classList.toggle("running", running);
  }
}
