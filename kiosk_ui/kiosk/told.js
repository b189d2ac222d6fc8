/** What a stage looks like, for those who do not see it: a curator's words, else what was done. */

import { element } from "../shared/dom.js";
import { stageLabel } from "../shared/labels.js";
import { sentence } from "./made.js";

/** @typedef {import("../shared/words.js").Words} Words */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/edition.js").EditionStage} Stage */

/**
 * Each as it was written, so that what was spoken when the edition was built is found again.
 * @param {Words} words @param {Stage} stage
 * @returns {string[]}
 */
export function toldOf(words, stage) {
  // An edition of an older Rekindle says nothing of it.
  const written = words.own(stage.describe ?? {});
  if (written) return [written];
  if (stage.name === "scan") return [words.say("The scan, as it came. It is never changed.")];
  return [...new Set(stage.paradata.map((step) => sentence(words, step)))];
}

/** Shared: this is asked in every frame. */
const NOTHING = /** @type {string[]} */ ([]);

/** The stage of the open photo, told where the picture is described. */
export class StageTold {
  /** @param {Photo} photo @param {Words} words */
  constructor(photo, words) {
    this.photo = photo;
    this.words = words;
    this.root = element("p");
    this.root.id = `stage-${photo.id}`;
    this.root.hidden = true;
    this.name = "";
  }

  /**
   * @param {Photo} photo @param {Stage} stage that is spoken of
   * @returns {string[]} to be said after its label; nothing where it was this one before
   */
  follow(photo, stage) {
    if (stage.name === this.name || photo.id !== this.photo.id) return NOTHING;
    const isFirst = this.name === "";
    this.name = stage.name;
    const told = toldOf(this.words, stage);
    const label = stageLabel(this.words, photo, stage.name);
    const parts = [label, ...told].filter(Boolean);
    this.root.replaceChildren(...parts.map((part) => element("span", "", `${part} `)));
    // A photo that opens says what it is and tells its story.
    return isFirst ? NOTHING : told;
  }
}
