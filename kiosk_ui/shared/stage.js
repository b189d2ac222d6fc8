/** The glass: draws in WebGL2 while it can and by CSS while it cannot, and never goes blank. */

import { CssStage } from "./css-stage.js";
import { ease } from "./easing.js";
import { between, contain, enlarge } from "./fit.js";
import { Gaze, SCALE, X, Y } from "./gaze.js";
import { Pace } from "./pace.js";
import { resolve } from "./scene.js";
import { StageView } from "./stage-view.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./edition.js").Edition} Edition */
/** @typedef {import("./edition.js").Source} Source */
/** @typedef {import("./timeline.js").Moment} Moment */

const BOX_MOVES = 900; // ms

export class Stage {
  /**
   * @param {HTMLElement} root holds a canvas and a place for images
   * @param {boolean} byCss never use WebGL
   */
  constructor(root, byCss) {
    this.root = root;
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"));
    this.css = new CssStage(/** @type {HTMLElement} */ (root.querySelector(".images")));
    /** @type {StageView | null} */
    this.gl = null;
    /** @type {Scene | null} */
    this.scene = null;
    /** @type {Scene | null} */
    this.next = null;
    /** @type {Source[]} */
    this.wanted = [];
    this.box = new Float32Array(4);
    this.from = new Float32Array(4);
    this.target = new Float32Array([0, 0, innerWidth, innerHeight]);
    this.moved = -Infinity;
    // The edge tones around the picture: how strong they begin, how soon they are gone.
    this.strength = 0.34;
    this.falloff = 1.4;
    // Where the whole picture lies, and the part of it that shows, in CSS pixels.
    this.rect = new Float32Array(4);
    this.picture = new Float32Array(4);
    this.gaze = new Gaze();
    // Hatching lies over what software added.
    this.marks = false;
    // Nobody sees it: pictures are made ready, but nothing is drawn.
    this.rests = false;
    this.pace = new Pace();
    if (!byCss) this.begin();
    this.canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.gl?.close();
      this.gl = null;
      this.css.want(this.wanted);
    });
    this.canvas.addEventListener("webglcontextrestored", () => {
      this.begin();
      this.want(this.wanted);
    });
  }

  begin() {
    const gl = this.canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
      powerPreference: "high-performance",
    });
    try {
      if (gl && !gl.isContextLost()) this.gl = new StageView(this.canvas, gl);
    } catch (reason) {
      console.warn("No WebGL2; pictures cross-fade instead.", reason);
    }
  }

  get renderer() {
    return this.gl === null ? this.css : this.gl;
  }

  /** Pixels of the glass along its long side. */
  get pixels() {
    return Math.max(innerWidth, innerHeight) * devicePixelRatio;
  }

  /** @param {Source[]} sources most urgent first */
  want(sources) {
    this.wanted = sources;
    this.renderer.want(sources);
  }

  /**
   * Where the picture lies from now on, in CSS pixels.
   * @param {number} left @param {number} top @param {number} width @param {number} height
   * @param {boolean} slowly
   */
  moveTo(left, top, width, height, slowly) {
    this.from.set(slowly ? this.box : [left, top, width, height]);
    this.target.set([left, top, width, height]);
    this.moved = slowly ? performance.now() : -Infinity;
  }

  /**
   * Draws a moment, or keeps the last one until its pictures are there.
   * @param {Edition} edition @param {Moment} moment @param {boolean} plain reduced motion
   */
  show(edition, moment, plain) {
    const { renderer, gaze } = this;
    const now = performance.now();
    renderer.prepare();
    if (plain) gaze.jump();
    else gaze.follow(now);
    this.next = resolve(edition, moment, plain, this.marks, gaze.isSplit, this.next);
    if (this.next && renderer.canDraw(this.next)) {
      [this.scene, this.next] = [this.next, this.scene];
    }
    if (this.rests || this.scene === null || !renderer.canDraw(this.scene)) return;
    this.move(now);
    const moves = !renderer.isDrawn(this.scene, this.box, this.strength, gaze);
    const density = devicePixelRatio * this.pace.next(moves, now);
    renderer.draw(this.scene, this.box, density, this.strength, this.falloff, gaze);
    this.reveal();
  }

  /** @param {number} now local time, ms */
  move(now) {
    const share = ease(Math.min(1, (now - this.moved) / BOX_MOVES));
    between(this.from, this.target, share, this.box);
    if (this.scene === null) return;
    const { photo } = this.scene.progress >= 0.5 ? this.scene.after : this.scene.before;
    const { now: gaze } = this.gaze;
    contain(this.target, photo.width, photo.height, this.rect);
    enlarge(this.target, this.rect, gaze[SCALE], gaze[X], gaze[Y], this.picture);
  }

  /**
   * A copy of what is on the glass, as it is.
   * @returns {HTMLElement | null} null while nothing is
   */
  still() {
    const { canvas, gl, scene } = this;
    if (scene === null) return null;
    if (gl === null) return this.css.still();
    // A canvas keeps its picture no longer than the frame in which it was drawn.
    gl.stale = true;
    const density = devicePixelRatio * this.pace.share;
    gl.draw(scene, this.box, density, this.strength, this.falloff, this.gaze);
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    copy.getContext("2d")?.drawImage(canvas, 0, 0);
    return copy;
  }

  /** Shows whichever of the two has something to show. */
  reveal() {
    const renderer = this.gl === null ? "css" : "webgl";
    if (this.root.dataset.renderer === renderer) return;
    this.root.dataset.renderer = renderer;
    if (renderer === "webgl") this.css.close();
  }
}
