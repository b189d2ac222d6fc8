/** The stage without WebGL: the same pictures as images, cross-faded by the browser. */

import { CssHatch } from "./css-hatch.js";
import { contain, enlarge } from "./fit.js";
import { AT, SCALE, X, Y } from "./gaze.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./edition.js").Source} Source */
/** @typedef {import("./edition.js").Picture} Picture */
/** @typedef {import("./gaze.js").Gaze} Gaze */

const CAPACITY = 6; // images
const RETRY_AFTER = 2000; // ms

export class CssStage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, { image: HTMLImageElement, ready: boolean }>} */
    this.images = new Map();
    this.rect = new Float32Array(4);
    this.window = new Float32Array(4);
    this.hatch = new CssHatch(root);
    this.frames = 0;
    /** @type {string[]} */
    this.shown = [];
  }

  get alive() {
    return this.images.size;
  }

  /** @param {Source[]} sources most urgent first */
  want(sources) {
    const pictures = sources.filter((source) => source.kind === "picture").slice(0, CAPACITY);
    for (const [url, { image }] of this.images) {
      if (this.shown.includes(url) || pictures.some((source) => source.url === url)) continue;
      image.remove();
      this.images.delete(url);
    }
    for (const source of pictures) if (!this.images.has(source.url)) this.load(source);
  }

  /** @param {Source} source */
  load(source) {
    const image = new Image();
    const entry = { image, ready: false };
    image.alt = "";
    image.style.opacity = "0";
    image.src = source.url;
    this.images.set(source.url, entry);
    image
      .decode()
      .then(() => {
        entry.ready = true;
        this.root.append(image);
      })
      .catch(() => setTimeout(() => this.images.delete(source.url), RETRY_AFTER));
  }

  /** @param {Picture} picture */
  isReady(picture) {
    return this.images.get(picture.source.url)?.ready === true;
  }

  /** @param {Scene} scene */
  canDraw(scene) {
    if (scene.progress < 1 && !this.isReady(scene.before)) return false;
    return scene.progress === 0 || this.isReady(scene.after);
  }

  prepare() {}

  isDrawn() {
    return false;
  }

  /**
   * @param {Scene} scene @param {Float32Array} box in CSS pixels
   * @param {number} _density @param {number} _strength @param {number} _falloff
   * @param {Gaze} gaze
   */
  draw(scene, box, _density, _strength, _falloff, gaze) {
    const { before, after, progress } = scene;
    const scan = scene.scan && this.isReady(scene.scan) ? scene.scan : null;
    const visible = [before.source.url, after.source.url];
    if (scan) visible.push(scan.source.url);
    for (const url of this.shown) if (!visible.includes(url)) this.paint(url, 0, "0");
    const share = gaze.mirrored ? 1 - gaze.now[AT] : gaze.now[AT];
    const side = scan === null || scan === before || scan === after ? 0 : gaze.mirrored ? -1 : 1;
    if (before === after) {
      this.place(after, box, 1, "1", gaze);
    } else {
      // The picture below stays whole where the one above covers it: no ground shows through.
      const below = before.photo === after.photo ? 1 : 1 - progress;
      this.place(before, box, progress < 1 ? below : 0, "1", gaze);
      this.place(after, box, progress, "2", gaze);
    }
    // Both were just placed, the later one last: its place is the hatching's.
    const most = progress > 0 ? after : before;
    this.hatch.follow(scene.marks ? most.evidence : null, this.rect, this.window);
    if (scan && side !== 0) this.place(scan, box, 1, "4", gaze, share, side);
    this.shown = visible;
    this.frames += 1;
  }

  /**
   * @param {Picture} picture @param {Float32Array} box @param {number} opacity @param {string} z
   * @param {Gaze} gaze
   * @param {number} [share] of the picture's width at which it ends @param {number} [side] on its
   *   left (1) or right (-1) of that; 0: it is whole
   */
  place(picture, box, opacity, z, { now }, share = 1, side = 0) {
    const entry = this.images.get(picture.source.url);
    if (!entry) return;
    const { rect, window } = this;
    contain(box, picture.photo.width, picture.photo.height, rect);
    enlarge(box, rect, now[SCALE], now[X], now[Y], window);
    const { style } = entry.image;
    let left = window[0] - rect[0];
    let right = rect[0] + rect[2] - window[0] - window[2];
    if (side > 0) right = Math.max(right, (1 - share) * rect[2]);
    if (side < 0) left = Math.max(left, share * rect[2]);
    const top = window[1] - rect[1];
    const bottom = rect[1] + rect[3] - window[1] - window[3];
    style.clipPath = `inset(${top}px ${right}px ${bottom}px ${left}px)`;
    style.left = `${this.rect[0]}px`;
    style.top = `${this.rect[1]}px`;
    style.width = `${this.rect[2]}px`;
    style.height = `${this.rect[3]}px`;
    this.paint(picture.source.url, opacity, z);
  }

  /** @param {string} url @param {number} opacity @param {string} z */
  paint(url, opacity, z) {
    const entry = this.images.get(url);
    if (!entry) return;
    entry.image.style.opacity = String(opacity);
    entry.image.style.zIndex = z;
  }

  /** @returns {HTMLElement} a copy of the images as they lie */
  still() {
    const copy = /** @type {HTMLElement} */ (this.root.cloneNode(true));
    for (const image of copy.querySelectorAll("img")) image.decoding = "sync";
    return copy;
  }

  close() {
    for (const { image } of this.images.values()) image.remove();
    this.images.clear();
    this.hatch.close();
    this.shown = [];
  }
}
