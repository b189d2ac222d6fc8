/** The projection's page: one quiet line, lower left, that leaves after a while. */

import { part, write } from "../shared/dom.js";
import { sceneLabel } from "../shared/labels.js";

/** @typedef {import("../shared/scene.js").Scene} Scene */
/** @typedef {import("../types/messages.js").Snapshot} Snapshot */

const LINE_STAYS = 6000; // ms

export class ProjectionView {
  /** @param {import("../shared/words.js").Words} words */
  constructor(words) {
    this.words = words;
    this.line = /** @type {HTMLElement} */ (part(".line"));
    this.language = "";
    this.photo = "";
    this.stage = "";
    this.leaves = 0;
  }

  /** @param {Snapshot} snapshot */
  follow(snapshot) {
    const page = document.documentElement;
    page.dataset.view = snapshot.view;
    page.lang = snapshot.language;
    this.words.language = snapshot.language;
  }

  empty() {
    document.documentElement.dataset.view = "empty";
  }

  /**
   * The title of a photo, then the label of every altered stage, each for a while.
   * @param {Scene | null} scene
   */
  caption(scene) {
    if (scene === null) return;
    const within = scene.before.photo === scene.after.photo;
    const shown = scene.progress > (within ? 0 : 0.5) ? scene.after : scene.before;
    const { language } = this.words;
    const known = this.photo === shown.photo.id && this.stage === shown.stage.name;
    if (known && this.language === language) return;
    this.photo = shown.photo.id;
    this.stage = shown.stage.name;
    this.language = language;
    this.say(sceneLabel(this.words, scene) || this.words.of(shown.photo.title));
  }

  /** @param {string} text */
  say(text) {
    write(this.line, text);
    this.line.classList.add("shown");
    clearTimeout(this.leaves);
    this.leaves = window.setTimeout(() => this.line.classList.remove("shown"), LINE_STAYS);
  }
}
