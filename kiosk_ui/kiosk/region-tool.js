/**
 * "Why this colour?": a region that was tapped or stepped to, its name, colour, source and how
 * certain that is, on a card at the end of a thin line.
 */

import { element } from "../shared/dom.js";
import { around, cardPlace, grown, isInside, joined, leader, overlap } from "./card-place.js";
import { signed } from "./closer-tool.js";
import { colourName } from "./colour-name.js";
import { pressable } from "./press.js";

/** @typedef {import("../shared/words.js").Words} Words */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/edition.js").EditionRegion} Region */
/** @typedef {import("./eye.js").Eye} Eye */
/** @typedef {import("./card-place.js").Rect} Rect */

const AWAY = 0.05; // of the box's width, between a card and what it speaks of
const SVG = "http://www.w3.org/2000/svg";
const CERTAINTY = { documented: "Documented", likely: "Likely", guess: "A guess" };

/** @param {string} kind @param {string} classes */
function drawing(kind, classes) {
  const made = document.createElementNS(SVG, kind);
  made.setAttribute("class", classes);
  return made;
}

/** @param {HTMLElement} part @returns {Rect} */
function rectOf(part) {
  const { left, top, width, height } = part.getBoundingClientRect();
  return [left, top, width, height];
}

export class RegionTool {
  /**
   * @param {Photo} photo @param {Words} words @param {Eye} eye
   * @param {HTMLElement} place of the picture @param {HTMLElement} side what yields to a card
   * @param {HTMLElement} told the words there
   */
  constructor(photo, words, eye, place, side, told) {
    this.photo = photo;
    this.words = words;
    this.eye = eye;
    this.place = place;
    this.side = side;
    this.told = told;
    this.open = -1;
    this.drawn = "";
    const colours = photo.regions.some((region) => region.colour !== null);
    const question = colours ? "Why these colours?" : "What is here?";
    this.button = pressable("quiet-button", "", [words.say(question)], () => this.toggle());
    this.button.setAttribute("aria-pressed", "false");
    this.button.hidden = photo.regions.length === 0;
    this.text = element("div", "facts");
    this.text.setAttribute("role", "status");
    this.tray = element(
      "div",
      "tray",
      signed("to before", words.say("Previous"), () => this.step(-1)),
      signed("to after", words.say("Next"), () => this.step(1)),
      signed("cross", words.say("Close"), () => this.show(-1)),
    );
    this.tray.setAttribute("role", "group");
    this.tray.setAttribute("aria-label", words.say(question));
    this.card = element("div", "card", this.text);
    this.lines = drawing("svg", "lines");
    this.outline = drawing("polygon", "outline");
    this.leader = drawing("line", "leader");
    this.lines.append(this.outline, this.leader);
    this.lines.setAttribute("aria-hidden", "true");
    this.show(-1);
  }

  get isOn() {
    return this.open >= 0;
  }

  /** All that stands beside the picture; where its parts stand apart, the words alone. */
  yields() {
    return this.side.offsetWidth > 0 ? this.side : this.told;
  }

  toggle() {
    this.show(this.isOn ? -1 : 0);
  }

  leave() {
    const { isOn } = this;
    this.show(-1);
    return isOn;
  }

  /** @param {number} steps */
  step(steps) {
    const count = this.photo.regions.length;
    this.show((this.open + steps + count) % count);
  }

  /**
   * A tap on the picture asks for the smallest region there.
   * @param {number} x @param {number} y in the window
   */
  ask(x, y) {
    const [left, top, width, height] = this.eye.stage.rect;
    const at = [(x - left) / width, (y - top) / height];
    let found = -1;
    let least = Infinity;
    this.photo.regions.forEach(({ outline }, place) => {
      const [, , wide, high] = around(outline, [0, 0, 1, 1]);
      if (!isInside(outline, at[0], at[1]) || wide * high >= least) return;
      [found, least] = [place, wide * high];
    });
    this.show(found);
    return found >= 0;
  }

  /** @param {number} place of the region; -1: none */
  show(place) {
    this.open = place;
    this.drawn = "";
    this.card.hidden = this.tray.hidden = place < 0;
    this.lines.toggleAttribute("hidden", place < 0);
    this.button.setAttribute("aria-pressed", String(place >= 0));
    if (place >= 0) this.write(this.photo.regions[place]);
    else this.side.inert = this.told.inert = false;
  }

  /** @param {Region} region */
  write(region) {
    const { words } = this;
    const name = element("h2", "", words.of(region.name));
    const lines = [name];
    if (region.colour !== null) {
      const swatch = element("span", "swatch");
      swatch.style.background = region.colour;
      const certain = region.certainty === null ? "" : words.say(CERTAINTY[region.certainty]);
      const said = [words.say(colourName(region.colour)), certain].filter(Boolean);
      lines.push(element("p", "colour", swatch, element("span", "", said.join(words.say(" · ")))));
    }
    const source = region.source === null ? "" : words.of(region.source);
    if (source) lines.push(element("p", "", source));
    if (region.protect) lines.push(element("p", "", words.say("No software may invent anything here.")));
    this.text.replaceChildren(...lines);
  }

  follow() {
    if (!this.isOn) return;
    const { rect } = this.eye.stage;
    const drawn = `${rect.map(Math.round).join(" ")} ${this.open} ${this.card.offsetHeight}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.draw(rect);
  }

  /** @param {Float32Array} picture where it lies */
  draw(picture) {
    const { regions } = this.photo;
    const { outline } = regions[this.open];
    const subject = around(outline, picture);
    const faces = regions.filter((each) => each.protect).map((each) => around(each.outline, picture));
    const yields = this.yields();
    const [place, side, tray] = [this.place, yields, this.tray].map(rectOf);
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const seen = /** @type {Rect} */ ([...this.eye.stage.picture]);
    const near = grown(subject, AWAY * place[2]);
    const card = cardPlace(joined(place, side), width, height, near, seen, [...faces, tray]);
    yields.inert = overlap(card, side) > 0;
    this.card.style.transform = `translate(${Math.round(card[0])}px, ${Math.round(card[1])}px)`;
    const points = outline.map(([x, y]) => `${picture[0] + x * picture[2]},${picture[1] + y * picture[3]}`);
    this.outline.setAttribute("points", points.join(" "));
    const [from, to] = leader(card, subject);
    [["x1", from[0]], ["y1", from[1]], ["x2", to[0]], ["y2", to[1]]].forEach(([name, value]) =>
      this.leader.setAttribute(String(name), String(Math.round(Number(value)))),
    );
  }
}
