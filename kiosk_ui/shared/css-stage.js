/** The stage without WebGL: the same pictures as images, cross-faded by the browser. */

import { CssHatch } from "./css-hatch.js";
import { CssLens, draw, image, lay, rule } from "./css-lens.js";
import { CssSurround } from "./css-surround.js";
import { element } from "./dom.js";
import { contain, enlarge } from "./fit.js";
import { AT, LENS, SCALE, X, Y } from "./gaze.js";
import { lensMagnifies, lensRadius } from "./lens.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./edition.js").Source} Source */
/** @typedef {import("./edition.js").Picture} Picture */
/** @typedef {import("./gaze.js").Gaze} Gaze */
/** @typedef {import("./css-lens.js").Layer} Layer */

const CAPACITY = 6; // images
const RETRY_AFTER = 2000; // ms

export class CssStage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, { image: HTMLImageElement, ready: boolean }>} */
    this.images = new Map();
    this.surround = new CssSurround(root);
    this.hatch = new CssHatch(root);
    this.lens = new CssLens(root);
    // The scan beside a picture; its own image, for it may be the picture under another as well.
    this.scan = image();
    this.border = element("div", "border");
    this.scan.hidden = this.border.hidden = true;
    root.append(this.scan, this.border);
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
    const entry = { image: image(), ready: false };
    entry.image.style.opacity = "0";
    entry.image.src = source.url;
    this.images.set(source.url, entry);
    entry.image
      .decode()
      .then(() => {
        entry.ready = true;
        this.root.append(entry.image);
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
   * @param {number} _density
   * @param {number} strength of the edge tones around the picture @param {number} falloff of them
   * @param {Gaze} gaze
   */
  draw(scene, box, _density, strength, falloff, gaze) {
    const layers = this.layers(scene, box, gaze);
    this.surround.follow(this.present(layers, scene.progress), strength, falloff);
    const { rect, window } = layers[layers.length - 1];
    const share = gaze.mirrored ? 1 - gaze.now[AT] : gaze.now[AT];
    const border = rect[0] + share * rect[2];
    const evidence = scene.marks ? (scene.progress > 0 ? scene.after : scene.before).evidence : null;
    this.hatch.follow(evidence, rect, window);
    const shown = layers.map(({ url }) => url);
    for (const url of this.shown) if (!shown.includes(url)) this.hide(url);
    for (const layer of layers) {
      const entry = this.images.get(layer.url);
      if (entry) lay(entry.image, layer, border);
    }
    const scan = scene.scan && this.isReady(scene.scan) ? scene.scan : null;
    this.scan.hidden = this.border.hidden = scan === null;
    const looks = scan !== null && gaze.now[LENS] >= 0;
    if (scan) {
      const layer = this.layer(scan, box, 1, "4", gaze, gaze.mirrored ? -1 : 1);
      draw(this.scan, layer.url);
      lay(this.scan, layer, border);
      rule(this.border, border, window);
      shown.push(layer.url);
      layers.push(layer);
    }
    if (looks) {
      const times = lensMagnifies(scene.after, rect[2] * devicePixelRatio);
      const middle = rect[1] + gaze.now[LENS] * rect[3];
      this.lens.follow(layers, evidence, border, middle, lensRadius(box), times);
    } else this.lens.close();
    this.shown = shown;
    this.frames += 1;
  }

  /**
   * The one or two pictures of a scene, the later last.
   * @param {Scene} scene @param {Float32Array} box @param {Gaze} gaze
   */
  layers({ before, after, progress }, box, gaze) {
    if (progress === 0) return [this.layer(before, box, 1, "1", gaze)];
    if (before === after || progress === 1) return [this.layer(after, box, 1, "1", gaze)];
    // The picture below stays whole where the one above covers it: no ground shows through.
    const below = before.photo === after.photo ? 1 : 1 - progress;
    return [this.layer(before, box, below, "1", gaze), this.layer(after, box, progress, "2", gaze)];
  }

  /**
   * The images of a scene's layers, and how far each is there.
   * @param {Layer[]} layers @param {number} progress
   */
  present(layers, progress) {
    const shares = layers.length === 1 ? [1] : [1 - progress, progress];
    return layers.flatMap((layer, place) => {
      const image = this.images.get(layer.url)?.image;
      return image ? [{ layer, image, share: shares[place] }] : [];
    });
  }

  /**
   * @param {Picture} picture @param {Float32Array} box @param {number} opacity @param {string} z
   * @param {Gaze} gaze @param {number} [side] of the border
   * @returns {Layer}
   */
  layer({ source, detail, photo }, box, opacity, z, { now, isClose }, side = 0) {
    const [rect, window] = [new Float32Array(4), new Float32Array(4)];
    contain(box, photo.width, photo.height, rect);
    enlarge(box, rect, now[SCALE], now[X], now[Y], window);
    // Looked at closely, all its pixels, as soon as they are here.
    const isFine = isClose && detail !== null && this.images.get(detail.url)?.ready === true;
    return { url: (isFine ? detail : source).url, rect, window, opacity, z, side };
  }

  /** @param {string} url */
  hide(url) {
    const entry = this.images.get(url);
    if (entry) entry.image.style.opacity = "0";
  }

  /** @returns {HTMLElement} a copy of the images as they lie */
  still() {
    const copy = /** @type {HTMLElement} */ (this.root.cloneNode(true));
    const drawn = [...this.root.querySelectorAll("canvas")];
    copy.querySelectorAll("canvas").forEach((canvas, place) => {
      canvas.getContext("2d")?.drawImage(drawn[place], 0, 0);
    });
    for (const image of copy.querySelectorAll("img")) image.decoding = "sync";
    return copy;
  }

  close() {
    for (const { image } of this.images.values()) image.remove();
    this.images.clear();
    this.surround.close();
    this.hatch.close();
    this.lens.close();
    this.scan.hidden = this.border.hidden = true;
    this.shown = [];
  }
}
