/**
 * The scan beside what was made of it: a border that follows a finger, a tap, keys or buttons, and a
 * lens on it that shows both pixel for pixel.
 */

import { element } from "../shared/dom.js";
import { AT, LENS } from "../shared/gaze.js";
import { signed } from "./closer-tool.js";
import { pressable } from "./press.js";

/** @typedef {import("../shared/words.js").Words} Words */
/** @typedef {import("./eye.js").Eye} Eye */

const STEP = 0.05;
const KEYS = /** @type {Record<string, [across: number, down: number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

/** @param {number} share */
function kept(share) {
  return Math.min(1, Math.max(0, share));
}

export class CompareTool {
  /** @param {Words} words @param {Eye} eye @param {() => void} begin as it begins */
  constructor(words, eye, begin) {
    this.begin = begin;
    this.words = words;
    this.eye = eye;
    this.button = pressable("quiet-button", "", [words.say("Compare")], () => this.toggle());
    this.button.setAttribute("aria-pressed", "false");
    this.lens = signed("lens", words.say("Magnifying glass"), () => this.magnify());
    this.tray = element(
      "div",
      "tray",
      signed("to before", words.say("Less of the original"), () => this.step(-STEP, 0)),
      signed("to after", words.say("More of the original"), () => this.step(STEP, 0)),
      this.lens,
      signed("cross", words.say("Stop comparing"), () => eye.lay(null)),
    );
    this.tray.setAttribute("role", "group");
    this.tray.setAttribute("aria-label", words.say("Compare"));
    this.handle = element("div", "handle", element("span", "sign both"));
    this.handle.tabIndex = 0;
    this.handle.setAttribute("role", "slider");
    this.handle.setAttribute("aria-label", words.say("Border between the original and this picture"));
    this.handle.setAttribute("aria-valuemin", "0");
    this.handle.setAttribute("aria-valuemax", "100");
    this.tray.hidden = this.handle.hidden = true;
    this.drawn = new Float32Array(4);
    this.listen();
  }

  get isOn() {
    return this.eye.split !== null;
  }

  /** The lens is on the border. */
  get looks() {
    const { split } = this.eye;
    return split !== null && split.lens !== null;
  }

  toggle() {
    if (!this.isOn) this.begin();
    this.eye.lay(this.isOn ? null : { at: 0.5, lens: null });
  }

  magnify() {
    const { split } = this.eye;
    if (split) this.eye.lay({ at: split.at, lens: split.lens === null ? 0.5 : null });
  }

  leave() {
    const { isOn } = this;
    if (isOn) this.eye.lay(null);
    return isOn;
  }

  /** @param {number} along @param {number} down fractions of the picture */
  step(along, down) {
    const { split } = this.eye;
    if (split === null) return;
    const lens = split.lens === null ? null : kept(split.lens + down);
    this.eye.lay({ at: kept(split.at + along), lens });
  }

  /**
   * The border goes under a finger.
   * @param {number} x @param {number} y in the window @param {boolean} direct
   */
  place(x, y, direct) {
    const { eye } = this;
    const [left, top, width, height] = eye.stage.rect;
    const share = kept((x - left) / width);
    const at = eye.stage.gaze.mirrored ? 1 - share : share;
    eye.lay({ at, lens: eye.split?.lens == null ? null : kept((y - top) / height) }, direct);
  }

  listen() {
    const { handle } = this;
    let finger = -1;
    handle.addEventListener("pointerdown", ({ pointerId, button }) => {
      if (finger !== -1 || button !== 0) return;
      finger = pointerId;
      handle.setPointerCapture(pointerId);
    });
    handle.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
      if (pointerId === finger) this.place(clientX, clientY, true);
    });
    for (const name of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      handle.addEventListener(name, ({ pointerId }) => {
        if (pointerId === finger) finger = -1;
      });
    }
    handle.addEventListener("keydown", (event) => {
      const way = KEYS[event.key];
      if (!way || (way[1] !== 0 && !this.looks)) return;
      // Handled here: the arrows mean something else elsewhere.
      event.stopPropagation();
      event.preventDefault();
      const sense = this.eye.stage.gaze.mirrored ? -1 : 1;
      this.step(way[0] * sense * STEP, way[1] * STEP);
    });
  }

  follow() {
    const { handle, eye, isOn } = this;
    if (isOn === this.tray.hidden) {
      this.tray.hidden = handle.hidden = !isOn;
      this.button.setAttribute("aria-pressed", String(isOn));
      this.drawn.fill(-1);
    }
    if (!isOn) return;
    const { rect, gaze } = eye.stage;
    const share = gaze.mirrored ? 1 - gaze.now[AT] : gaze.now[AT];
    const { looks } = this;
    const height = looks ? gaze.now[LENS] : 0.5;
    const x = Math.fround(rect[0] + share * rect[2]);
    const y = Math.fround(rect[1] + height * rect[3]);
    if (x === this.drawn[0] && y === this.drawn[1] && Number(looks) === this.drawn[2]) return;
    this.drawn[0] = x;
    this.drawn[1] = y;
    this.drawn[2] = Number(looks);
    handle.style.transform = `translate(${x}px, ${y}px)`;
    const percent = Math.round(100 * gaze.now[AT]);
    handle.setAttribute("aria-valuenow", String(percent));
    handle.setAttribute("aria-valuetext", this.words.say("{percent} % original", { percent }));
    handle.classList.toggle("looks", looks);
    this.lens.setAttribute("aria-pressed", String(looks));
  }
}
