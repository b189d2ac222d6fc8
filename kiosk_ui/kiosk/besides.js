/** What lies beside every view: captions, sound and a quiet word about the wall. */

import { CaptionsView } from "../shared/captions.js";
import { part } from "../shared/dom.js";
import { heard } from "../shared/heard.js";
import { Sound } from "../shared/sound.js";
import { Notice } from "./notice.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */

export class Besides {
  /** @param {import("../shared/words.js").Words} words */
  constructor(words) {
    this.captions = new CaptionsView();
    this.notice = new Notice(words);
    this.sound = new Sound();
    /** @type {import("../shared/heard.js").Heard | null} */
    this.heard = null;
    part("main").append(this.captions.root);
    document.body.append(this.notice.root);
  }

  /** @param {Snapshot} snapshot @param {import("../shared/edition.js").Edition} edition */
  follow(snapshot, edition) {
    this.heard = heard(snapshot, edition);
    const here = snapshot.view === "photo" || snapshot.place.sound === "kiosk";
    this.sound.cue(here ? this.heard : null);
    this.notice.follow(snapshot);
  }

  /** Captions keep clear of a label. @param {number} above the window's lower edge, CSS pixels */
  clear(above) {
    this.captions.root.style.setProperty("--labelled", `${above}px`);
  }

  /** @param {number} now server time, ms */
  frame(now) {
    this.captions.follow(this.heard, now);
    this.sound.follow(now);
  }
}
