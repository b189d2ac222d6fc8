/**
 * Everything by keyboard or keypad: Tab and arrows move, Enter acts, Escape goes back; O, or Space
 * on the picture, holds the original; plus and minus look closer, and then the arrows wander.
 */

import { positionOn } from "../shared/timeline.js";

/** @typedef {import("../types/messages.js").KioskMessage} KioskMessage */

const STEPS = /** @type {Record<string, number>} */ ({
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
});

/** What can have the focus: in the page laid over the others, else in the view that shows. */
function reachable() {
  const root = document.querySelector(".panel") ?? document.querySelector("main .shown");
  const all = root?.querySelectorAll("button, [tabindex='0']") ?? [];
  return [...all].filter((each) => each.checkVisibility({ visibilityProperty: true }));
}

/** @param {number} step */
function moveFocus(step) {
  const buttons = reachable();
  const at = buttons.indexOf(/** @type {Element} */ (document.activeElement));
  const next = at === -1 && step < 0 ? buttons.length - 1 : (at + step + buttons.length) % buttons.length;
  const button = buttons[at === -1 && step > 0 ? 0 : next];
  if (button instanceof HTMLElement) button.focus();
}

/**
 * The stage before or after the one that shows.
 * @param {import("../shared/player.js").Player} player @param {number} step
 * @returns {KioskMessage | null}
 */
function stageBeside(player, step) {
  const { edition, snapshot, moment, score } = player;
  const photo = edition?.photo(snapshot?.photo ?? null);
  if (!photo || !moment || !score) return null;
  const stages = photo.stages.map((stage) => stage.name);
  const from = Math.round(positionOn(stages, moment));
  const target = Math.min(Math.max(from + step, 0), stages.length - 1);
  return { type: "stage", stage: stages[target] };
}

const WAYS = /** @type {Record<string, [right: number, down: number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

/** @param {KeyboardEvent} event */
function isHold(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  if (event.code === "KeyO") return true;
  return event.code === "Space" && document.activeElement?.classList.contains("place") === true;
}

/**
 * Plus and minus look closer; with the focus on the picture, arrows wander over what is close.
 * @param {KeyboardEvent} event @param {import("./eye.js").Eye} eye
 */
function looks(event, eye) {
  const nearer = { "+": 1, "=": 1, "-": -1 }[event.key];
  if (nearer !== undefined && eye.photo !== null) {
    eye.step(nearer);
    return true;
  }
  const way = WAYS[event.key];
  const onPicture = document.activeElement?.classList.contains("place") === true;
  if (!way || !eye.isClose || !onPicture) return false;
  eye.stride(way[0], way[1]);
  return true;
}

/**
 * @typedef {object} Hands
 * @property {import("../shared/player.js").Player} player
 * @property {(message: KioskMessage) => void} send
 * @property {import("./original.js").Original} original
 * @property {import("./eye.js").Eye} eye
 * @property {() => boolean} leave one step out of what lies over the view, if anything does
 *
 * @param {Hands} hands
 */
export function listenToKeys({ player, send, original, eye, leave }) {
  addEventListener("keyup", ({ code }) => {
    if (code === "KeyO" || code === "Space") original.letGo();
  });
  addEventListener("blur", () => original.letGo());
  addEventListener("keydown", (event) => {
    send({ type: "touch" });
    if (isHold(event)) return original.hold();
    const view = player.snapshot?.view;
    if (event.key === "Escape" && leave()) return;
    if (event.key === "Escape" && view !== "attract") return send({ type: "wall" });
    if (looks(event, eye)) return event.preventDefault();
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    const open = view === "photo" && !document.querySelector(".panel");
    const message = open && sideways ? stageBeside(player, step) : null;
    if (message) send(message);
    else moveFocus(step);
  });
}
