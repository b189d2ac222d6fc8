/** The projection's page: one quiet line, lower left. A title leaves after a while; the label of an
 * altered picture steps back and stays, since every altered frame says what it is. While the wall
 * invites, what is read is the invitation: the label steps back at once. */

import { part, write } from "../shared/dom.js";
import { sceneLabel, spokenOf } from "../shared/labels.js";
import { clockTime } from "../shared/words.js";

/** @typedef {import("../shared/scene.js").Scene} Scene */
/** @typedef {import("../types/messages.js").Snapshot} Snapshot */

const LINE_STAYS = 6000; // ms

export class ProjectionView {
  /** @param {import("../shared/words.js").Words} words */
  constructor(words) {
    this.words = words;
    this.line = /** @type {HTMLElement} */ (part(".line"));
    this.spoken = "";
    this.leaves = 0;
    this.altered = false;
    this.invites = false;
    this.until = "";
  }

  /** @param {Snapshot} snapshot */
  follow(snapshot) {
    const page = document.documentElement;
    page.dataset.view = snapshot.view;
    this.invites = snapshot.view === "attract";
    this.words.turnPage(snapshot.language);
    const { lights_out: dark } = snapshot;
    this.until = dark ? clockTime(dark.ends, snapshot.language) : "";
  }

  empty() {
    document.documentElement.dataset.view = "empty";
  }

  /**
   * The title of a photo, then the label of every altered stage, each for a while; while the lights
   * are out, that they are.
   * @param {Scene | null} scene @param {boolean} dark the lights are out
   */
  caption(scene, dark) {
    if (scene === null) return;
    const { photo, stage, isPlate } = spokenOf(scene);
    const shown = `${photo.id} ${stage.name} ${isPlate}`;
    const spoken = `${shown} ${this.words.language} ${scene.marks} ${dark}`;
    if (spoken === this.spoken) return;
    this.spoken = spoken;
    if (dark) {
      // It stays as it is: it says why nothing changes.
      const { until: time } = this;
      this.say(this.words.say("Lights out: the untouched original, until {time}", { time }));
      clearTimeout(this.leaves);
      return;
    }
    const label = sceneLabel(this.words, scene);
    this.altered = label !== "";
    this.say(label || this.words.of(photo.title));
  }

  /** @param {string} text */
  say(text) {
    write(this.line, text);
    this.line.classList.add("shown");
    this.line.classList.toggle("resting", this.altered && this.invites);
    clearTimeout(this.leaves);
    this.leaves = window.setTimeout(() => {
      this.line.classList.toggle("shown", this.altered);
      this.line.classList.toggle("resting", this.altered);
    }, LINE_STAYS);
  }
}
