/** The Studio's page of regions: wires the scan, the form and the server's proposals. */

import { ask, pageWords, Unanswered } from "./asking.js";
import { offerFaces } from "./faces.js";
import { Frame, share } from "./frame.js";

/** @typedef {import("./frame.js").Point} Point */

const say = pageWords();
const place = /** @type {HTMLElement} */ (document.querySelector("#frame"));
const form = /** @type {HTMLFormElement} */ (document.querySelector("#region"));
const said = /** @type {HTMLElement} */ (document.querySelector("#said"));
const adding = /** @type {HTMLInputElement} */ (document.querySelector("#adding"));
const picker = /** @type {HTMLInputElement} */ (document.querySelector("#picker"));

/** @param {string} name @returns {HTMLInputElement} */
const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

const [outline, clicks, reach, colour] = ["outline", "clicks", "reach", "colour"].map(field);
if (!outline || !clicks || !reach || !colour) throw new Error("the form misses a field");

/** @param {HTMLInputElement} input @returns {Point[]} */
const pointsIn = (input) => (input.value ? JSON.parse(input.value) : []);

const frame = new Frame(place, {
  picked: (point, adds) => {
    const before = adds || adding.checked ? pointsIn(clicks) : [];
    adding.checked = false;
    clicks.value = JSON.stringify([...before, point]);
    propose();
  },
  moved: ([x, y]) => {
    said.textContent = say("cross", { x: Math.round(x * 100), y: Math.round(y * 100) });
  },
  dragged: (corner, [x, y]) => {
    const points = pointsIn(outline);
    points[corner] = [Number(x.toFixed(4)), Number(y.toFixed(4))];
    outline.value = JSON.stringify(points);
    draw();
  },
  reached: (steps) => {
    reach.value = String(Number(reach.value) + steps);
    propose();
  },
});

function draw() {
  const known = /^#?[0-9a-f]{6}$/i.test(colour.value.trim());
  const hex = known ? `#${colour.value.trim().replace("#", "")}` : "";
  frame.propose(pointsIn(outline), hex);
  frame.mark(pointsIn(clicks));
  if (known) picker.value = hex.toLowerCase();
}

let asking = false;
let stale = false;

/** Asks for the outline around the clicks; while an answer is awaited, only the newest wish counts. */
async function propose() {
  stale = true;
  frame.mark(pointsIn(clicks));
  if (asking) return;
  asking = true;
  said.textContent = say("asking");
  try {
    while (stale && clicks.value) {
      stale = false;
      const query = new URLSearchParams({ reach: String(2 ** (Number(reach.value) / 2)) });
      for (const [x, y] of pointsIn(clicks)) {
        query.append("x", x.toFixed(4));
        query.append("y", y.toFixed(4));
      }
      /** @type {{ outline: Point[] }} */
      const found = await ask(`${place.dataset.outline}?${query}`);
      outline.value = JSON.stringify(found.outline);
      draw();
      const percent = (share(found.outline) * 100).toPrecision(2);
      said.textContent = say("outlined", { share: percent, corners: found.outline.length });
    }
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    said.textContent = say(error.message);
  } finally {
    asking = false;
  }
}

reach.addEventListener("input", () => clicks.value && propose());
colour.addEventListener("input", draw);
picker.addEventListener("input", () => {
  colour.value = picker.value.toUpperCase();
  draw();
});
for (const item of document.querySelectorAll(".there li")) {
  const region = item.getAttribute("data-region");
  for (const name of ["mouseenter", "focusin"]) item.addEventListener(name, () => frame.light(region));
  for (const name of ["mouseleave", "focusout"]) item.addEventListener(name, () => frame.light(null));
}

offerFaces(frame, String(place.dataset.faces), say);
draw();
const first = document.querySelector("#refusal, [aria-invalid], .take[aria-describedby] input");
const done = location.hash === "#last" ? document.querySelector("#last") : null;
/** @type {HTMLElement | null} */ (first ?? done)?.focus();
