/** One photograph large, with its stages along the bottom and its story beside or below it. */

import { element, write } from "../shared/dom.js";
import { CloserTool } from "./closer-tool.js";
import { WHOLE } from "./closely.js";
import { CompareTool } from "./compare-tool.js";
import { dateText } from "./dates.js";
import { helpButton } from "./help.js";
import { howMade } from "./made.js";
import { Panel } from "./panel.js";
import { pressable } from "./press.js";
import { Rail } from "./rail.js";
import { RegionTool } from "./region-tool.js";
import { canTakeHome, TakeHomePanel } from "./take-home.js";
import { titled } from "./titles.js";
import { StageTold } from "./told.js";
import { Fingers } from "./touch.js";

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
 * @property {() => void} help
 * @property {() => void} redraw the pictures of a model at work are played
 * @property {import("./eye.js").Eye} eye
 * @property {(panel: Panel) => void} unfold a page laid over this one
 *
 * @typedef {import("./rail.js").RailActs & OwnActs} PhotoActs
 */

const TWICE = 2.6; // times as large, after two taps

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
    this.words = words;
    this.marked = false;
    this.rail = new Rail(edition, photo, words, acts);
    this.place = element("div", "place");
    this.place.tabIndex = 0;
    this.place.setAttribute("role", "img");
    this.place.setAttribute("aria-label", words.of(photo.title));
    const { eye } = acts;
    this.closer = new CloserTool(words, eye);
    this.compare = new CompareTool(words, eye, () => this.leaveScan(acts));
    const described = element("p", "described", words.of(photo.describe));
    described.id = `described-${photo.id}`;
    described.hidden = true;
    this.told = new StageTold(photo, words);
    const describing = [described.textContent ? described.id : "", this.told.root.id];
    this.place.setAttribute("aria-describedby", describing.join(" ").trim());
    const story = element("p", "story", words.of(photo.story));
    const heading = titled("h1", photo.title, edition.manifest.languages, words);
    const hint = element("p", "hint", words.say("Hold the picture to see the original"));
    hint.hidden = photo.stages.length < 2;
    const written = [heading, described, this.told.root, story, facts(photo, words)];
    const told = element("div", "words", ...written);
    // What can be done stays in sight, however long the words are.
    const side = element("div", "side", told, hint);
    this.regions = new RegionTool(photo, words, eye, this.place, side, told);
    this.touch(acts);
    const arrow = element("span", "arrow");
    const back = pressable("quiet-button", "", [arrow, words.say("The wall")], acts.back);
    back.classList.add("back");
    this.again = element("span", "", words.say("Restore"));
    this.restore = pressable("restore", "", [this.again], acts.restore);
    this.restore.hidden = photo.stages.length < 2;
    const added = words.say("What was added?");
    this.marks = pressable("quiet-button marks", "", [added], () => acts.mark(!this.marked));
    this.marks.hidden = photo.stages.every((stage) => stage.evidence === null);
    this.compare.button.hidden = photo.stages.length < 2;
    const made = pressable("quiet-button", "", [words.say("How was this made?")], () =>
      acts.unfold(new Panel(words.say("How was this made?"), words.say("Close"), howMade(photo, words))),
    );
    made.hidden = photo.stages.length < 2;
    const redraw = pressable("quiet-button", "", [words.say("Watch it redraw")], acts.redraw);
    redraw.hidden = photo.stages.every((stage) => stage.frames.length === 0);
    const take = pressable("quiet-button take", "", [words.say("Take it home")], () =>
      acts.unfold(new TakeHomePanel(edition.manifest, photo.id, words)),
    );
    take.hidden = !canTakeHome();
    const { compare, closer, regions } = this;
    const asked = [compare.button, closer.button, this.marks, regions.button, made, redraw];
    const asks = element("div", "asks", ...asked.filter((button) => !button.hidden));
    const leaving = element("div", "leaving", back, take, helpButton(words, acts.help));
    this.deck = element("div", "deck", leaving, this.rail.root, asks, this.restore);
    const trays = element("div", "trays", regions.tray, closer.tray, compare.tray);
    const over = element("div", "over", regions.card, compare.handle, trays);
    over.prepend(regions.lines);
    this.root = element("section", "photo", this.place, over, side, this.deck);
    this.root.setAttribute("aria-label", words.of(photo.title));
  }

  /**
   * Beside itself the scan tells nothing: it is compared with the last that was made of it.
   * @param {PhotoActs} acts
   */
  leaveScan({ go }) {
    const { names, current } = this.rail;
    if (current === 0) go(names[names.length - 1]);
  }

  /** @param {PhotoActs} acts */
  touch(acts) {
    const { eye } = acts;
    const { compare, regions } = this;
    new Fingers(this.place, {
      isPicture: acts.isPicture,
      rests: () => !compare.isOn,
      hold: acts.hold,
      letGo: acts.letGo,
      tap: (x, y) => {
        if (compare.isOn) compare.place(x, y, false);
        else if (!regions.ask(x, y) && eye.isClose) eye.centre(x, y);
      },
      doubleTap: (x, y) => {
        regions.show(-1);
        if (eye.isClose) eye.look(WHOLE);
        else eye.zoom(TWICE, x, y);
      },
      stroke: (x, y, right, down) => {
        if (compare.isOn) compare.place(x, y, true);
        else eye.move(right, down, true);
      },
      wheel: (factor, x, y) => eye.zoom(factor, x, y, true),
      grasp: (x, y) => eye.grasp(x, y),
      draw: (factor, x, y) => eye.draw(factor, x, y),
    });
  }

  /** What is asked moves to a row of its own where there is no room for it beside the rail. */
  arrange() {
    const { deck } = this;
    deck.classList.remove("crowded");
    deck.classList.toggle("crowded", deck.scrollWidth > deck.clientWidth);
  }

  /** One step out of what is looked at. @returns {boolean} whether there was one */
  leave() {
    return this.regions.leave() || this.compare.leave() || this.closer.leave();
  }

  /**
   * @param {import("../shared/timeline.js").Moment} moment
   * @param {boolean} running a change is under way
   * @param {boolean} marked hatching is on
   */
  follow(moment, running, marked) {
    this.rail.follow(moment);
    this.closer.follow();
    this.compare.follow();
    this.regions.follow();
    this.marked = marked;
    const atEnd = !running && this.rail.current === this.rail.names.length - 1;
    write(this.again, this.words.say(atEnd ? "Once more" : "Restore"));
    this.marks.setAttribute("aria-pressed", String(marked));
    this.restore.classList.toggle("running", running);
  }
}
