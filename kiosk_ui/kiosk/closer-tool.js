/** Looking closely without two fingers: a button, and a tray to go nearer, to wander and to leave. */

import { element } from "../shared/dom.js";
import { pressable } from "./press.js";
import { WHOLE } from "./closely.js";

/** @typedef {import("../shared/words.js").Words} Words */
/** @typedef {import("./eye.js").Eye} Eye */

const BEGINS = 2.4; // times as large, where it begins with the button

/**
 * A round button with a drawn sign.
 * @param {string} sign a class that draws it @param {string} name @param {() => void} act
 */
export function signed(sign, name, act) {
  return pressable("round", name, [element("span", `sign ${sign}`)], act);
}

export class CloserTool {
  /** @param {Words} words @param {Eye} eye */
  constructor(words, eye) {
    this.eye = eye;
    this.button = pressable("quiet-button", "", [words.say("Look closer")], () => this.toggle());
    this.button.setAttribute("aria-pressed", "false");
    /** @param {string} sign @param {string} name @param {number} right @param {number} down */
    const way = (sign, name, right, down) =>
      signed(sign, words.say(name), () => eye.stride(right, down));
    this.tray = element(
      "div",
      "tray",
      signed("minus", words.say("Further back"), () => eye.step(-1)),
      signed("plus", words.say("Closer"), () => eye.step(1)),
      way("to left", "To the left", -1, 0),
      way("to up", "Up", 0, -1),
      way("to down", "Down", 0, 1),
      way("to right", "To the right", 1, 0),
      signed("cross", words.say("The whole picture"), () => eye.look(WHOLE)),
    );
    this.tray.setAttribute("role", "group");
    this.tray.setAttribute("aria-label", words.say("Look closer"));
    this.tray.hidden = true;
  }

  toggle() {
    if (this.eye.isClose) this.eye.look(WHOLE);
    else this.eye.zoom(BEGINS);
  }

  /** @returns {boolean} whether there was something to leave */
  leave() {
    const { isClose } = this.eye;
    if (isClose) this.eye.look(WHOLE);
    return isClose;
  }

  follow() {
    const { isClose } = this.eye;
    if (isClose !== this.tray.hidden) return;
    this.tray.hidden = !isClose;
    this.button.setAttribute("aria-pressed", String(isClose));
  }
}
