/**
 * Everything by keyboard or keypad: Tab and arrows move, Enter acts, Escape goes back; O, or Space
 * on the picture, holds the original.
 */

import { positionOn } from "../shared/timeline.js";

/** @typedef {import("../types/messages.js").KioskMessage} KioskMessage */

const STEPS = /** @type {Record<string, number>} */ ({
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
});

/** @param {number} step */
function moveFocus(step) {
  const buttons = [...document.querySelectorAll("main .shown :is(button, .place[tabindex])")];
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

/** @param {KeyboardEvent} event */
function isHold(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  if (event.code === "KeyO") return true;
  return event.code === "Space" && document.activeElement?.classList.contains("place") === true;
}

/**
 * @param {import("../shared/player.js").Player} player
 * @param {(message: KioskMessage) => void} send
 * @param {import("./original.js").Original} original
 */
export function listenToKeys(player, send, original) {
  addEventListener("keyup", ({ code }) => {
    if (code === "KeyO" || code === "Space") original.letGo();
  });
  addEventListener("blur", () => original.letGo());
  addEventListener("keydown", (event) => {
    send({ type: "touch" });
    if (isHold(event)) return original.hold();
    const view = player.snapshot?.view;
    if (event.key === "Escape" && view !== "attract") return send({ type: "wall" });
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    const message = view === "photo" && sideways ? stageBeside(player, step) : null;
    if (message) send(message);
    else moveFocus(step);
  });
}
