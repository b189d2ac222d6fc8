/** A programme on the wall: its title as it begins, and the words of what is heard through it. */

import { CaptionsView } from "../shared/captions.js";
import { element, part } from "../shared/dom.js";
import { heard } from "../shared/heard.js";
import { Sound } from "../shared/sound.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../shared/edition.js").Edition} Edition */

const TITLE_STAYS = 4200; // ms

export class Piece {
  /** @param {import("../shared/words.js").Words} words */
  constructor(words) {
    this.words = words;
    this.title = element("h1");
    this.companion = element("p", "companion");
    this.card = element("div", "piece-title", this.title, this.companion);
    this.captions = new CaptionsView();
    this.sound = new Sound();
    /** @type {import("../shared/heard.js").Heard | null} */
    this.heard = null;
    this.begun = -Infinity;
    part("main").append(this.card, this.captions.root);
  }

  /** @param {Snapshot} snapshot @param {Edition} edition */
  follow(snapshot, edition) {
    const plays = snapshot.view === "programme";
    this.heard = plays ? heard(snapshot, edition) : null;
    this.sound.cue(snapshot.place.sound === "projection" ? this.heard : null);
    const programme = edition.manifest.programmes.find(({ id }) => id === snapshot.programme);
    this.begun = plays && programme ? snapshot.score.starts : -Infinity;
    if (!programme) return;
    const { words } = this;
    const second = words.companion(programme.title, edition.manifest.languages);
    this.title.textContent = words.of(programme.title);
    this.companion.textContent = second?.text ?? "";
    this.companion.lang = second?.language ?? "";
  }

  /** @param {number} now server time, ms @param {boolean} dark the lights are out */
  frame(now, dark) {
    this.card.classList.toggle("shown", now - this.begun < TITLE_STAYS);
    // Words about a change that is not shown would puzzle, unless they are being spoken.
    const speaks = this.sound.voice.file !== "";
    this.captions.follow(dark && !speaks ? null : this.heard, now);
    this.sound.follow(now);
  }
}
