/** What a photo can do beside its stages: tell its story, and show its people life-size. */

import { element, write } from "../shared/dom.js";
import { pressable } from "./press.js";

/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/messages.js").Snapshot} Snapshot */

/**
 * @typedef {object} ExtraActs
 * @property {(on: boolean) => void} narrate
 * @property {(on: boolean, ruler: boolean) => void} lifeSize
 */

export class Extras {
  /** @param {Photo} photo @param {import("../shared/words.js").Words} words @param {ExtraActs} acts */
  constructor(photo, words, acts) {
    this.photo = photo;
    this.words = words;
    this.telling = false;
    this.large = false;
    this.ruled = false;
    this.sign = element("span", "plays");
    this.name = element("span");
    this.listen = pressable("quiet-button listen", "", [this.sign, this.name], () =>
      acts.narrate(!this.telling),
    );
    const size = words.say("Life size on the wall");
    this.size = pressable("quiet-button", "", [size], () => acts.lifeSize(!this.large, false));
    this.ruler = pressable("quiet-button", "", [words.say("Ruler")], () =>
      acts.lifeSize(true, !this.ruled),
    );
    this.root = element("div", "extras", this.listen, this.size, this.ruler);
  }

  /** @param {Snapshot} snapshot @param {number} now server time, ms */
  follow(snapshot, now) {
    const { photo, words } = this;
    const sound = photo.narration?.[snapshot.language];
    const since = snapshot.narrated_since;
    this.telling = since !== null && sound !== undefined && now < since + 1000 * sound.seconds;
    this.large = snapshot.life_size;
    this.ruled = snapshot.ruler;
    this.listen.hidden = sound === undefined;
    this.size.hidden = !photo.pixels_per_metre || snapshot.place.wall_metres === null;
    this.ruler.hidden = !this.large;
    const offer = sound?.file ? "Listen to the story" : "Follow the story";
    this.sign.className = this.telling ? "stops" : "plays";
    write(this.name, this.telling ? words.say("Stop") : words.say(offer));
    this.listen.setAttribute("aria-pressed", String(this.telling));
    this.size.setAttribute("aria-pressed", String(this.large));
    this.ruler.setAttribute("aria-pressed", String(this.ruled));
    this.root.hidden = this.listen.hidden && this.size.hidden;
  }
}
