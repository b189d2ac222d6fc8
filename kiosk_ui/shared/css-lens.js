/** The lens without WebGL: the pictures once more, larger, in a round pane on the border. */

import { CssHatch } from "./css-hatch.js";
import { element } from "./dom.js";
import { BORDER } from "./lens.js";

/** @typedef {import("./edition.js").Source} Source */

/**
 * @typedef {object} Layer an image over, or under, others
 * @property {string} url
 * @property {Float32Array} rect of all of it
 * @property {Float32Array} window the part of that which shows
 * @property {number} opacity
 * @property {string} z
 * @property {number} side of the border on which it ends: it lies to its left (1), its right (-1),
 *   or on both (0)
 */

/** An image that tells nobody anything: what it shows is told elsewhere. */
export function image() {
  const made = element("img");
  made.alt = "";
  return made;
}

/** Draws in an image what another has drawn already. @param {HTMLImageElement} image @param {string} url */
export function draw(image, url) {
  if (image.src === url) return;
  image.decoding = "sync";
  image.src = url;
}

/**
 * Puts an image where its layer has it.
 * @param {HTMLImageElement} image @param {Layer} layer @param {number} border from the left
 */
export function lay({ style }, { rect, window, opacity, z, side }, border) {
  let left = window[0] - rect[0];
  let right = rect[0] + rect[2] - window[0] - window[2];
  if (side > 0) right = Math.max(right, rect[0] + rect[2] - border);
  if (side < 0) left = Math.max(left, border - rect[0]);
  const top = window[1] - rect[1];
  const bottom = rect[1] + rect[3] - window[1] - window[3];
  style.clipPath = `inset(${top}px ${right}px ${bottom}px ${left}px)`;
  style.left = `${rect[0]}px`;
  style.top = `${rect[1]}px`;
  style.width = `${rect[2]}px`;
  style.height = `${rect[3]}px`;
  style.opacity = String(opacity);
  style.zIndex = z;
}

/**
 * A line between the two, as long as the picture is high.
 * @param {HTMLElement} line @param {number} border from the left @param {Float32Array} window
 */
export function rule({ style }, border, window) {
  style.left = `${border}px`;
  style.top = `${window[1]}px`;
  style.height = `${window[3]}px`;
}

/**
 * A rectangle as it lies when everything is this many times as large around a point.
 * @param {Float32Array} rect @param {number} x @param {number} y @param {number} times
 */
function around([left, top, width, height], x, y, times) {
  const [across, down] = [x + (left - x) * times, y + (top - y) * times];
  return new Float32Array([across, down, width * times, height * times]);
}

/** The part of a rectangle within a square around a point. @param {Float32Array} rect @param {number} x @param {number} y @param {number} radius */
function within([left, top, width, height], x, y, radius) {
  const [from, over] = [Math.max(left, x - radius), Math.max(top, y - radius)];
  const [to, under] = [Math.min(left + width, x + radius), Math.min(top + height, y + radius)];
  return new Float32Array([from, over, Math.max(0, to - from), Math.max(0, under - over)]);
}

export class CssLens {
  /** @param {HTMLElement} root of the images */
  constructor(root) {
    this.line = element("div", "border");
    this.pane = element("div", "pane", this.line);
    this.ring = element("div", "ring");
    this.root = element("div", "lens", this.pane, this.ring);
    this.root.hidden = true;
    this.hatch = new CssHatch(this.pane);
    /** @type {HTMLImageElement[]} */
    this.images = [];
    root.append(this.root);
  }

  /**
   * @param {Layer[]} layers as they lie without it, the scan last
   * @param {Source | null} evidence of the last but the scan; null: nothing is hatched
   * @param {number} x @param {number} y its middle @param {number} radius
   * @param {number} times as large as without it
   */
  follow(layers, evidence, x, y, radius, times) {
    this.root.hidden = false;
    this.pane.style.clipPath = `circle(${radius}px at ${x}px ${y}px)`;
    const { style } = this.ring;
    style.left = `${x - radius}px`;
    style.top = `${y - radius}px`;
    style.width = style.height = `${2 * radius + BORDER}px`;
    layers.forEach((layer, place) => {
      const rect = around(layer.rect, x, y, times);
      const window = around(layer.window, x, y, times);
      lay(this.imageOf(place, layer.url), { ...layer, rect, window }, x);
      if (place !== layers.length - 2) return;
      rule(this.line, x, window);
      this.hatch.follow(evidence, rect, within(window, x, y, radius));
    });
    for (const image of this.images.splice(layers.length)) image.remove();
  }

  /** @param {number} place among the layers @param {string} url */
  imageOf(place, url) {
    const found = (this.images[place] ??= image());
    draw(found, url);
    if (!found.isConnected) this.pane.append(found);
    return found;
  }

  close() {
    this.root.hidden = true;
    for (const image of this.images.splice(0)) image.remove();
    this.hatch.close();
  }
}
