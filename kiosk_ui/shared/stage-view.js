/** The stage in WebGL2: one draw a frame, nothing allocated, only when something has changed. */

import { contain, enlarge } from "./fit.js";
import { AT, LENS, SCALE, X, Y } from "./gaze.js";
import { BORDER, lensMagnifies, lensRadius } from "./lens.js";
import { copyScene, shows } from "./scene.js";
import { stageProgram } from "./stage-program.js";
import { Textures } from "./textures.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./edition.js").Source} Source */
/** @typedef {import("./edition.js").Picture} Picture */
/** @typedef {import("./gaze.js").Gaze} Gaze */

const CAPACITY = 12; // pictures and maps on the card
const HATCH_LINE = 3; // pixels of the glass
const GROUND = [15 / 255, 14 / 255, 12 / 255];

export class StageView {
  /** @param {HTMLCanvasElement} canvas @param {WebGL2RenderingContext} gl */
  constructor(canvas, gl) {
    this.canvas = canvas;
    this.gl = gl;
    this.plain = stageProgram(gl, false);
    this.tools = stageProgram(gl, true);
    gl.bindVertexArray(gl.createVertexArray());
    this.textures = new Textures(gl, CAPACITY);
    // Measured as it changes: to ask in every frame would have the page laid out for the answer.
    this.size = [canvas.clientWidth, canvas.clientHeight];
    this.sized = new ResizeObserver(() => {
      this.size = [canvas.clientWidth, canvas.clientHeight];
    });
    this.sized.observe(canvas);
    this.beforeRect = new Float32Array(4);
    this.afterRect = new Float32Array(4);
    this.beforeWindow = new Float32Array(4);
    this.afterWindow = new Float32Array(4);
    this.drawnBox = new Float32Array(5);
    this.drawnGaze = new Float32Array(5);
    /** @type {Scene | null} */
    this.drawn = null;
    this.frames = 0;
    this.stale = true;
    this.isHeld = (/** @type {string} */ url) => this.drawn !== null && shows(this.drawn, url);
  }

  /** @param {number} unit @param {Source | null} source */
  bind(unit, source) {
    const resident = source === null ? null : this.textures.get(source);
    this.gl.activeTexture(unit);
    this.gl.bindTexture(this.gl.TEXTURE_2D, resident === null ? null : resident.texture);
  }

  /**
   * @param {number} unit @param {Picture} picture @param {boolean} close its largest, where it is there
   */
  bindPicture(unit, { source, detail }, close) {
    this.bind(unit, close && detail && this.textures.residents.has(detail.url) ? detail : source);
  }

  /**
   * @param {number} unit @param {Scene} scene @param {Picture} picture
   * @returns {number} 1 where this picture is hatched, else 0
   */
  bindMarks(unit, scene, picture) {
    const { evidence } = picture;
    const map = scene.marks && evidence && this.textures.residents.has(evidence.url) ? evidence : null;
    this.bind(unit, map);
    return map === null ? 0 : 1;
  }

  get alive() {
    return this.textures.residents.size;
  }

  /** @param {Source[]} sources most urgent first */
  want(sources) {
    this.textures.want(sources);
  }

  /**
   * Whether everything this scene needs is on the card. A map that cannot be had is done without.
   * @param {Scene} scene
   */
  canDraw(scene) {
    const { textures } = this;
    const { before, after, arrival, progress } = scene;
    if (progress < 1 && !textures.residents.has(before.source.url)) return false;
    if (progress > 0 && !textures.residents.has(after.source.url)) return false;
    if (scene.marks && !this.canMark(scene)) return false;
    if (arrival === null || progress === 0 || progress === 1) return true;
    return textures.residents.has(arrival.url) || textures.retryAt.has(arrival.url);
  }

  /** @param {Scene} scene */
  canMark({ before, after, progress }) {
    const { residents, retryAt } = this.textures;
    /** @param {Source | null} map */
    const done = (map) => map === null || residents.has(map.url) || retryAt.has(map.url);
    return (progress === 1 || done(before.evidence)) && (progress === 0 || done(after.evidence));
  }

  /** Takes one decoded picture on board; once a frame. */
  prepare() {
    if (this.textures.upload(this.isHeld)) this.stale = true;
  }

