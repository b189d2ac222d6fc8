/**
 * From the wall to the screen before it: one line, as the first change of the attract loop stops, in
 * the set's two languages; gone after a while, and back with the next turn of the loop.
 */

import { element, part, write } from "../shared/dom.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("../shared/edition.js").Edition} Edition */

const PHRASE = "Touch the screen in front of the wall to go on";
const STAYS = 6000; // ms
const APART = 20_000; // ms, at least: a set of one photograph turns faster than it can be read

/**
 * When it comes for the first time, after the loop's start, and how long after that again; ms.
 * @param {Score} score @returns {{ first: number, apart: number } | null} null: this is no loop
 */
export function turnsOf({ cues, repeats }) {
  if (repeats === null) return null;
  const stops = cues.find(({ last }) => last > 0 && last < 1);
  const first = stops ? stops.begins + stops.lasts : 0;
  return { first, apart: repeats * Math.ceil(APART / repeats) };
}

export class Invitation {
  /** @param {import("../shared/words.js").Words} words */
  constructor(words) {
    this.words = words;
    this.lines = [element("span", "first"), element("span", "second")];
    this.root = element("p", "inviting", ...this.lines);
    /** @type {ReturnType<typeof turnsOf>} */
    this.turns = null;
    this.starts = 0;
    this.turn = -1;
    part("main").append(this.root);
  }

  /** @param {Snapshot} snapshot @param {Edition} edition */
  follow({ view, score }, edition) {
    this.turns = view === "attract" ? turnsOf(score) : null;
    this.starts = score.starts;
    const { languages } = edition.manifest;
    this.lines.forEach((line, place) => {
      const language = languages[place];
      if (language) line.lang = language;
      write(line, language ? this.words.say(PHRASE, {}, language) : "");
    });
  }

  /** @param {number} now server time, ms @param {boolean} mute */
  frame(now, mute) {
    const { turns, root } = this;
    const elapsed = turns === null || mute ? -1 : now - this.starts - turns.first;
    const apart = turns?.apart ?? APART;
    const isHere = elapsed >= 0 && elapsed % apart < STAYS;
    root.classList.toggle("shown", isHere);
    const turn = Math.floor(elapsed / apart);
    if (!isHere || turn === this.turn) return;
    this.turn = turn;
    // Never twice in one place, so that no letter is burnt into a projector or a panel; still while
    // it is read, and for those who asked for less motion.
    root.style.setProperty("--across", String(turn % 5));
    root.style.setProperty("--down", String(turn % 3));
  }
}
