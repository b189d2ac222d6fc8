/** A quiet word about the wall: that somebody else has it, that it is ours now, that it is dark. */

import { element, write } from "../shared/dom.js";
import { clockTime } from "../shared/words.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */

const STAYS = 9000; // ms

export class Notice {
  /** @param {import("../shared/words.js").Words} words */
  constructor(words) {
    this.words = words;
    this.root = element("p", "notice");
    this.root.setAttribute("role", "status");
    this.said = "";
    this.leaves = 0;
    this.waited = false;
  }

  /** @param {Snapshot} snapshot */
  follow(snapshot) {
    const text = snapshot.view === "attract" ? "" : this.text(snapshot);
    this.waited = snapshot.turn === "taken" && snapshot.view !== "attract";
    if (text === this.said) return;
    this.said = text;
    clearTimeout(this.leaves);
    if (text) write(this.root, text);
    this.root.classList.toggle("shown", text !== "");
    this.leaves = window.setTimeout(() => this.root.classList.remove("shown"), STAYS);
  }

  /** @param {Snapshot} snapshot */
  text({ lights_out: dark, turn, language }) {
    const { words } = this;
    if (dark !== null) {
      const time = clockTime(dark.ends, language);
      return words.say("Lights out: until {time} the wall shows the untouched originals", { time });
    }
    if (turn === "taken") {
      return words.say("Somebody else has the wall just now. Your own screen is all yours.");
    }
    const passed = this.waited || this.said === words.say("The wall is yours now");
    return turn === "ours" && passed ? words.say("The wall is yours now") : "";
  }
}