  /**
   * @param {Scene} scene that `canDraw`
   * @param {Float32Array} box of the picture, in CSS pixels
   * @param {number} density canvas pixels per CSS pixel
   * @param {number} strength of the edge tones around the picture @param {number} falloff of them
   * @param {Gaze} gaze
   */
  draw(scene, box, density, strength, falloff, gaze) {
    const resized = this.resized(density);
    if (!resized && !this.stale && this.isDrawn(scene, box, strength, gaze)) return;
    const { gl } = this;
    this.place(scene.before, box, density, gaze, this.beforeRect, this.beforeWindow);
    this.place(scene.after, box, density, gaze, this.afterRect, this.afterWindow);
    const { arrival } = scene;
    const byRegion = arrival !== null && this.textures.residents.has(arrival.url);
    this.bindPicture(gl.TEXTURE0, scene.before, gaze.isClose);
    this.bindPicture(gl.TEXTURE1, scene.after, gaze.isClose);
    this.bind(gl.TEXTURE2, byRegion ? arrival : null);
    const marksBefore = this.bindMarks(gl.TEXTURE3, scene, scene.before);
    const marksAfter = this.bindMarks(gl.TEXTURE4, scene, scene.after);
    const isSplit = this.bindScan(scene.scan, gaze.isClose);
    const { program, at } = isSplit || marksBefore + marksAfter > 0 ? this.tools : this.plain;
    gl.useProgram(program);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.uniform3fv(at.ground, GROUND);
    gl.uniform4fv(at.beforeRect, this.beforeRect);
    gl.uniform4fv(at.afterRect, this.afterRect);
    gl.uniform4fv(at.beforeWindow, this.beforeWindow);
    gl.uniform4fv(at.afterWindow, this.afterWindow);
    gl.uniform1f(at.canvasHeight, this.canvas.height);
    gl.uniform1f(at.progress, scene.progress);
    gl.uniform1f(at.lag, scene.lag);
    gl.uniform1f(at.rim, scene.rim);
    gl.uniform2f(at.surround, strength, falloff);
    gl.uniform1i(at.byRegion, byRegion ? 1 : 0);
    gl.uniform2f(at.marks, marksBefore, marksAfter);
    // A coarser drawing keeps its lines as wide on the glass.
    gl.uniform1f(at.line, (HATCH_LINE * density) / devicePixelRatio);
    gl.uniform3f(at.split, 0, 0, 0);
    gl.uniform4f(at.lens, 0, 0, 0, 1);
    if (isSplit) this.divide(scene.after, box, density, gaze);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    this.remember(scene, box, strength, gaze);
  }

  /**
   * @param {Picture} picture @param {Float32Array} box @param {number} density @param {Gaze} gaze
   * @param {Float32Array} rect of the whole picture @param {Float32Array} window of what shows
   */
  place({ photo }, box, density, { now }, rect, window) {
    contain(box, photo.width, photo.height, rect, density);
    enlarge(box, rect, now[SCALE], now[X], now[Y], window, density);
  }

  /**
   * @param {Picture | null} scan that lies beside the picture @param {boolean} close its largest
   * @returns {boolean} whether it is there
   */
  bindScan(scan, close) {
    const isThere = scan !== null && this.textures.residents.has(scan.source.url);
    if (isThere) this.bindPicture(this.gl.TEXTURE5, scan, close);
    else this.bind(this.gl.TEXTURE5, null);
    return isThere;
  }

  /**
   * The scan beside the picture, and the lens on the border between them.
   * @param {Picture} after @param {Float32Array} box @param {number} density @param {Gaze} gaze
   */
  divide(after, box, density, { now, mirrored }) {
    const { gl } = this;
    const { at } = this.tools;
    const share = mirrored ? 1 - now[AT] : now[AT];
    const border = this.afterRect[0] + share * this.afterRect[2];
    const side = mirrored ? -1 : 1;
    gl.uniform3f(at.split, border, side, (BORDER / 2) * (density / devicePixelRatio));
    const radius = now[LENS] < 0 ? 0 : lensRadius(box) * density;
    const height = this.afterRect[1] + now[LENS] * this.afterRect[3];
    gl.uniform4f(at.lens, border, height, radius, 1 / lensMagnifies(after, this.afterRect[2]));
  }

  /** @param {number} density @returns {boolean} whether the canvas got another size */
  resized(density) {
    const { canvas, size } = this;
    const width = Math.max(1, Math.round(size[0] * density));
    const height = Math.max(1, Math.round(size[1] * density));
    if (canvas.width === width && canvas.height === height) return false;
    canvas.width = width;
    canvas.height = height;
    return true;
  }

  /** @param {Scene} scene @param {Float32Array} box @param {number} strength @param {Gaze} gaze */
  isDrawn(scene, box, strength, gaze) {
    const { drawn, drawnBox } = this;
    if (drawn === null || drawn.before !== scene.before || drawn.after !== scene.after) return false;
    if (drawn.progress !== scene.progress || drawn.arrival !== scene.arrival) return false;
    if (drawn.marks !== scene.marks || drawn.scan !== scene.scan) return false;
    if (!gaze.isAt(this.drawnGaze)) return false;
    for (let side = 0; side < 4; side += 1) if (drawnBox[side] !== box[side]) return false;
    return drawnBox[4] === Math.fround(strength);
  }

  /** @param {Scene} scene @param {Float32Array} box @param {number} strength @param {Gaze} gaze */
  remember(scene, box, strength, gaze) {
    if (this.drawn === null) this.drawn = { ...scene };
    else copyScene(scene, this.drawn);
    this.drawnBox.set(box);
    this.drawnBox[4] = strength;
    this.drawnGaze.set(gaze.now);
    this.frames += 1;
    this.stale = false;
  }

  /** The context it draws in is lost. */
  close() {
    this.sized.disconnect();
    this.textures.close();
  }
}
