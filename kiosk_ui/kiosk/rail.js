/** The rail of stages: small prints with names, and a light that travels; all of it follows a finger. */

import { element } from "../shared/dom.js";
import { renditionFor } from "../shared/edition.js";
import { stageName } from "../shared/labels.js";
import { positionOn } from "../shared/timeline.js";

/** @typedef {import("../shared/edition.js").Edition} Edition */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/edition.js").EditionStage["name"]} StageName */

const SLIP = 10; // px a finger may move and still tap
// A browser keeps a `pointermove` until its next frame; a raw update comes when the finger moves, but
// only to pages on this machine or behind a certificate.
const MOVES = "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove";
const PRINT = 240; // px, the long side of a print at twice the density

/**
 * @typedef {object} RailActs
 * @property {(stage: StageName) => void} go
 * @property {(position: number, when: number) => void} scrub `when` it was there: local time, ms
 * @property {() => void} release
 */

export class Rail {
  /**
   * @param {Edition} edition @param {Photo} photo
   * @param {import("../shared/words.js").Words} words
   * @param {RailActs} acts
   */
  constructor(edition, photo, words, acts) {
    this.photo = photo;
    this.acts = acts;
    this.names = photo.stages.map((stage) => stage.name);
    this.way = element("span", "way");
    this.carrier = element("span", "carrier", element("span", "light"));
    this.track = element("div", "track", this.way, this.carrier);
    this.prints = photo.stages.map((stage) => this.print(edition, stage, words));
    this.root = element("div", "rail", this.track, ...this.prints);
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", words.say("Stages"));
    this.root.hidden = photo.stages.length < 2;
    this.finger = -1;
    this.start = 0;
    this.scrubbing = false;
    this.current = -1;
    this.share = -1;
    this.listen();
  }

  /**
   * @param {Edition} edition @param {Photo["stages"][0]} stage
   * @param {import("../shared/words.js").Words} words
   */
  print(edition, stage, words) {
    const image = element("img");
    image.src = edition.address(renditionFor(stage.renditions, PRINT).webp);
    image.alt = "";
    image.draggable = false;
    const name = element("span", "name", stageName(words, stage.name));
    const print = element("button", "stop", image, element("span", "dot"), name);
    print.type = "button";
    print.dataset.stage = stage.name;
    print.addEventListener("click", (event) => {
      if (event.detail === 0) this.acts.go(stage.name);
    });
    return print;
  }

  listen() {
    const { root } = this;
    root.addEventListener("pointerdown", (event) => {
      if (this.finger !== -1 || event.button !== 0) return;
      this.finger = event.pointerId;
      this.start = event.clientX;
      this.scrubbing = false;
      root.setPointerCapture(event.pointerId);
      this.prints[this.nearest(event.clientX)].classList.add("pressed");
    });
    root.addEventListener(MOVES, (event) => {
      if (!(event instanceof PointerEvent) || event.pointerId !== this.finger) return;
      if (Math.abs(event.clientX - this.start) > SLIP) this.scrubbing = true;
      if (this.scrubbing) this.acts.scrub(this.positionAt(event.clientX), event.timeStamp);
    });
    root.addEventListener("pointerup", (event) => {
      if (event.pointerId !== this.finger) return;
      if (this.scrubbing) this.acts.release();
      else this.acts.go(this.names[this.nearest(event.clientX)]);
      this.lift();
    });
    root.addEventListener("pointercancel", (event) => {
      if (event.pointerId !== this.finger) return;
      if (this.scrubbing) this.acts.release();
      this.lift();
    });
  }

  lift() {
    this.finger = -1;
    for (const print of this.prints) print.classList.remove("pressed");
  }

  /** @param {number} x in the window @returns {number} 0 is the first stage, 1 the second */
  positionAt(x) {
    const { left, width } = this.track.getBoundingClientRect();
    const last = this.names.length - 1;
    const share = Math.min(1, Math.max(0, (x - left) / width));
    return (getComputedStyle(this.root).direction === "rtl" ? 1 - share : share) * last;
  }

  /** @param {number} x in the window */
  nearest(x) {
    return Math.round(this.positionAt(x));
  }

  /**
   * Moves the light to where the picture is.
   * @param {import("../shared/timeline.js").Moment} moment
   */
  follow(moment) {
    if (moment.after.photo !== this.photo.id) return;
    const here = moment.before.photo === this.photo.id;
    const position = here ? positionOn(this.names, moment) : this.names.indexOf(moment.after.stage);
    const last = Math.max(1, this.names.length - 1);
    const share = position / last;
    if (share !== this.share) {
      // By transform alone: this happens in every frame of a change.
      this.share = share;
      this.carrier.style.transform = `translateX(${(100 * share).toFixed(3)}%)`;
      this.way.style.transform = `scaleX(${share.toFixed(5)})`;
    }
    const current = Math.round(position);
    if (current === this.current) return;
    this.current = current;
    this.prints.forEach((print, place) => {
      if (place === current) print.setAttribute("aria-current", "step");
      else print.removeAttribute("aria-current");
    });
  }
}
